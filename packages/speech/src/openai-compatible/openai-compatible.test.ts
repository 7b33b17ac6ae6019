import { createServer } from 'node:http';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { until } from '@parley/fakes/conformance/bench.ts';
import { openEar } from '@parley/fakes/conformance/ear.ts';
import { beginSpeaking } from '@parley/fakes/conformance/spoken.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { openaiCompatibleFake } from '@parley/fakes/openai-compatible/openai-compatible-fake.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Accounts, createRecognizer, createSynthesizer, parseEngineChoice } from '../registry.ts';

const context = { clock: createSystemClock(), onError: () => {} };
const sentence = 'tomorrow afternoon please';
let brain: Brain;
let fake: RunningFake;
let accounts: Accounts;
let sound: Int16Array;

beforeEach(async () => {
  brain = createToneBrain();
  fake = await openaiCompatibleFake.start({ port: 0, brain });
  accounts = { 'openai-compatible': { baseUrl: `${fake.url}/v1/`, apiKey: fakeKey } };
  sound = (await brain.speak(sentence, 'en', new AbortController().signal)).samples;
});
afterEach(async () => {
  await fake.close();
  await brain.close();
});

describe('a server of one’s own hears', () => {
  it('as it is set up in one line of text', async () => {
    const headers = encodeURIComponent('{"x-tenant": "salon"}');
    const choice = parseEngineChoice(`openai-compatible?model=large-v3&wordTimes=yes&partials=no&headers=${headers}`);
    const ear = openEar(createRecognizer(choice, accounts, context), 'vi');
    ear.say(sound);
    const { text, words, confidence } = await ear.final(1);
    expect(text).toBe(sentence);
    expect(words.map((word) => word.text).join(' ')).toBe(sentence);
    expect(confidence).toBeCloseTo(Math.sqrt(0.95));
    expect(fake.journal.requests).toMatchObject([
      {
        path: '/v1/audio/transcriptions',
        headers: { authorization: `Bearer ${fakeKey}`, 'x-tenant': 'salon' },
        body: {
          model: 'large-v3',
          language: 'vi',
          response_format: 'verbose_json',
          'timestamp_granularities[]': ['word', 'segment'],
        },
      },
    ]);
    ear.abort();
  });

  it('when it only knows plain answers, as sure as it is taken to be', async () => {
    const choice = parseEngineChoice('openai-compatible?answer=json&assumedConfidence=0.9');
    const ear = openEar(createRecognizer(choice, accounts, context), 'en');
    ear.say(sound);
    expect(await ear.final(1)).toMatchObject({ text: sentence, confidence: 0.9 });
    expect(fake.journal.requests[0]?.body).toMatchObject({ response_format: 'json' });
    ear.abort();
  });

  it('but not with headers that are none', () => {
    const choice = parseEngineChoice('openai-compatible?headers=x-tenant:salon');
    expect(() => createRecognizer(choice, accounts, context)).toThrow(/must be an object of texts, as JSON/);
  });

  it.each(['Authorization', 'x-api-key', 'Cookie'])('nor with keys among them (%s): metrics show options', (name) => {
    const headers = encodeURIComponent(JSON.stringify({ [name]: 'top-secret' }));
    const make = () => createRecognizer(parseEngineChoice(`openai-compatible?headers=${headers}`), accounts, context);
    expect(make).toThrow(/Keys belong into the account/);
    expect(make).not.toThrow(/top-secret/);
  });
});

describe('a server of one’s own speaks', () => {
  it('by the first of its voices, or any that is asked for', async () => {
    const voice = createSynthesizer(
      parseEngineChoice('openai-compatible?voices=af_heart,bm_george'),
      accounts,
      context,
    );
    expect(voice.voices.map(({ id }) => id)).toEqual(['af_heart', 'bm_george']);
    await beginSpeaking(voice, { text: sentence, language: 'en' }).whole();
    expect(fake.journal.requests.at(-1)?.body).toEqual({
      model: 'tts-1',
      input: sentence,
      voice: 'af_heart',
      response_format: 'wav',
    });
  });

  it('at a rate that is said in the options where the sound does not say it', async () => {
    const choice = parseEngineChoice('openai-compatible?format=pcm&sampleRateHz=22050');
    const { samples } = await beginSpeaking(createSynthesizer(choice, accounts, context), {
      text: sentence,
      language: 'en',
    }).whole();
    expect(Math.abs(samples.length - sound.length)).toBeLessThan(16);
    const odd = parseEngineChoice('openai-compatible?format=pcm&sampleRateHz=12345');
    expect(() => createSynthesizer(odd, accounts, context)).toThrow(/sampleRateHz/);
  });

  it('and what it sends in place of sound is not played', async () => {
    const answers = [
      { type: 'audio/mpeg', body: 'ID3' },
      { type: 'application/json', body: '{"error":{}}' },
      { type: 'audio/wav', body: '' },
    ];
    const server = createServer((_, response) => {
      const answer = answers.shift();
      response.writeHead(200, { 'content-type': answer?.type }).end(answer?.body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const account = { baseUrl: `http://127.0.0.1:${port}/v1` };
    const voice = createSynthesizer({ name: 'openai-compatible' }, { 'openai-compatible': account }, context);
    await expectRefusal(voice, /audio\/mpeg/);
    await expectRefusal(voice, /application\/json/);
    await expectRefusal(voice, /no sound/);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
});

async function expectRefusal(voice: Synthesizer, message: RegExp): Promise<void> {
  const spoken = beginSpeaking(voice, { text: sentence, language: 'en' });
  await until(() => spoken.end !== undefined, 'the end');
  expect(spoken.end).toMatchObject({
    type: 'failed',
    code: 'provider_protocol',
    message: expect.stringMatching(message),
  });
  expect(spoken.samples).toHaveLength(0);
}
