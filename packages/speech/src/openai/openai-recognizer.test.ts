import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import { createScriptedBrain } from '@parley/fakes/brains/scripted-brain.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { until } from '@parley/fakes/conformance/bench.ts';
import { openEar } from '@parley/fakes/conformance/ear.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { withFault } from '@parley/fakes/faults.ts';
import { openaiFake } from '@parley/fakes/openai/openai-fake.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRecognizer } from '../registry.ts';

const context = { clock: createSystemClock(), onError: () => {} };
const sentence = 'i would like to book a haircut';
const vocabulary = { id: 'conformance', phrases: ['balayage'], contexts: { who: ['Anna', 'Minh Châu'] } };

let brain: Brain;
let fake: RunningFake;
let sound: Int16Array;

beforeEach(async () => {
  brain = createToneBrain();
  fake = await openaiFake.start({ port: 0, brain });
  sound = (await brain.speak(sentence, 'en', new AbortController().signal)).samples;
});
afterEach(async () => {
  await fake.close();
  await brain.close();
});

function recognizerOf(options: Record<string, unknown>, account: Record<string, unknown> = {}) {
  const accounts = { openai: { apiKey: fakeKey, baseUrl: `${fake.url}/v1`, ...account } };
  return createRecognizer({ name: 'openai', options }, accounts, context);
}

const bodySchema = z.looseObject({ file: z.object({ bytes: z.number() }) });
const bodies = () => fake.journal.requests.map(({ body }) => bodySchema.parse(body));

describe('a request for what an utterance was', () => {
  it('is of the whole utterance, in the form that the vendor asks for', async () => {
    const recognizer = recognizerOf({ partials: 'false' }, { organization: 'org-1', project: 'proj-1' });
    await recognizer.prepare(vocabulary, new AbortController().signal);
    const ear = openEar(recognizer, 'vi-VN');
    ear.say(sound);
    const { text, confidence, words } = await ear.final(1);
    expect(text).toBe(sentence);
    // The fake was 95 % sure of each word.
    expect(confidence).toBeCloseTo(0.95);
    expect(words).toEqual([]);
    expect(fake.journal.requests).toHaveLength(1);
    expect(fake.journal.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/audio/transcriptions',
      headers: { authorization: `Bearer ${fakeKey}`, 'openai-organization': 'org-1', 'openai-project': 'proj-1' },
      body: {
        model: 'gpt-4o-mini-transcribe',
        response_format: 'json',
        stream: 'true',
        'include[]': 'logprobs',
        language: 'vi',
        prompt: 'balayage.',
        // The WAV's header, and 16 bits for each sample of the frames.
        file: { name: 'speech.wav', type: 'audio/wav', bytes: 44 + Math.ceil(sound.length / 320) * 640 },
      },
    });
    await recognizer.close();
  });

  it('tells what was asked just now rather than all that may be said', async () => {
    const recognizer = recognizerOf({ partials: 'false' });
    await recognizer.prepare(vocabulary, new AbortController().signal);
    const scope = new AbortController();
    const finals = Promise.withResolvers<void>();
    const stream = recognizer.open({ language: 'en', vocabularyId: 'conformance', signal: scope.signal }, (event) => {
      if (event.type === 'final') finals.resolve();
    });
    stream.expect('who');
    stream.utteranceStarted([sound]);
    // What is asked next is not what this is the answer to.
    stream.expect(undefined);
    stream.utteranceEnded();
    await finals.promise;
    expect(fake.journal.requests[0]?.body).toMatchObject({ prompt: 'Anna, Minh Châu.' });
    scope.abort();
  });

  it('is in the form of the newer models for those', async () => {
    const recognizer = recognizerOf({ model: 'gpt-transcribe', partials: false, assumedConfidence: '0.8' });
    await recognizer.prepare(vocabulary, new AbortController().signal);
    const ear = openEar(recognizer, 'en-GB');
    ear.say(sound);
    expect((await ear.final(1)).confidence).toBe(0.8);
    const [body] = bodies();
    expect(body).toMatchObject({ 'languages[]': 'en', 'keywords[]': 'balayage', stream: 'true' });
    expect(body).not.toHaveProperty('language');
    expect(body).not.toHaveProperty('prompt');
    expect(body).not.toHaveProperty('include[]');
  });

  it('by Whisper tells nothing when nobody spoke, whatever Whisper writes', async () => {
    const ear = openEar(recognizerOf({ model: 'whisper-1' }), 'en');
    ear.say(new Int16Array(32_000));
    expect(await ear.final(1)).toMatchObject({ text: '', confidence: 0, rejected: false });
    expect(bodies().at(-1)).toMatchObject({ response_format: 'verbose_json' });
    ear.say(sound);
    expect((await ear.final(2)).confidence).toBeCloseTo(Math.sqrt(0.95));
  });

  it('is not made for less than a tenth of a second', async () => {
    const ear = openEar(recognizerOf({}), 'en');
    ear.say(new Int16Array(1280));
    expect(await ear.final(1)).toMatchObject({ text: '', confidence: 0 });
    expect(fake.journal.requests).toEqual([]);
  });
});

describe('words while the caller speaks', () => {
  it('are asked for each second, one request after the other, each from the beginning', async () => {
    const ear = openEar(recognizerOf({ partialEveryMs: '500' }), 'en');
    const utterance = ear.begin(sound);
    for (const share of [0.4, 0.7, 1]) {
      const seen = ear.events.length;
      utterance.writeTo(share);
      await until(() => ear.events.length > seen, `a partial at ${share}`);
    }
    utterance.end();
    expect((await ear.final(1)).text).toBe(sentence);
    const partials = ear.events.flatMap((event) => (event.type === 'partial' ? [event.text] : []));
    expect(partials.length).toBeGreaterThanOrEqual(3);
    for (const text of partials) expect(sentence.startsWith(text)).toBe(true);
    const lengths = bodies().map(({ file }) => file.bytes);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
  });

  it('are not asked for in an utterance of less than a second, nor when they are switched off', async () => {
    const short = openEar(recognizerOf({}), 'en');
    short.say(sound.subarray(0, 15_000));
    await short.final(1);
    expect(fake.journal.requests).toHaveLength(1);
    const without = openEar(recognizerOf({ partials: 'no' }), 'en');
    without.say(sound);
    await without.final(1);
    expect(fake.journal.requests).toHaveLength(2);
  });

  it('may fail: the final is what counts', async () => {
    const faulty = { baseUrl: `${withFault(fake.url, 'status:500,times:1')}/v1` };
    const ear = openEar(recognizerOf({}, faulty), 'en');
    const utterance = ear.begin(sound);
    utterance.writeTo(0.9);
    await fake.journal.until(({ type }) => type === 'request');
    await new Promise(setImmediate);
    utterance.end();
    expect((await ear.final(1)).text).toBe(sentence);
    expect(ear.failure).toBeUndefined();
  });
});

it('a script is followed line by line, whatever number of requests an utterance takes', async () => {
  const scripted = createScriptedBrain(['good morning', 'a haircut please']);
  const other = await openaiFake.start({ port: 0, brain: scripted });
  const ear = openEar(recognizerOf({}, { baseUrl: `${other.url}/v1` }), 'en');
  for (const [index, said] of ['good morning', 'a haircut please'].entries()) {
    ear.say(sound.map((sample) => sample >> index));
    expect((await ear.final(index + 1)).text).toBe(said);
  }
  await other.close();
});

describe('a refusal', () => {
  it('is told in the vendor’s words, without the key', async () => {
    const ear = openEar(recognizerOf({}, { apiKey: 'sk-proj-abcdefgh0123456789' }), 'en');
    ear.say(sound);
    await expect(ear.final(1)).rejects.toThrow(/provider_unauthorized/);
    expect(ear.failure?.message).toMatch(/^OpenAI: 401 invalid_api_key Incorrect API key/);
    expect(ear.failure?.message).not.toMatch(/abcd|6789/);
  });

  it('names the model that is not there', async () => {
    const ear = openEar(recognizerOf({ model: 'gpt-5-hears' }), 'en');
    ear.say(sound);
    await expect(ear.final(1)).rejects.toThrow(/provider_refused/);
    expect(ear.failure?.message).toContain('gpt-5-hears');
  });

  it('of a language that the vendor lacks is made without asking', async () => {
    const ear = openEar(recognizerOf({}), 'xh-ZA');
    ear.say(sound);
    await expect(ear.final(1)).rejects.toThrow(/language_not_supported/);
  });
});
