import { connect } from 'node:net';
import { encodeWav } from '@parley/engine/audio/wav.ts';
import { AuthenticationError, AzureOpenAI, NotFoundError, toFile } from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Brain } from '../brain.ts';
import { createToneBrain } from '../brains/tone-brain.ts';
import { fakeKey, type RunningFake } from '../fake-vendor.ts';
import { atRate, littleEndian } from '../openai-api/sound.ts';
import { azureOpenaiFake } from './azure-openai-fake.ts';

const sentence = 'tomorrow afternoon please';
const apiVersion = '2025-04-01-preview';
let brain: Brain;
let fake: RunningFake;
let samples: Int16Array;

beforeAll(async () => {
  brain = createToneBrain();
  fake = await azureOpenaiFake.start({ port: 0, brain });
  ({ samples } = await brain.speak(sentence, 'en', new AbortController().signal));
});
beforeEach(() => fake.journal.clear());
afterAll(async () => {
  await fake.close();
  await brain.close();
});

const clientOf = (deployment: string, apiKey: string = fakeKey) =>
  new AzureOpenAI({ apiKey, endpoint: fake.url, apiVersion, deployment, maxRetries: 0 });
const file = () => toFile(encodeWav([samples], 16_000), 'speech.wav', { type: 'audio/wav' });

it('the SDK of Azure OpenAI hears by a deployment of the fake', async () => {
  const stream = await clientOf('our-transcriber').audio.transcriptions.create({
    file: await file(),
    model: 'our-transcriber',
    stream: true,
  });
  let done = '';
  for await (const event of stream) if (event.type === 'transcript.text.done') done = event.text;
  expect(done).toBe(sentence);
  expect(fake.journal.requests[0]).toMatchObject({
    path: '/openai/deployments/our-transcriber/audio/transcriptions',
    query: { 'api-version': [apiVersion] },
    headers: { 'api-key': fakeKey },
  });
});

it('the SDK of Azure OpenAI speaks by a deployment of the fake', async () => {
  const answer = await clientOf('gpt-4o-mini-tts').audio.speech.create({
    model: 'gpt-4o-mini-tts',
    voice: 'alloy',
    input: sentence,
    response_format: 'wav',
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(bytes.subarray(0, 4).toString()).toBe('RIFF');
  expect((bytes.length - 44) / 2 / 24_000).toBeCloseTo(samples.length / 16_000, 2);
});

it('the SDK of Azure OpenAI talks with a deployment of the fake', async () => {
  const { choices } = await clientOf('gpt-4o-mini').chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'good morning' }],
  });
  expect(choices[0]?.message.content).toBe('You said: good morning');
});

it('a session of the SDK of Azure OpenAI transcribes by a deployment of the fake', async () => {
  const options = { createConnection: () => connect(Number(new URL(fake.url).port), '127.0.0.1') };
  const socket = await OpenAIRealtimeWS.azure(clientOf('none'), { intent: 'transcription', options });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.on('error', reject);
  socket.on('conversation.item.input_audio_transcription.completed', ({ transcript }) => resolve(transcript));
  socket.on('session.created', () => {
    const transcription = { model: 'our-transcriber', language: 'en' };
    const session = { type: 'transcription', audio: { input: { transcription, turn_detection: null } } } as const;
    socket.send({ type: 'session.update', session });
    const audio = Buffer.from(littleEndian(atRate(samples, 24_000))).toString('base64');
    socket.send({ type: 'input_audio_buffer.append', audio });
    socket.send({ type: 'input_audio_buffer.commit' });
  });
  expect(await promise).toBe(sentence);
  socket.close();
  expect(fake.journal.requests[0]).toMatchObject({
    path: '/openai/v1/realtime',
    query: { intent: ['transcription'] },
    headers: { 'api-key': fakeKey },
  });
});

it('a deployment that is not there and a wrong key are refused as Azure does', async () => {
  const ask = async (client: AzureOpenAI) =>
    client.audio.transcriptions.create({ file: await file(), model: 'nothing' });
  await expect(ask(clientOf('nothing'))).rejects.toThrow(NotFoundError);
  await expect(ask(clientOf('nothing'))).rejects.toMatchObject({ code: 'DeploymentNotFound' });
  await expect(ask(clientOf('our-transcriber', 'wrong'))).rejects.toThrow(AuthenticationError);
});
