import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { SpokenWord, SynthesisRequest, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { azureSpeechFake } from '@parley/fakes/azure-speech/azure-speech-fake.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { createSteerableClock } from '@parley/fakes/conformance/steerable-clock.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { accountsOf, createSynthesizer } from '../registry.ts';

let brain: Brain;
let fake: RunningFake;
let synthesizer: Synthesizer;
const systemContext = { clock: createSystemClock(), onError: () => undefined };

beforeEach(async () => {
  brain = createToneBrain();
  fake = await azureSpeechFake.start({ port: 0, brain });
  synthesizer = createSynthesizer({ name: 'azure-speech' }, accountsOf(fake.environment), systemContext);
});
afterEach(async () => {
  await synthesizer.close();
  await fake.close();
  await brain.close();
});

interface Spoken {
  readonly samples: number;
  readonly words: readonly SpokenWord[];
  readonly failure: string | undefined;
}

function speak(text: string, request: Partial<SynthesisRequest> = {}, by: Synthesizer = synthesizer): Promise<Spoken> {
  const { promise, resolve } = Promise.withResolvers<Spoken>();
  const words: SpokenWord[] = [];
  let samples = 0;
  by.synthesize(
    {
      text,
      language: 'en-US',
      voice: undefined,
      tone: 'neutral',
      ssml: undefined,
      passage: undefined,
      signal: new AbortController().signal,
      ...request,
    },
    {
      audio: (more) => {
        samples += more.length;
      },
      words: (more) => words.push(...more),
      done: () => resolve({ samples, words, failure: undefined }),
      failed: (code) => resolve({ samples, words, failure: code }),
    },
  );
  return promise;
}

const bodies = (wanted: string) =>
  fake.journal.messages.flatMap((message) =>
    typeof message === 'object' && message !== null && 'path' in message && 'body' in message && message.path === wanted
      ? [message.body]
      : [],
  );

it('speaks Vietnamese with the voice of the language, with the key in a header and not in the address', async () => {
  const { words } = await speak('Xin chào bạn', { language: 'vi' });
  expect(words.map(({ text }) => text)).toEqual(['Xin', 'chào', 'bạn']);
  expect(bodies('ssml')).toEqual([
    '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xmlns:mstts="http://www.w3.org/2001/mstts" xml:lang="vi-VN">' +
      '<voice name="vi-VN-HoaiMyNeural">Xin chào bạn</voice></speak>',
  ]);
  expect(fake.journal.requests[0]).toMatchObject({
    path: '/tts/cognitiveservices/websocket/v1',
    headers: { 'ocp-apim-subscription-key': fakeKey },
  });
  expect(JSON.stringify(fake.journal.requests[0]?.query)).not.toContain(fakeKey);
});

it('asks for what the line carries', async () => {
  await speak('hello');
  await speak('hello', { line: 'mulaw' });
  expect(bodies('synthesis.context')).toMatchObject(
    ['raw-16khz-16bit-mono-pcm', 'raw-8khz-8bit-mono-mulaw'].map((outputFormat) => ({
      synthesis: {
        audio: { outputFormat, metadataOptions: { wordBoundaryEnabled: 'true', punctuationBoundaryEnabled: 'false' } },
      },
    })),
  );
});

it('speaks sentence after sentence over one connection', async () => {
  for (const text of ['one', 'two', 'three']) await speak(text);
  expect(fake.journal.requests).toHaveLength(1);
});

it('drifts by no sample in ten minutes, for a browser as for a telephone', async () => {
  const sentence = 'the quick brown fox jumps over the lazy dog and is gone';
  const { samples: given } = await brain.speak(sentence, 'en-US', new AbortController().signal);
  const sentences = Math.ceil((10 * 60 * 16_000) / given.length);
  for (const line of ['wide', 'mulaw'] as const) {
    let heard = 0;
    for (let n = 0; n < sentences; n += 1) heard += (await speak(sentence, { line })).samples;
    expect(heard).toBe(sentences * given.length);
  }
}, 20_000);

it('has a connection ready for what is said after an interruption', async () => {
  const clock = createSteerableClock();
  const accounts = { 'azure-speech': { key: fakeKey, host: `${fake.url}/fault=silent,times:1` } };
  const voice = createSynthesizer({ name: 'azure-speech' }, accounts, { ...systemContext, clock });
  const interruption = new AbortController();
  void speak('one two three', { signal: interruption.signal }, voice);
  await fake.journal.until(({ type }) => type === 'message');
  interruption.abort();
  await fake.journal.until(({ type }) => type === 'closed');
  await clock.pass(1000);
  await fake.journal.until(() => fake.journal.requests.length === 2);
  expect((await speak('four', {}, voice)).failure).toBeUndefined();
  expect(fake.journal.requests).toHaveLength(2);
  await voice.close();
  clock.close();
});

it('says which voice it does not know, and speaks on', async () => {
  expect((await speak('hello', { voice: 'Nobody' })).failure).toBe('voice_unknown');
  expect((await speak('hello')).failure).toBeUndefined();
});

it('refuses a language that it does not speak and a text that is too long, without asking', async () => {
  expect((await speak('salve', { language: 'la' })).failure).toBe('language_not_supported');
  expect((await speak('word '.repeat(15_000))).failure).toBe('text_too_long');
  expect(fake.journal.requests).toEqual([]);
});

it('speaks no more sentences at once than it may', async () => {
  const voice = createSynthesizer(
    { name: 'azure-speech', options: { maxSentences: '1' } },
    accountsOf(fake.environment),
    systemContext,
  );
  const outcomes = await Promise.all([speak('one', {}, voice), speak('two', {}, voice)]);
  expect(outcomes.map(({ failure }) => failure)).toEqual([undefined, 'provider_rate_limited']);
  expect((await speak('three', {}, voice)).failure).toBeUndefined();
  await voice.close();
});

it('leaves no timer and no socket when it is closed', async () => {
  const before = timersAndSockets();
  const clock = createSteerableClock();
  const accounts = accountsOf(fake.environment);
  const voice = createSynthesizer({ name: 'azure-speech' }, accounts, { ...systemContext, clock });
  await speak('one two', {}, voice);
  expect(clock.pending).toBeGreaterThan(0);
  await voice.close();
  expect(clock.pending).toBe(0);
  // The SDK's own would show here.
  await timersAndSocketsAreBackTo(before);
  clock.close();
});

/** Of this process, of whoever they are. */
function timersAndSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => /Timeout|TCPSocketWrap/.test(name)).length;
}

/** The system takes a moment to take back what was given back; waiting for it takes no timer. */
async function timersAndSocketsAreBackTo(before: number): Promise<void> {
  const untilMs = performance.now() + 5000;
  while (timersAndSockets() > before) {
    if (performance.now() > untilMs) expect(timersAndSockets()).toBeLessThanOrEqual(before);
    await new Promise(setImmediate);
  }
}
