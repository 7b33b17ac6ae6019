import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createLineToWide } from '@parley/engine/audio/line-rate.ts';
import type { LineFormat } from '@parley/engine/ports/audio.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { until } from '@parley/fakes/conformance/bench.ts';
import { openEar } from '@parley/fakes/conformance/ear.ts';
import { createSteerableClock, type SteerableClock } from '@parley/fakes/conformance/steerable-clock.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { openaiFake } from '@parley/fakes/openai/openai-fake.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRecognizer } from '../registry.ts';

const sentence = 'i would like to book a haircut';
const vocabulary = { id: 'conformance', phrases: ['balayage'], contexts: { who: ['Anna'] } };

let brain: Brain;
let fake: RunningFake;
let clock: SteerableClock;
let sound: Int16Array;

beforeEach(async () => {
  brain = createToneBrain();
  fake = await openaiFake.start({ port: 0, brain });
  clock = createSteerableClock();
  sound = (await brain.speak(sentence, 'en', new AbortController().signal)).samples;
});
afterEach(async () => {
  clock.close();
  await fake.close();
  await brain.close();
});

async function recognizerOf(options: Record<string, unknown> = {}) {
  const accounts = { openai: { apiKey: fakeKey, baseUrl: `${fake.url}/v1` } };
  const recognizer = createRecognizer({ name: 'openai-realtime', options }, accounts, { clock, onError: () => {} });
  await recognizer.prepare(vocabulary, new AbortController().signal);
  return recognizer;
}

const typeSchema = z.looseObject({ type: z.string() });
const messageTypes = () => fake.journal.messages.map((message) => typeSchema.parse(message).type);
const handshakes = () => fake.journal.requests.length;

describe('a session', () => {
  it('is opened before anybody speaks, and set up for utterances that we end', async () => {
    const ear = openEar(await recognizerOf({ noiseReduction: 'near_field' }), 'vi-VN');
    await fake.journal.until(({ type }) => type === 'message');
    expect(fake.journal.requests[0]).toMatchObject({
      path: '/v1/realtime',
      query: { intent: ['transcription'] },
      headers: { authorization: `Bearer ${fakeKey}` },
    });
    expect(fake.journal.messages).toEqual([
      {
        type: 'session.update',
        session: {
          type: 'transcription',
          audio: {
            input: {
              format: { type: 'audio/pcm', rate: 24_000 },
              transcription: { model: 'gpt-live-transcribe', languages: ['vi'], keywords: ['balayage'] },
              noise_reduction: { type: 'near_field' },
              turn_detection: null,
            },
          },
        },
      },
    ]);
    ear.abort();
  });

  it('is one for the whole call; each utterance is its sound and one commit', async () => {
    const ear = openEar(await recognizerOf(), 'en');
    for (const count of [1, 2, 3]) {
      ear.say(sound);
      expect((await ear.final(count)).text).toBe(sentence);
      await clock.pass(60_000);
    }
    expect(handshakes()).toBe(1);
    expect(messageTypes()).toEqual(['session.update', ...Array(3).fill('input_audio_buffer.commit')]);
    // 24,000 samples of 16 bits a second, of whole frames.
    const frames = Math.ceil(sound.length / 320);
    expect(fake.journal.audioBytes / 3).toBeCloseTo(frames * 960, -2);
    ear.abort();
  });

  it('is told what is asked, when that is something else than before', async () => {
    const recognizer = await recognizerOf({ model: 'gpt-4o-mini-transcribe' });
    const scope = new AbortController();
    let finals = 0;
    const stream = recognizer.open({ language: 'en', vocabularyId: 'conformance', signal: scope.signal }, (event) => {
      if (event.type === 'final') finals += 1;
    });
    const asked = ['who', 'who', undefined];
    for (const [index, question] of asked.entries()) {
      stream.expect(question);
      stream.utteranceStarted([sound]);
      stream.utteranceEnded();
      await until(() => finals > index, `final ${index + 1}`);
    }
    const update = { type: 'session.update' };
    const commit = { type: 'input_audio_buffer.commit' };
    expect(fake.journal.messages).toMatchObject([update, update, commit, commit, update, commit]);
    expect(fake.journal.messages[1]).toMatchObject({
      session: {
        audio: { input: { transcription: { language: 'en', prompt: 'Anna.' } } },
        include: ['item.input_audio_transcription.logprobs'],
      },
    });
    scope.abort();
  });

  it('is replaced by another in a pause before the vendor ends it', async () => {
    const ear = openEar(await recognizerOf(), 'en');
    ear.say(sound);
    await ear.final(1);
    await clock.pass(51 * 60_000);
    ear.say(sound);
    expect((await ear.final(2)).text).toBe(sentence);
    expect(handshakes()).toBe(2);
    await until(() => fake.openSockets === 1, 'the old session to be closed');
    ear.abort();
  });
});

describe('a telephone', () => {
  it.each<[Exclude<LineFormat, 'wide'>, string]>([
    ['mulaw', 'audio/pcmu'],
    ['alaw', 'audio/pcma'],
  ])('is heard in its own form: %s', async (line, type) => {
    // As a call brings it: 8 kHz, raised to 16.
    const narrow = sound.filter((_, n) => n % 2 === 0);
    const toWide = createLineToWide();
    const wide = Int16Array.from([...toWide.process(narrow), ...toWide.flush()]);
    const recognizer = await recognizerOf();
    const scope = new AbortController();
    const final = Promise.withResolvers<string>();
    const options = { language: 'en', vocabularyId: 'conformance', line, signal: scope.signal };
    const stream = recognizer.open(options, (event) => {
      if (event.type === 'final') final.resolve(event.text);
    });
    stream.utteranceStarted([]);
    for (let at = 0; at < wide.length; at += 320) stream.write(wide.subarray(at, at + 320));
    stream.utteranceEnded();
    expect(await final.promise).toBe(sentence);
    expect(fake.journal.messages[0]).toMatchObject({ session: { audio: { input: { format: { type } } } } });
    expect(fake.journal.audioBytes).toBe(encodeG711(narrow, line).length);
    scope.abort();
  });
});

describe('what is no utterance', () => {
  it('is thrown away on both sides, and what follows is heard', async () => {
    const ear = openEar(await recognizerOf(), 'en');
    ear.say(sound.subarray(0, 1280));
    expect(await ear.final(1)).toMatchObject({ text: '', confidence: 0 });
    ear.say(sound);
    expect((await ear.final(2)).text).toBe(sentence);
    expect(messageTypes()).toEqual(['session.update', 'input_audio_buffer.clear', 'input_audio_buffer.commit']);
    ear.abort();
  });
});

describe('a stream fails at once', () => {
  it('when the vendor could not transcribe an utterance', async () => {
    const broken: Brain = {
      ...brain,
      listen: () => ({ write() {}, partial: '', end: () => Promise.reject(new Error('broken')), close() {} }),
    };
    await fake.close();
    fake = await openaiFake.start({ port: 0, brain: broken });
    const ear = openEar(await recognizerOf(), 'en');
    ear.say(sound);
    await expect(ear.final(1)).rejects.toThrow(/provider_failed.*Input transcription failed/);
  });

  it('when the vendor refuses the model, before anybody has spoken', async () => {
    const ear = openEar(await recognizerOf({ model: 'tts-1' }), 'en');
    await until(() => ear.failure !== undefined, 'the failure');
    expect(ear.failure).toMatchObject({ code: 'provider_refused', message: expect.stringContaining('tts-1') });
  });

  it('when the transcript does not come in time', async () => {
    const silent: Brain = {
      ...brain,
      listen: () => ({ write() {}, partial: '', end: () => new Promise(() => {}), close() {} }),
    };
    await fake.close();
    fake = await openaiFake.start({ port: 0, brain: silent });
    const ear = openEar(await recognizerOf(), 'en');
    ear.say(sound);
    await fake.journal.until((entry) => entry.type === 'message' && fake.journal.messages.length === 2);
    await clock.pass(5000);
    expect(ear.failure?.code).toBe('provider_timed_out');
  });
});
