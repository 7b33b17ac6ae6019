import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import type { FakeVendor } from '@parley/fakes/fake-vendor.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { openTalk, pairs, takesFaults } from './testing/vendor-pairs.ts';

const brain = createToneBrain();
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** A conversation that ends with the test. */
async function converse(vendor: FakeVendor, other: FakeVendor, fault: string) {
  const talk = await openTalk({ vendor, other, fault, brain });
  open.push(() => talk.close());
  return talk;
}

const sentence = 'alpha bravo charlie delta echo foxtrot golf hotel india juliet';
const vocabulary = { id: 'v', phrases: [sentence], contexts: {} };

describe('a vendor’s connection breaks in the middle', () => {
  it.each(pairs('recognizer'))(
    'of an utterance that $name hears: every word is understood, once',
    async ({ vendor, other }) => {
      const { recognizer, used, first } = await converse(vendor, other, 'break-after:1');
      const call = new AbortController();
      await recognizer.prepare(vocabulary, call.signal);
      const frames = framesOf((await brain.speak(sentence, 'en-US', call.signal)).samples);
      const finals: string[] = [];
      const final = Promise.withResolvers<void>();
      const stream = recognizer.open({ language: 'en-US', vocabularyId: 'v', signal: call.signal }, (event) => {
        if (event.type === 'failed') final.reject(new Error(`${event.code}: ${event.message}`));
        if (event.type !== 'final') return;
        finals.push(event.text);
        final.resolve();
      });
      stream.utteranceStarted(frames.slice(0, 5));
      for (const [index, frame] of frames.slice(5).entries()) {
        // As it comes over a line, only quicker: what is heard meanwhile is told meanwhile.
        await new Promise((next) => setImmediate(next));
        if (index === frames.length >> 1 && !takesFaults(first)) first.strike('break');
        stream.write(frame);
      }
      stream.utteranceEnded();
      await final.promise;
      call.abort();
      expect(finals.map((text) => text.toLowerCase().replace(/[.,!?]/g, ''))).toEqual([sentence]);
      expect(new Set(used).size).toBe(2);
    },
  );

  it.each(pairs('synthesizer'))('of a sentence that $name speaks: it is said to its end', async ({ vendor, other }) => {
    const { synthesizer, used } = await converse(vendor, other, 'break-after:5');
    const call = new AbortController();
    const listener = brain.listen('en-US');
    const end = Promise.withResolvers<void>();
    // So that a part of it is under way: a short one comes at once.
    const text = Array.from({ length: 6 }, () => sentence).join(' ');
    synthesizer.synthesize(
      {
        text,
        language: 'en-US',
        voice: undefined,
        tone: 'neutral',
        ssml: undefined,
        passage: undefined,
        signal: call.signal,
      },
      {
        audio(samples) {
          listener.write(samples);
        },
        words() {},
        done: end.resolve,
        failed: (code, message) => end.reject(new Error(`${code}: ${message}`)),
      },
    );
    await end.promise;
    call.abort();
    const { text: heard } = await listener.end();
    const words = heard.split(' ');
    expect(words.at(-1)).toBe('juliet');
    // Broken off in a word: that one is heard in part, or said again; and a vendor may tell no times of words.
    expect(Math.abs(words.length - 60)).toBeLessThanOrEqual(1);
    expect(new Set(used).size).toBe(2);
  });
});

function framesOf(samples: Int16Array): Pcm[] {
  return Array.from({ length: Math.ceil(samples.length / FRAME_SAMPLES) }, (_, n) => {
    const frame = new Int16Array(FRAME_SAMPLES);
    frame.set(samples.subarray(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES));
    return frame;
  });
}
