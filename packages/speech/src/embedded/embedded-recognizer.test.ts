import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receptionistFixture } from '../testing/receptionist-fixture.ts';
import { inDomainSentences, outOfDomainSentences } from '../testing/sentences.ts';
import { createEar, type Ear, speak, utter, withNoise, wordErrors } from '../testing/voice-loop.ts';
import { createEmbeddedRecognizer } from './embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from './embedded-synthesizer.ts';

const synthesizer = createEmbeddedSynthesizer();
const recognizer = createEmbeddedRecognizer({ maxDecoders: 8 });
const never = new AbortController().signal;

beforeAll(() => recognizer.prepare(receptionistFixture, never));
afterAll(async () => {
  await Promise.all([synthesizer.close(), recognizer.close()]);
});

function listen(ear: Ear, signal: AbortSignal = never) {
  return recognizer.open({ language: 'en-US', vocabularyId: receptionistFixture.id, signal }, ear.onEvent);
}

async function hear(text: string, voice: string, context?: string) {
  const ear = createEar();
  const caller = new AbortController();
  const stream = listen(ear, caller.signal);
  stream.expect(context);
  utter(stream, (await speak(synthesizer, text, { voice })).samples);
  const final = await ear.final();
  caller.abort();
  return { ...final, partials: ear.events.filter((event) => event.type === 'partial') };
}

describe('what a caller of the receptionist says', () => {
  const must = [
    ['service', 'I would like to book a haircut'],
    ['service', "I'd like to book a haircut for Friday at three"],
    ['time', 'Friday at three pm'],
    ['name', 'my name is Alice'],
    ['phone', 'four one five five five five one two three four'],
    ['yes-no', 'yes'],
    ['yes-no', 'no thanks'],
    ['time', 'actually make it four'],
    ['phone', 'cancel'],
    ['name', 'what did you say'],
  ] as const;
  it.each(must)('is understood where the question is of %s: "%s"', async (context, text) => {
    for (const voice of ['slt', 'rms']) {
      for (const active of [context, undefined]) {
        const final = await hear(text, voice, active);
        expect(final.text).toBe(text.toLowerCase());
        expect(final.confidence).toBeGreaterThanOrEqual(0.7);
        expect(final.rejected).toBe(false);
      }
    }
  });

  it('is a refusal when it is "no", be it taken for "nope"', async () => {
    for (const voice of ['slt', 'rms']) expect((await hear('no', voice, 'yes-no')).text).toMatch(/^no(pe)?$/);
  });

  it('is understood in words that are in no example phrase, by two voices', async () => {
    const phrases = new Set([...receptionistFixture.phrases, ...Object.values(receptionistFixture.contexts).flat()]);
    const sentences = inDomainSentences.filter((text) => !phrases.has(text));
    expect(sentences.length).toBeGreaterThanOrEqual(40);
    for (const [turn, voice] of ['slt', 'rms'].entries()) {
      let errors = 0;
      let words = 0;
      let sure = 0;
      // Each sentence by one of the two: by both it would take a minute of a busy machine, and tell the same.
      const own = sentences.filter((_, index) => index % 2 === turn);
      for (const text of own) {
        const final = await hear(text, voice);
        const count = wordErrors(text, final.text);
        errors += count.errors;
        words += count.words;
        if (final.confidence >= 0.7) sure += 1;
      }
      console.log(
        `${voice}: word error rate ${((100 * errors) / words).toFixed(1)} % of ${words} words, sure of ${sure}/${own.length}`,
      );
      expect(errors / words).toBeLessThan(0.1);
      expect(sure / own.length).toBeGreaterThan(0.85);
    }
  }, 60_000);

  it('comes with the time of each word, in order and within the utterance', async () => {
    const { words } = await hear('my name is Alice', 'slt');
    expect(words.map(({ text }) => text)).toEqual(['my', 'name', 'is', 'alice']);
    let lastMs = 0;
    for (const { startMs, endMs } of words) {
      expect(startMs).toBeGreaterThanOrEqual(lastMs);
      expect(endMs).toBeGreaterThan(startMs);
      lastMs = endMs;
    }
    expect(lastMs).toBeLessThan(3_000);
  });

  it('is seen word by word while it is spoken', async () => {
    const { partials } = await hear("I'd like to book a haircut for Friday at three", 'slt');
    expect(partials.length).toBeGreaterThan(3);
    const texts = partials.map((event) => (event.type === 'partial' ? event.text : ''));
    // A doubt may be taken back ("the", "at", "the"), but nothing is told twice in a row.
    for (const [index, text] of texts.entries()) expect(text).not.toBe(texts[index - 1]);
  });
});

describe('what is not meant for the receptionist', () => {
  it('is rejected when it is about something else', async () => {
    expect(outOfDomainSentences.length).toBeGreaterThanOrEqual(20);
    let sure = 0;
    let rejected = 0;
    for (const [index, text] of outOfDomainSentences.entries()) {
      const final = await hear(text, index % 2 === 0 ? 'slt' : 'rms');
      if (final.rejected) rejected += 1;
      if (final.confidence >= 0.7) sure += 1;
    }
    const all = outOfDomainSentences.length;
    console.log(`out of domain: ${rejected}/${all} rejected, ${sure}/${all} wrongly sure`);
    expect(rejected / all).toBeGreaterThan(0.9);
    expect(sure / all).toBeLessThan(0.06);
  }, 60_000);

  it('is nothing when it is a cough, and rejected when it is a hum', async () => {
    const quiet = new Int16Array(3_200);
    for (const lengthMs of [150, 300, 600, 1_000]) {
      const burst = withNoise(new Int16Array(16 * lengthMs), 4_000, lengthMs).map(
        (sample, index) => sample * Math.exp(-index / 3_000),
      );
      const hum = new Int16Array(16 * lengthMs).map(
        (_, index) => 3_000 * Math.sin((2 * Math.PI * 120 * index) / 16_000),
      );
      for (const [sound, heard] of [
        [burst, { text: '', rejected: false }],
        [hum, { rejected: true }],
      ] as const) {
        const ear = createEar();
        const stream = listen(ear);
        utter(stream, Int16Array.from([...quiet, ...sound, ...quiet]));
        expect(await ear.final()).toMatchObject(heard);
      }
    }
  });
});

describe('many callers', () => {
  it('are not mixed up when they speak at the same time', async () => {
    const said = ['Friday at three pm', 'my name is Alice', 'cancel', 'what did you say'];
    const speech = await Promise.all(said.map((text) => speak(synthesizer, text)));
    const ears = said.map(() => createEar());
    const streams = ears.map((ear) => listen(ear));
    for (const stream of streams) stream.utteranceStarted([new Int16Array(1_600)]);
    const frames = Math.max(...speech.map(({ samples }) => samples.length)) / 320;
    for (let frame = 0; frame < frames; frame += 1) {
      for (const [index, stream] of streams.entries()) {
        stream.write(speech[index]?.samples.slice(320 * frame, 320 * (frame + 1)) ?? new Int16Array(320));
      }
    }
    for (const stream of streams) stream.utteranceEnded();
    const finals = await Promise.all(ears.map((ear) => ear.final()));
    expect(finals.map(({ text }) => text)).toEqual(said.map((text) => text.toLowerCase()));
  });

  it('beyond the number of decoders wait and are all answered', async () => {
    const { samples } = await speak(synthesizer, 'Friday at three pm');
    const ears = Array.from({ length: 20 }, () => createEar());
    const streams = ears.map((ear) => listen(ear));
    for (const stream of streams) utter(stream, samples);
    const finals = await Promise.all(ears.map((ear) => ear.final()));
    expect(new Set(finals.map(({ text }) => text))).toEqual(new Set(['friday at three pm']));
  });
});

describe('when things go wrong', () => {
  it('a caller who leaves hears no more events', async () => {
    const ear = createEar();
    const caller = new AbortController();
    const stream = listen(ear, caller.signal);
    utter(stream, (await speak(synthesizer, 'Friday at three pm')).samples);
    caller.abort();
    expect((await hear('yes', 'slt')).text).toBe('yes');
    expect(ear.events).toEqual([]);
  });

  it('an unknown vocabulary and another language are refused with a sentence that says what to do', async () => {
    const ear = createEar();
    recognizer.open({ language: 'en-US', vocabularyId: 'none', signal: never }, ear.onEvent);
    await expect(ear.final()).rejects.toThrow(/vocabulary_not_prepared: .*prepare/);
    const other = createEar();
    recognizer.open({ language: 'vi-VN', vocabularyId: receptionistFixture.id, signal: never }, other.onEvent);
    await expect(other.final()).rejects.toThrow(/language_not_supported: .*English/);
  });

  it('a hung thread is replaced: the open stream fails, the next one works', async () => {
    // A deadline of no time at all makes every final late: the thread is taken for hung.
    const hasty = createEmbeddedRecognizer({ maxDecoders: 1, prewarmed: 1, timeoutMs: 1 });
    const vocabulary = { id: 'small', phrases: ['yes', 'no'], contexts: {} };
    await hasty.prepare(vocabulary, never);
    const ear = createEar();
    const stream = hasty.open({ language: 'en', vocabularyId: 'small', signal: never }, ear.onEvent);
    stream.utteranceStarted([]);
    for (let second = 0; second < 20; second += 1) stream.write(withNoise(new Int16Array(16_000), 2_000, second));
    stream.utteranceEnded();
    await expect(ear.final()).rejects.toThrow(/recognizer_failed: .*died/);
    // The new thread was told the vocabulary again: an utterance in it is heard.
    const next = createEar();
    const again = hasty.open({ language: 'en', vocabularyId: 'small', signal: never }, next.onEvent);
    again.utteranceStarted([]);
    const { samples } = await speak(synthesizer, 'yes');
    again.write(new Int16Array(3_200));
    again.write(samples);
    again.write(samples);
    await expect.poll(() => next.events.some((event) => event.type === 'partial'), { timeout: 10_000 }).toBe(true);
    await hasty.close();
    expect(next.events.at(-1)).toMatchObject({ type: 'failed', code: 'recognizer_closed' });
  });
});
