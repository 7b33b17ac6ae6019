import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Passage, SynthesisRequest, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { elevenLabsFake } from '@parley/fakes/elevenlabs/elevenlabs-fake.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { withFault } from '@parley/fakes/faults.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { speak } from '../testing/voice-loop.ts';
import { elevenLabsProvider } from './elevenlabs-provider.ts';

const sarah = 'EXAVITQu4vr4xnSDxMaL';
const engine = elevenLabsProvider.synthesizers.elevenlabs;
const brain = createToneBrain();
const clock = createSystemClock();
const open: Synthesizer[] = [];
let fake: RunningFake;

beforeEach(async () => {
  fake = await elevenLabsFake.start({ port: 0, brain });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  await fake.close();
});

function create(options: object = {}, { apiKey = fakeKey, fault = '' } = {}): Synthesizer {
  const made = engine?.create({ apiKey, baseUrl: withFault(fake.url, fault) }, options, { clock, onError: () => {} });
  if (made === undefined) throw new Error('There is no such engine.');
  open.push(made);
  return made;
}
const handshakes = () => fake.journal.requests.filter(({ path }) => path.endsWith('multi-stream-input'));
const speeches = () => fake.journal.requests.filter(({ method }) => method === 'POST');
const passage = (index: number, previousText: string): Passage => ({ id: 'call/1', index, previousText });

describe('a sentence over the WebSocket', () => {
  it('is asked for as the vendor wants it, field by field', async () => {
    await speak(create(), 'Good morning, Ann.', { language: 'en-GB' });
    expect(handshakes()).toMatchObject([
      {
        path: `/v1/text-to-speech/${sarah}/multi-stream-input`,
        query: {
          model_id: ['eleven_flash_v2_5'],
          language_code: ['en'],
          output_format: ['pcm_16000'],
          auto_mode: ['true'],
          sync_alignment: ['true'],
          inactivity_timeout: ['180'],
        },
        headers: { 'xi-api-key': fakeKey },
      },
    ]);
    expect(fake.journal.messages).toEqual([
      { text: ' ', context_id: 's1' },
      { text: 'Good morning, Ann. ', flush: true, context_id: 's1' },
      { close_context: true, context_id: 's1' },
    ]);
  });

  it('comes whole, with the times of its words', async () => {
    const spoken = await brain.speak('Come at seven please', 'en', AbortSignal.timeout(1000));
    const { samples, words } = await speak(create(), 'Come at seven please');
    expect(samples).toEqual(spoken.samples);
    expect(words.map(({ text }) => text)).toEqual(['Come', 'at', 'seven', 'please']);
    for (const [index, word] of words.entries()) {
      expect(Math.abs(word.startMs - (spoken.words[index]?.startMs ?? 0))).toBeLessThanOrEqual(2);
      expect(Math.abs(word.endMs - (spoken.words[index]?.endMs ?? 0))).toBeLessThanOrEqual(2);
    }
  });

  it('says numbers in words, which the quick models do not, and tells the times of what is written', async () => {
    const { words } = await speak(create(), 'Room 12, please.');
    expect(fake.journal.messages[1]).toMatchObject({ text: 'Room twelve, please. ' });
    expect(words.map(({ text }) => text)).toEqual(['Room', '12,', 'please.']);
  });

  it('leaves numbers to models that read them', async () => {
    await speak(create({ model: 'eleven_multilingual_v2' }), 'Room 12, please.');
    expect(fake.journal.messages[1]).toMatchObject({ text: 'Room 12, please. ' });
    expect(handshakes()[0]?.query).not.toHaveProperty('language_code');
  });

  it.each([
    ['mulaw', 'ulaw_8000'],
    ['alaw', 'alaw_8000'],
  ] as const)('asks for what a line of %s carries', async (line, format) => {
    const { samples } = await speak(create(), 'Good morning', { line });
    expect(handshakes()[0]?.query).toMatchObject({ output_format: [format] });
    expect(samples.length).toBeGreaterThan(16 * 400);
  });

  it('takes its settings and its tone along, with the first message', async () => {
    const voice = create({
      stability: '0.4',
      similarity: '0.8',
      style: '0.1',
      speed: '1.1',
      voice: 'fakeMaiLanVietnamese',
    });
    await speak(voice, 'Xin chào', { language: 'vi-VN', tone: 'warm' });
    await speak(voice, 'Xin chào', { language: 'vi-VN', tone: 'energetic' });
    expect(handshakes()[0]).toMatchObject({
      path: '/v1/text-to-speech/fakeMaiLanVietnamese/multi-stream-input',
      query: { language_code: ['vi'] },
    });
    expect(fake.journal.messages.filter((one) => JSON.stringify(one).includes('voice_settings'))).toEqual([
      {
        text: ' ',
        context_id: 's1',
        voice_settings: { stability: 0.45, similarity_boost: 0.8, style: 0.1, use_speaker_boost: true, speed: 1.056 },
      },
      {
        text: ' ',
        context_id: 's2',
        voice_settings: { stability: 0.25, similarity_boost: 0.8, style: 0.1, use_speaker_boost: true, speed: 1.166 },
      },
    ]);
  });

  it('goes over the connection of the one before', async () => {
    const voice = create();
    await speak(voice, 'One.');
    await speak(voice, 'Two.');
    await Promise.all([speak(voice, 'Three.'), speak(voice, 'Four.')]);
    expect(handshakes()).toHaveLength(1);
  });

  it('opens another connection before the vendor says that there are too many at once', async () => {
    const voice = create();
    const all = await Promise.all(Array.from({ length: 12 }, (_, index) => speak(voice, `Sentence ${index}`)));
    expect(all.every(({ samples }) => samples.length > 0)).toBe(true);
    expect(handshakes()).toHaveLength(3);
  });

  it('is spoken over a new connection when the old one broke while nobody spoke', async () => {
    const voice = create();
    await speak(voice, 'One.');
    fake.strike('break');
    await fake.journal.until(({ type }) => type === 'closed');
    expect((await speak(voice, 'Two.')).samples.length).toBeGreaterThan(0);
    expect(handshakes()).toHaveLength(2);
  });

  it('finds the connection that was opened for it', async () => {
    const voice = create();
    voice.warm?.('en-US');
    await fake.journal.until(({ type }) => type === 'request');
    await speak(voice, 'One.');
    expect(handshakes()).toHaveLength(1);
  });

  it('is silence when there is nothing to say, without a request', async () => {
    expect((await speak(create(), '🙂 …')).samples).toHaveLength(0);
    expect(fake.journal.entries).toEqual([]);
  });
});

describe('sentences over requests', () => {
  it('name the requests of the sentences before, three at most, once those are read to the end', async () => {
    const voice = create({ transport: 'rest' });
    const { words } = await speak(voice, 'One.', { passage: passage(0, '') });
    expect(words.map(({ text }) => text)).toEqual(['One.']);
    for (const [index, text] of ['Two.', 'Three.', 'Four.', 'Five.'].entries())
      await speak(voice, text, { passage: passage(index + 1, 'before') });
    const bodies = speeches().map(({ body }) => body);
    expect(speeches()[0]).toMatchObject({
      path: `/v1/text-to-speech/${sarah}/stream/with-timestamps`,
      query: { output_format: ['pcm_16000'] },
      headers: { 'xi-api-key': fakeKey, 'content-type': 'application/json' },
    });
    expect(bodies[0]).toEqual({ text: 'One.', model_id: 'eleven_flash_v2_5', language_code: 'en' });
    expect(bodies.slice(1)).toMatchObject([1, 2, 3, 3].map((length) => ({ previous_request_ids: { length } })));
    expect(bodies.slice(1).some((body) => JSON.stringify(body).includes('previous_text'))).toBe(false);
  });

  it('give the text before when the sentence before is not there yet', async () => {
    const voice = create({ transport: 'rest' });
    await Promise.all([
      speak(voice, 'One.', { passage: passage(0, '') }),
      speak(voice, 'Two.', { passage: passage(1, 'One.') }),
    ]);
    expect(speeches()[1]?.body).toMatchObject({ text: 'Two.', previous_text: 'One.' });
    expect(speeches()[1]?.body).not.toHaveProperty('previous_request_ids');
  });

  it('are stitched by the text alone when the vendor keeps nothing', async () => {
    const voice = create({ transport: 'rest', logging: 'false' });
    await speak(voice, 'One.', { passage: passage(0, '') });
    await speak(voice, 'Two.', { passage: passage(1, 'One.') });
    expect(speeches()[1]).toMatchObject({ query: { enable_logging: ['false'] }, body: { previous_text: 'One.' } });
    expect(speeches()[1]?.body).not.toHaveProperty('previous_request_ids');
  });

  it('are not stitched by eleven_v3, which has no WebSocket either, and knows three steps of stability', async () => {
    const voice = create({ model: 'eleven_v3', stability: 0.6 });
    await speak(voice, 'One.', { passage: passage(0, '') });
    await speak(voice, 'Two.', { passage: passage(1, 'One.') });
    expect(speeches()[1]?.body).toEqual({
      text: 'Two.',
      model_id: 'eleven_v3',
      language_code: 'en',
      voice_settings: { stability: 0.5, similarity_boost: 0.75, style: 0, use_speaker_boost: true, speed: 1 },
    });
  });

  it('come to the same samples and word times as over the WebSocket', async () => {
    const overRest = await speak(create({ transport: 'rest' }), 'Come at seven please');
    const overSocket = await speak(create(), 'Come at seven please');
    expect(overRest).toEqual(overSocket);
  });
});

describe.each(['websocket', 'rest'])('what goes wrong over %s', (transport) => {
  const failing = (options: object, parts: object, request: Partial<SynthesisRequest> = {}) =>
    expect(speak(create({ transport, ...options }, parts), 'Good morning', request)).rejects;

  it('a wrong key', () => failing({}, { apiKey: 'wrong' }).toThrow('provider_unauthorized: invalid_api_key'));
  it('a voice that there is not', () => failing({}, {}, { voice: 'nobody' }).toThrow('voice_unknown'));
  it('a voice that is no id', () => failing({}, {}, { voice: '../../v1/user' }).toThrow('voice_unknown'));
  it('a model that there is not', () =>
    failing({ model: 'eleven_v9' }, {}).toThrow('provider_refused: model_not_found'));
  it('too many requests, with the time to wait', async () => {
    const failed = Promise.withResolvers<unknown[]>();
    create({ transport }, { fault: 'status:429,retry-after:2' }).synthesize(
      {
        text: 'Good morning',
        language: 'en',
        voice: undefined,
        tone: 'neutral',
        ssml: undefined,
        passage: undefined,
        signal: AbortSignal.timeout(5000),
      },
      { audio() {}, words() {}, done() {}, failed: (...told) => failed.resolve(told) },
    );
    const [code, message, retryAfterMs] = await failed.promise;
    expect([code, message, retryAfterMs]).toEqual([
      'provider_rate_limited',
      'rate_limit_exceeded: Too many requests.',
      2000,
    ]);
  });
  it('an answer in the older form', () =>
    failing({}, { fault: 'status:500' }).toThrow('provider_failed: internal_server_error'));
  it('a text that is too long', () => failing({ maxCharacters: 5 }, {}).toThrow('text_too_long'));
  it('silence', () => failing({ firstAudioTimeoutMs: 100 }, { fault: 'silent' }).toThrow('provider_timed_out'));
  it('broken messages', () => failing({}, { fault: 'garble-after:1' }).toThrow('provider_protocol'));
  it('a language that the model does not speak', () =>
    failing({ model: 'eleven_multilingual_v2' }, {}, { language: 'vi' }).toThrow('language_not_supported'));
});

describe('the voices', () => {
  it('are those that all have at first, and then the account’s own', async () => {
    const voice = create();
    expect(voice.voices.map(({ id }) => id)).toContain(sarah);
    await fake.journal.until((entry) => entry.type === 'request' && entry.path === '/v2/voices');
    await expect
      .poll(() => voice.voices)
      .toContainEqual({ id: 'fakeMaiLanVietnamese', title: 'Mai Lan', language: 'vi-VN' });
    expect(fake.journal.requests).toHaveLength(1);
  });

  it('cost nothing until somebody looks', async () => {
    await speak(create({ transport: 'rest' }), 'One.');
    expect(fake.journal.requests).toHaveLength(1);
  });
});

it('knows Vietnamese with the models that do', () => {
  expect(engine?.languagesOf({})).toContain('vi');
  expect(engine?.languagesOf({ model: 'eleven_v3' })).toContain('vi');
  expect(engine?.languagesOf({})).toEqual(expect.arrayContaining(['no', 'nb']));
  expect(engine?.languagesOf({ model: 'eleven_multilingual_v2' })).not.toContain('vi');
});

it('takes its account from the environment', () => {
  expect(elevenLabsProvider.accountOf(fake.environment)).toEqual({ apiKey: fakeKey, baseUrl: fake.url });
  expect(elevenLabsProvider.accountOf({})).toBeUndefined();
});
