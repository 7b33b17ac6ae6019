import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { LineFormat } from '@parley/engine/ports/audio.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import { azureSpeechFake } from '@parley/fakes/azure-speech/azure-speech-fake.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { createSteerableClock } from '@parley/fakes/conformance/steerable-clock.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { accountsOf, createRecognizer } from '../registry.ts';

let brain: Brain;
let fake: RunningFake;
let recognizer: Recognizer | undefined;

beforeEach(async () => {
  brain = createToneBrain();
  fake = await azureSpeechFake.start({ port: 0, brain });
});
afterEach(async () => {
  await recognizer?.close();
  await fake.close();
  await brain.close();
});

const context = { clock: createSystemClock(), onError: () => undefined };
const vocabulary = {
  id: 'salon',
  phrases: ['haircut', 'Yes', 'Rehaan'],
  contexts: { 'yes-no': ['yes', 'no'] },
};

function choose(options: Record<string, unknown> = {}): Recognizer {
  recognizer = createRecognizer({ name: 'azure-speech', options }, accountsOf(fake.environment), context);
  return recognizer;
}

/** Opens an ear, says the sentences one by one, and hangs up. */
async function hear(
  chosen: Recognizer,
  sentences: readonly string[],
  { language = 'en-US', line = 'wide', expected }: { language?: string; line?: LineFormat; expected?: string } = {},
): Promise<RecognizerEvent[]> {
  const scope = new AbortController();
  await chosen.prepare(vocabulary, scope.signal);
  const events: RecognizerEvent[] = [];
  let tell = () => {};
  const stream = chosen.open({ language, vocabularyId: vocabulary.id, line, signal: scope.signal }, (event) => {
    events.push(event);
    if (event.type === 'final' || event.type === 'failed') tell();
  });
  for (const sentence of sentences) {
    const { promise, resolve } = Promise.withResolvers<void>();
    tell = resolve;
    const { samples } = await brain.speak(sentence, language, scope.signal);
    stream.expect(expected);
    stream.utteranceStarted([]);
    for (let at = 0; at < samples.length; at += 320) stream.write(samples.slice(at, at + 320));
    stream.utteranceEnded();
    await promise;
  }
  scope.abort();
  return events;
}

const messages = () => fake.journal.messages.flatMap((message) => (isMessage(message) ? [message] : []));
const bodies = (path: string) => messages().flatMap((message) => (message.path === path ? [message.body] : []));

function isMessage(value: unknown): value is { path: string; requestId: string; body: unknown } {
  return typeof value === 'object' && value !== null && 'path' in value && 'requestId' in value && 'body' in value;
}

it('asks for a conversation in the caller’s language, with the key in a header and not in the address', async () => {
  await hear(choose(), ['hello there'], { language: 'vi' });
  expect(fake.journal.requests).toHaveLength(1);
  expect(fake.journal.requests[0]).toMatchObject({
    path: '/speech/recognition/conversation/cognitiveservices/v1',
    query: { language: ['vi-VN'], format: ['detailed'], wordLevelTimestamps: ['true'], profanity: ['raw'] },
    headers: { 'ocp-apim-subscription-key': fakeKey },
  });
  expect(JSON.stringify(fake.journal.requests[0]?.query)).not.toContain(fakeKey);
});

it('lets our end of voice decide, asks for times of words and biases what was asked for first', async () => {
  await hear(choose(), ['hello there'], { expected: 'yes-no' });
  expect(bodies('speech.context')).toEqual([
    expect.objectContaining({
      phraseDetection: expect.objectContaining({
        mode: 'Conversation',
        language: 'en-US',
        conversation: { segmentation: { mode: 'Custom', segmentationSilenceTimeoutMs: 5000 } },
      }),
      phraseOutput: { format: 'Detailed', detailed: { options: ['WordTimings'] } },
      dgi: expect.objectContaining({
        groups: [
          { type: 'Generic', items: [{ text: 'yes' }, { text: 'no' }, { text: 'haircut' }, { text: 'Rehaan' }] },
        ],
      }),
    }),
  ]);
});

it('takes its options as text', async () => {
  const [event] = (
    await hear(choose({ wordTimes: 'no', profanity: 'masked', segmentationSilenceMs: '800' }), ['hello'])
  ).filter(({ type }) => type === 'final');
  expect(event).toMatchObject({ text: 'Hello.', words: [] });
  expect(bodies('speech.context')[0]).toMatchObject({
    phraseDetection: {
      enrichment: { profanity: 'Masked' },
      conversation: { segmentation: { segmentationSilenceTimeoutMs: 800 } },
    },
    phraseOutput: { detailed: { options: [] } },
  });
});

it('hears a whole call over one connection, each utterance a turn of its own', async () => {
  const events = await hear(choose(), ['one two', 'three', 'four five']);
  expect(events.flatMap((event) => (event.type === 'final' ? [event.text] : []))).toEqual([
    'One two.',
    'Three.',
    'Four five.',
  ]);
  expect(fake.journal.requests).toHaveLength(1);
  expect(new Set(messages().map(({ requestId }) => requestId)).size).toBe(3);
});

it('sends every sample once, and G.711 from a telephone', async () => {
  const { samples } = await brain.speak('one two three', 'en-US', new AbortController().signal);
  await hear(choose(), ['one two three']);
  expect(fake.journal.audioBytes).toBe(wavHeaderBytes + 2 * samples.length);
  fake.journal.clear();
  const events = await hear(choose(), ['one two three'], { line: 'mulaw' });
  expect(fake.journal.audioBytes).toBe(wavHeaderBytes + samples.length / 2);
  expect(events.at(-1)).toMatchObject({ type: 'final', text: 'One two three.' });
});
const wavHeaderBytes = 44;

it('tells the vendor nothing about how long things took', async () => {
  await hear(choose(), ['one', 'two']);
  expect(bodies('telemetry')).toEqual([]);
  expect(bodies('speech.config')[0]).toEqual({ context: { system: expect.anything() } });
});

it('refuses a language that it does not hear', async () => {
  const events: RecognizerEvent[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const scope = new AbortController();
  choose().open({ language: 'la', vocabularyId: '', signal: scope.signal }, (event) => {
    events.push(event);
    resolve();
  });
  await promise;
  expect(events).toEqual([{ type: 'failed', code: 'language_not_supported', message: 'It does not hear la.' }]);
  expect(fake.journal.requests).toEqual([]);
  scope.abort();
});

it('leaves no timer and no socket when the caller hangs up', async () => {
  const before = timersAndSockets();
  const clock = createSteerableClock();
  recognizer = createRecognizer({ name: 'azure-speech' }, accountsOf(fake.environment), { ...context, clock });
  await hear(recognizer, ['one two', 'three']);
  expect(clock.pending).toBe(0);
  await fake.journal.until(({ type }) => type === 'closed');
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
