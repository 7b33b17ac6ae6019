import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Recognizer, RecognizerEvent, RecognizerOptions } from '@parley/engine/ports/recognizer.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { createSteerableClock } from '@parley/fakes/conformance/steerable-clock.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { rivaFake } from '@parley/fakes/riva/riva-fake.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineContext } from '../provider/provider.ts';
import { rivaProvider } from './riva-provider.ts';

const brain = createToneBrain();
let fake: RunningFake;
let scope: AbortController;
const open: Recognizer[] = [];

beforeEach(async () => {
  fake = await rivaFake.start({ port: 0, brain });
  scope = new AbortController();
});
afterEach(async () => {
  scope.abort();
  for (const each of open.splice(0)) await each.close();
  await fake.close();
});

const vocabulary = {
  id: 'salon',
  phrases: ['a haircut', 'a colour', ' a haircut ', 'x'.repeat(61), ''],
  contexts: { day: ['on monday', 'a colour'] },
};

function recognizer(
  name: 'riva' | 'riva-offline',
  options: object = {},
  given: object = {},
  context: Partial<EngineContext> = {},
): Recognizer {
  const account = { url: fake.url, apiKey: fakeKey, ...given };
  const all = { clock: createSystemClock(), onError: () => {}, ...context };
  const made = rivaProvider.recognizers[name]?.create(account, options, all);
  if (made === undefined) throw new Error(`${name} is not there.`);
  open.push(made);
  return made;
}

/** Says a sentence to it and gives what it tells. */
async function say(
  { open: openStream }: Recognizer,
  samples: Int16Array,
  options: Partial<RecognizerOptions> = {},
  context?: string,
): Promise<readonly RecognizerEvent[]> {
  const events: RecognizerEvent[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(() => reject(new Error(`No end: ${JSON.stringify(events)}`)), 5000);
  const stream = openStream(
    { language: 'en-US', vocabularyId: vocabulary.id, signal: scope.signal, ...options },
    (event) => {
      events.push(event);
      if (event.type === 'final' || event.type === 'failed') resolve();
    },
  );
  stream.expect(context);
  stream.utteranceStarted([samples.subarray(0, 320)]);
  for (let at = 320; at < samples.length; at += 320) stream.write(samples.slice(at, at + 320));
  stream.utteranceEnded();
  try {
    await promise;
  } finally {
    clearTimeout(late);
  }
  return events;
}

async function sound(text: string): Promise<Int16Array> {
  const { samples } = await brain.speak(text, 'en-US', scope.signal);
  return samples;
}

async function silence(ms: number): Promise<Int16Array> {
  return new Int16Array(ms * 16);
}

async function joined(...parts: readonly Promise<Int16Array>[]): Promise<Int16Array> {
  return Int16Array.from((await Promise.all(parts)).flatMap((part) => [...part]));
}

describe('what the service is asked', () => {
  it('has the language with its region, the form of the sound and what the agent expects, what was asked first', async () => {
    const riva = recognizer(
      'riva',
      { model: 'salon-model', stopHistoryMs: '500', boost: '12.5' },
      { functionId: 'f-1' },
    );
    await riva.prepare(vocabulary, scope.signal);
    await say(riva, await sound('a haircut please'), { language: 'vi' }, 'day');
    expect(fake.journal.requests[0]).toMatchObject({
      path: '/nvidia.riva.asr.RivaSpeechRecognition/StreamingRecognize',
      headers: { authorization: `Bearer ${fakeKey}`, 'function-id': 'f-1' },
    });
    expect(fake.journal.messages).toEqual([
      {
        streaming_config: {
          interim_results: true,
          config: {
            encoding: 'LINEAR_PCM',
            sample_rate_hertz: 16_000,
            language_code: 'vi-VN',
            max_alternatives: 1,
            profanity_filter: false,
            speech_contexts: [{ phrases: ['on monday', 'a colour', 'a haircut'], boost: 12.5 }],
            audio_channel_count: 1,
            enable_word_time_offsets: true,
            enable_automatic_punctuation: true,
            enable_separate_recognition_per_channel: false,
            model: 'salon-model',
            verbatim_transcripts: false,
            diarization_config: null,
            custom_configuration: {},
            endpointing_config: { stop_history: 500 },
          },
        },
        id: null,
      },
    ]);
  });

  it('has each sample once, 16 bits of it', async () => {
    const samples = await sound('a haircut');
    await say(recognizer('riva'), samples);
    expect(fake.journal.audioBytes).toBe(2 * samples.length);
  });

  it.each([
    ['mulaw', 'MULAW'],
    ['alaw', 'ALAW'],
  ] as const)('has the line’s own bytes when a telephone speaks %s', async (line, encoding) => {
    const samples = await sound('tomorrow please');
    const riva = recognizer('riva-offline');
    const events = await say(riva, samples, { line });
    expect(events.at(-1)).toMatchObject({ type: 'final', text: 'tomorrow please' });
    const rate = createWideToLine();
    const bytes = rate.process(samples).length + rate.flush().length;
    expect(fake.journal.requests[0]?.body).toMatchObject({
      config: { encoding, sample_rate_hertz: 8000 },
      audio: bytes,
    });
  });

  it('has no phrases when there are none or none are wanted, and no more than wanted', async () => {
    const contexts = async (options: object) => {
      fake.journal.clear();
      const riva = recognizer('riva-offline', options);
      await riva.prepare(vocabulary, scope.signal);
      await say(riva, await sound('a haircut'));
      return fake.journal.requests[0]?.body;
    };
    expect(await contexts({ boost: 0 })).toMatchObject({ config: { speech_contexts: [] } });
    expect(await contexts({ maxPhrases: '1' })).toMatchObject({
      config: { speech_contexts: [{ phrases: ['a haircut'], boost: 10 }] },
    });
  });

  it('goes over one connection, however many callers there are', async () => {
    const others = await socketsOfOthers();
    const riva = recognizer('riva');
    const samples = await sound('a haircut');
    await say(riva, samples);
    const ofOne = tcpSockets();
    const all = await Promise.all(Array.from({ length: 20 }, () => say(riva, samples)));
    for (const events of all) expect(events.at(-1)).toMatchObject({ type: 'final', text: 'a haircut' });
    expect(ofOne).toBeGreaterThan(others);
    expect(tcpSockets()).toBe(ofOne);
  });
});

describe('what becomes of its answers', () => {
  it('pieces that the service ended by itself are one utterance, with times from its start', async () => {
    const first = await sound('a haircut');
    const samples = await joined(silence(100), sound('a haircut'), silence(700), sound('tomorrow please'));
    const events = await say(recognizer('riva', { stopHistoryMs: 500 }), samples);
    const final = events.at(-1);
    if (final?.type !== 'final') throw new Error(JSON.stringify(final));
    expect(final.text).toBe('a haircut tomorrow please');
    expect(final.words.map(({ text }) => text)).toEqual(['a', 'haircut', 'tomorrow', 'please']);
    const third = 100 + first.length / 16 + 700;
    expect(Math.abs((final.words[2]?.startMs ?? 0) - third)).toBeLessThan(20);
    expect(events.filter(({ type }) => type === 'partial').map((event) => 'text' in event && event.text)).toContain(
      'a haircut tomorrow',
    );
  });

  it('the confidence is the probability that the logarithm stands for', async () => {
    const events = await say(recognizer('riva'), await sound('a haircut'));
    expect(events.at(-1)).toMatchObject({ type: 'final', confidence: expect.closeTo(0.95, 3) });
  });

  it('a language without a model is no language of the server, a model without a name no model', async () => {
    expect((await say(recognizer('riva'), await sound('hi'), { language: 'sw-KE' })).at(-1)).toMatchObject({
      type: 'failed',
      code: 'language_not_supported',
    });
    expect((await say(recognizer('riva', { model: 'no-such-model' }), await sound('hi'))).at(-1)).toMatchObject({
      type: 'failed',
      code: 'provider_refused',
    });
  });

  it('a server that pushes back says for how long', async () => {
    const riva = recognizer('riva', {}, { functionId: 'fault=status:429,retry-after:7' });
    expect((await say(riva, await sound('hi'))).at(-1)).toMatchObject({
      code: 'provider_rate_limited',
      retryAfterMs: 7000,
    });
  });
});

describe('the connection', () => {
  it('is gone when the recogniser is closed, and when nobody speaks for a while', async () => {
    const others = await socketsOfOthers();
    const clock = createSteerableClock();
    const riva = recognizer('riva', {}, {}, { clock });
    await say(riva, await sound('a haircut'));
    expect(tcpSockets()).toBeGreaterThan(others);
    await clock.pass(30_000);
    await until(() => tcpSockets() <= others);
    expect((await say(riva, await sound('a haircut'))).at(-1)).toMatchObject({ type: 'final', text: 'a haircut' });
    await riva.close();
    await until(() => tcpSockets() <= others);
    expect(clock.pending).toBe(0);
    clock.close();
  });

  it('takes a long utterance at once, and gives up on a server that takes nothing', async () => {
    const clock = createSteerableClock();
    const riva = recognizer('riva', { finalTimeoutMs: 60_000 }, {}, { clock });
    const long = await joined(silence(40_000), sound('a haircut'));
    expect((await say(riva, long)).at(-1)).toMatchObject({ type: 'final', text: 'a haircut' });
    fake.strike('freeze');
    const events = await say(riva, await silence(90_000));
    expect(events).toMatchObject([{ type: 'failed', code: 'provider_timed_out' }]);
    clock.close();
  });

  it('is given up when a final is waited for in vain: the next caller gets another', async () => {
    const clock = createSteerableClock();
    const riva = recognizer('riva', {}, { functionId: 'fault=freeze-after:1,times:1' }, { clock });
    const events: RecognizerEvent[] = [];
    const stream = riva.open({ language: 'en-US', vocabularyId: 'salon', signal: scope.signal }, (event) => {
      events.push(event);
    });
    stream.utteranceStarted([await sound('a haircut')]);
    await until(() => events.length > 0);
    stream.utteranceEnded();
    await clock.pass(5000);
    await until(() => events.at(-1)?.type === 'failed');
    expect(events.at(-1)).toMatchObject({ code: 'provider_timed_out' });
    expect((await say(riva, await sound('a haircut'))).at(-1)).toMatchObject({ type: 'final', text: 'a haircut' });
    clock.close();
  });
});

/** What tests before these left open, if it does not go away: files share their process. */
async function socketsOfOthers(): Promise<number> {
  await until(() => tcpSockets() === 0).catch(() => undefined);
  return tcpSockets();
}

/** Both ends of all connections of this process. */
function tcpSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

async function until(isSo: () => boolean): Promise<void> {
  const startedAtMs = performance.now();
  while (!isSo()) {
    if (performance.now() - startedAtMs > 5000) throw new Error('It did not come within 5 s.');
    await new Promise((next) => setTimeout(next, 1));
  }
}
