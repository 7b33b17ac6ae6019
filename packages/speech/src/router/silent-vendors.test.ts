import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { describe, expect, it } from 'vitest';
import { speechRouterDefaults } from './router-options.ts';
import { openTalk, pairs } from './testing/vendor-pairs.ts';

const brain = createToneBrain();
const sentence = 'alpha bravo charlie';
const vocabulary = { id: 'v', phrases: [sentence], contexts: {} };
/** As a call waits, and longer for the one that stands in: what hears and speaks behind it is this machine, which may be busy. */
const options = {
  ...speechRouterDefaults,
  alone: { finalTimeoutMs: 10_000, firstAudioTimeoutMs: 10_000 },
};
const more = 5;
/** A connection opened ahead while the one that hung was given up: it asks for nothing. */
const openedAhead = 1;

describe('a vendor that accepts and never answers costs one time-out', () => {
  it.each(pairs('recognizer'))('when $name is to listen; then it is spared', async ({ vendor, other }) => {
    const talk = await openTalk({ vendor, other, fault: 'silent', brain, options });
    try {
      await talk.recognizer.prepare(vocabulary, AbortSignal.timeout(10_000));
      const { samples } = await brain.speak(sentence, 'en-US', AbortSignal.timeout(10_000));
      // Where its address cannot say that it is silent it freezes as soon as it is spoken to.
      const freeze = () => talk.first.strike('freeze');
      expect(await hear(talk.recognizer, samples, freeze)).toBe(sentence);
      const asked = talk.first.journal.requests.length;
      for (let n = 0; n < more; n += 1) expect(await hear(talk.recognizer, samples)).toBe(sentence);
      expect(talk.first.journal.requests.length).toBeLessThanOrEqual(asked + openedAhead);
      expect(new Set(talk.used.slice(-more)).size).toBe(1);
    } finally {
      await talk.close();
    }
  });

  it.each(pairs('synthesizer'))('when $name is to speak; then it is spared', async ({ vendor, other }) => {
    const talk = await openTalk({ vendor, other, fault: 'silent', brain, options });
    try {
      const first = await say(talk.synthesizer);
      const asked = talk.first.journal.requests.length;
      for (let n = 0; n < more; n += 1) expect(await say(talk.synthesizer)).toBe(first);
      expect(first).toBe(sentence);
      expect(talk.first.journal.requests.length).toBeLessThanOrEqual(asked + openedAhead);
      expect(new Set(talk.used.slice(-more)).size).toBe(1);
    } finally {
      await talk.close();
    }
  });
});

/** One utterance of a call of its own. */
async function hear(recognizer: Recognizer, samples: Pcm, onBegun: () => void = () => {}): Promise<string> {
  const call = new AbortController();
  const final = Promise.withResolvers<string>();
  const stream = recognizer.open({ language: 'en-US', vocabularyId: vocabulary.id, signal: call.signal }, (event) => {
    if (event.type === 'failed') final.reject(new Error(`${event.code}: ${event.message}`));
    if (event.type === 'final') final.resolve(event.text.toLowerCase().replace(/[.,!?]/g, ''));
  });
  stream.utteranceStarted([]);
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
    // As it comes over a line, only quicker.
    await new Promise((next) => setImmediate(next));
    if (at === FRAME_SAMPLES * 10) onBegun();
    const frame = new Int16Array(FRAME_SAMPLES);
    frame.set(samples.subarray(at, at + FRAME_SAMPLES));
    stream.write(frame);
  }
  stream.utteranceEnded();
  try {
    return await final.promise;
  } finally {
    call.abort();
  }
}

/** One sentence. @returns what is heard of it */
async function say(synthesizer: Synthesizer): Promise<string> {
  const call = new AbortController();
  const listener = brain.listen('en-US');
  const end = Promise.withResolvers<void>();
  synthesizer.synthesize(
    {
      text: sentence,
      language: 'en-US',
      voice: undefined,
      tone: 'neutral',
      ssml: undefined,
      passage: undefined,
      signal: call.signal,
    },
    {
      audio: (samples) => listener.write(samples),
      words() {},
      done: end.resolve,
      failed: (code, message) => end.reject(new Error(`${code}: ${message}`)),
    },
  );
  await end.promise;
  call.abort();
  return (await listener.end()).text;
}
