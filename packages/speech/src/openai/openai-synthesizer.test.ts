import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { SynthesisRequest, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { openaiFake } from '@parley/fakes/openai/openai-fake.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSynthesizer } from '../registry.ts';

const context = { clock: createSystemClock(), onError: () => {} };
let brain: Brain;
let fake: RunningFake;

beforeEach(async () => {
  brain = createToneBrain();
  fake = await openaiFake.start({ port: 0, brain });
});
afterEach(async () => {
  await fake.close();
  await brain.close();
});

const voiceOf = (options: Record<string, unknown> = {}): Synthesizer =>
  createSynthesizer({ name: 'openai', options }, { openai: { apiKey: fakeKey, baseUrl: `${fake.url}/v1` } }, context);

/** The number of samples, or the code and message of the failure. */
function speak(voice: Synthesizer, request: Partial<SynthesisRequest> = {}): Promise<number | string> {
  const signal = new AbortController().signal;
  const { promise, resolve } = Promise.withResolvers<number | string>();
  let count = 0;
  const plain = {
    text: 'good morning',
    language: 'en-GB',
    voice: undefined,
    tone: 'neutral',
    ssml: undefined,
  } as const;
  voice.synthesize(
    { ...plain, passage: undefined, signal, ...request },
    {
      audio: (samples) => {
        count += samples.length;
      },
      words: () => {},
      done: () => resolve(count),
      failed: (code, message) => resolve(`${code} ${message}`),
    },
  );
  return promise;
}

describe('a sentence', () => {
  it('is asked for in the form that is played as it comes', async () => {
    const { samples } = await brain.speak('good morning', 'en', new AbortController().signal);
    expect(await speak(voiceOf())).toBe(samples.length);
    expect(fake.journal.requests).toMatchObject([
      {
        method: 'POST',
        path: '/v1/audio/speech',
        headers: { authorization: `Bearer ${fakeKey}`, 'content-type': 'application/json' },
        body: { model: 'gpt-4o-mini-tts', input: 'good morning', voice: 'marin', response_format: 'pcm' },
      },
    ]);
    expect(fake.journal.requests[0]?.body).not.toHaveProperty('instructions');
  });

  it('is spoken in its tone by models that can be told', async () => {
    const voice = voiceOf({ instructions: 'You are British.', speed: '1.1' });
    await speak(voice, { tone: 'warm' });
    await speak(voice, { tone: 'neutral' });
    await speak(voiceOf({ model: 'tts-1' }), { tone: 'warm' });
    const [warm, neutral, older] = fake.journal.requests.map(({ body }) => body);
    expect(warm).toMatchObject({ instructions: expect.stringMatching(/^You are British\. Speak warmly/), speed: 1.1 });
    expect(neutral).toMatchObject({ instructions: 'You are British.' });
    expect(older).not.toHaveProperty('instructions');
    expect(older).toMatchObject({ voice: 'alloy' });
  });

  it('is spoken by the voice that is asked for, one of the organization’s own by its id', async () => {
    const voice = voiceOf();
    await speak(voice, { voice: 'coral' });
    await speak(voice, { voice: 'voice_1234' });
    expect(fake.journal.requests.map(({ body }) => body)).toMatchObject([
      { voice: 'coral' },
      { voice: { id: 'voice_1234' } },
    ]);
  });

  it('without a word in it is silence, and not asked for', async () => {
    expect(await speak(voiceOf(), { text: '…' })).toBe(0);
    expect(fake.journal.requests).toEqual([]);
  });
});

describe('what cannot be spoken', () => {
  it('is refused without asking', async () => {
    expect(await speak(voiceOf(), { voice: 'nobody' })).toMatch(/^voice_unknown .*marin/);
    expect(await speak(voiceOf({ model: 'tts-1' }), { voice: 'marin' })).toMatch(/^voice_unknown/);
    expect(await speak(voiceOf(), { language: 'xh' })).toMatch(/^language_not_supported/);
    expect(await speak(voiceOf(), { text: 'a'.repeat(4097) })).toMatch(/^text_too_long/);
    expect(fake.journal.requests).toEqual([]);
  });

  it('is refused in the vendor’s words', async () => {
    expect(await speak(voiceOf({ model: 'gpt-5-tts' }))).toMatch(
      /^provider_refused OpenAI: 404 model_not_found.*gpt-5-tts/,
    );
  });
});
