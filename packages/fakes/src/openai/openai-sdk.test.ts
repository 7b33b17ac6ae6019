import { connect } from 'node:net';
import { encodeWav } from '@parley/engine/audio/wav.ts';
import OpenAI, { AuthenticationError, NotFoundError, toFile } from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Brain } from '../brain.ts';
import { createToneBrain } from '../brains/tone-brain.ts';
import { fakeKey, type RunningFake } from '../fake-vendor.ts';
import { atRate, littleEndian } from '../openai-api/sound.ts';
import { openaiFake } from './openai-fake.ts';

const sentence = 'i would like to book a haircut';
let brain: Brain;
let fake: RunningFake;
let client: OpenAI;
let wav: Uint8Array;
let samples: Int16Array;

beforeAll(async () => {
  brain = createToneBrain((prompt) =>
    prompt.includes('table') ? 'One moment.\n→ book_table {"guests": 2}' : `You said: ${prompt}`,
  );
  fake = await openaiFake.start({ port: 0, brain });
  client = new OpenAI({ apiKey: fakeKey, baseURL: `${fake.url}/v1`, maxRetries: 0, organization: null, project: null });
  ({ samples } = await brain.speak(sentence, 'en', new AbortController().signal));
  wav = encodeWav([samples], 16_000);
});
beforeEach(() => fake.journal.clear());
afterAll(async () => {
  await fake.close();
  await brain.close();
});

const file = () => toFile(wav, 'speech.wav', { type: 'audio/wav' });

describe('the SDK of OpenAI hears by the fake', () => {
  it('in one piece, with how sure the model was', async () => {
    const { text, logprobs } = await client.audio.transcriptions.create({
      file: await file(),
      model: 'gpt-4o-mini-transcribe',
      include: ['logprobs'],
      language: 'en',
    });
    expect(text).toBe(sentence);
    expect(logprobs?.map(({ token }) => token).join('')).toBe(sentence);
    expect(fake.journal.requests[0]?.body).toMatchObject({ model: 'gpt-4o-mini-transcribe', 'include[]': 'logprobs' });
  });

  it('word by word', async () => {
    const stream = await client.audio.transcriptions.create({
      file: await file(),
      model: 'gpt-4o-mini-transcribe',
      include: ['logprobs'],
      stream: true,
    });
    let text = '';
    let done = '';
    for await (const event of stream) {
      if (event.type === 'transcript.text.delta') text += event.delta;
      if (event.type === 'transcript.text.done') done = event.text;
    }
    expect([text, done]).toEqual([sentence, sentence]);
  });

  it('by Whisper, with segments and words', async () => {
    const { text, segments, words } = await client.audio.transcriptions.create({
      file: await file(),
      model: 'whisper-1',
      response_format: 'verbose_json',
      timestamp_granularities: ['word', 'segment'],
    });
    expect(text).toBe(sentence);
    expect(segments?.[0]?.avg_logprob).toBeCloseTo(Math.log(0.95));
    expect(words?.map(({ word }) => word).join(' ')).toBe(sentence);
  });

  it('not by a model that is not there, nor what a model does not take', async () => {
    const unknown = client.audio.transcriptions.create({ file: await file(), model: 'gpt-5-hears' });
    await expect(unknown).rejects.toThrow(NotFoundError);
    const wrong = client.audio.transcriptions.create({
      file: await file(),
      model: 'gpt-4o-mini-transcribe',
      response_format: 'verbose_json',
    });
    await expect(wrong).rejects.toMatchObject({ status: 400, param: 'response_format' });
  });

  it('not with a wrong key', async () => {
    const stranger = client.withOptions({ apiKey: 'sk-of-somebody-else-entirely' });
    await expect(stranger.models.list()).rejects.toThrow(AuthenticationError);
  });
});

it('the SDK of OpenAI speaks by the fake', async () => {
  const answer = await client.audio.speech.create({
    model: 'gpt-4o-mini-tts',
    voice: 'marin',
    input: sentence,
    instructions: 'Speak warmly.',
    response_format: 'pcm',
  });
  const bytes = await answer.bytes();
  expect(bytes.length / 2 / 24_000).toBeCloseTo(samples.length / 16_000, 2);
  await expect(
    client.audio.speech.create({ model: 'tts-1', voice: 'nobody', input: sentence, response_format: 'pcm' }),
  ).rejects.toMatchObject({ status: 400, param: 'voice' });
});

describe('the SDK of OpenAI talks with the fake', () => {
  it('in pieces', async () => {
    const stream = await client.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'good morning' }],
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let tokens = 0;
    for await (const { choices, usage } of stream) {
      text += choices[0]?.delta.content ?? '';
      tokens += usage?.total_tokens ?? 0;
    }
    expect(text).toBe('You said: good morning');
    expect(tokens).toBeGreaterThan(0);
  });

  it('and is asked to use a tool', async () => {
    const tool = { type: 'function', function: { name: 'book_table', parameters: { type: 'object' } } } as const;
    const runner = client.chat.completions.stream({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'a table for two' }],
      tools: [tool],
    });
    const [choice] = (await runner.finalChatCompletion()).choices;
    expect(choice?.message.content).toBe('One moment.');
    expect(choice?.finish_reason).toBe('tool_calls');
    expect(choice?.message.tool_calls).toMatchObject([{ function: { name: 'book_table', arguments: '{"guests":2}' } }]);
  });

  it('by responses, with a tool among them', async () => {
    const stream = client.responses.stream({
      model: 'gpt-4.1-mini',
      input: [{ role: 'user', content: 'a table for two' }],
      tools: [{ type: 'function', name: 'book_table', parameters: { type: 'object' }, strict: false }],
    });
    let text = '';
    for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta;
    const { output, output_text } = await stream.finalResponse();
    expect([text, output_text]).toEqual(['One moment.', 'One moment.']);
    expect(output[1]).toMatchObject({ type: 'function_call', name: 'book_table', arguments: '{"guests":2}' });
  });

  it('and is told which models there are', async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toContain('gpt-live-transcribe');
  });
});

describe('a session of the SDK of OpenAI that only transcribes', () => {
  it('is told words while they come, and all of them at the commit', async () => {
    const socket = openSocket();
    const events: RealtimeServerEvent[] = [];
    socket.on('event', (event) => events.push(event));
    const completed = new Promise<string>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('conversation.item.input_audio_transcription.completed', ({ transcript }) => resolve(transcript));
    });
    socket.on('session.created', () => {
      socket.send({
        type: 'session.update',
        session: {
          type: 'transcription',
          audio: {
            input: {
              format: { type: 'audio/pcm', rate: 24_000 },
              transcription: { model: 'gpt-live-transcribe', languages: ['en'], keywords: ['haircut'] },
              turn_detection: null,
            },
          },
        },
      });
      const bytes = littleEndian(atRate(samples, 24_000));
      for (let at = 0; at < bytes.length; at += 4800) {
        const audio = Buffer.from(bytes.subarray(at, at + 4800)).toString('base64');
        socket.send({ type: 'input_audio_buffer.append', audio });
      }
      socket.send({ type: 'input_audio_buffer.commit' });
    });
    expect(await completed).toBe(sentence);
    socket.close();
    const types = events.map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['session.created', 'session.updated']);
    const firstWord = types.indexOf('conversation.item.input_audio_transcription.delta');
    expect(firstWord).toBeGreaterThan(0);
    expect(firstWord).toBeLessThan(types.indexOf('input_audio_buffer.committed'));
    expect(fake.journal.requests[0]).toMatchObject({ path: '/v1/realtime', query: { intent: ['transcription'] } });
  });

  it('is refused a commit of nothing, and what its model does not take', async () => {
    const socket = openSocket();
    const errors: (string | null | undefined)[] = [];
    const both = new Promise<void>((resolve) => {
      socket.on('error', ({ error }) => {
        errors.push(error?.code);
        if (errors.length === 2) resolve();
      });
    });
    socket.on('session.created', () => {
      socket.send({ type: 'input_audio_buffer.commit' });
      socket.send({
        type: 'session.update',
        session: {
          type: 'transcription',
          audio: {
            input: { transcription: { model: 'gpt-realtime-whisper', prompt: 'haircut' }, turn_detection: null },
          },
        },
      });
    });
    await both;
    socket.close();
    expect(errors).toEqual(['input_audio_buffer_commit_empty', 'invalid_parameter']);
  });
});

/** The SDK wants TLS; on loopback the connection is given to it as if it had that. */
function openSocket(): OpenAIRealtimeWS {
  const { port } = new URL(fake.url);
  const options = { createConnection: () => connect(Number(port), '127.0.0.1') };
  return new OpenAIRealtimeWS({ intent: 'transcription', options }, client);
}
