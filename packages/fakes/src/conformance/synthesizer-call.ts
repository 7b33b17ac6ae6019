import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { expect } from 'vitest';
import type { Speech } from '../brain.ts';
import { type Bench, deadUrl, onBench } from './bench.ts';
import type { Register } from './register.ts';
import { expectLikeSound, expectSameSound } from './sound-match.ts';
import { beginSpeaking, type Spoken } from './spoken.ts';
import {
  plainSentences,
  plainWords,
  type SynthesizerCase,
  type SynthesizerSubject,
  synthesizerCases,
  timeoutMsOf,
} from './subject.ts';

/** What a case has to do with. */
export interface Speaking extends Bench<Synthesizer> {
  /** Begins a sentence. What its sink is told where nothing may be told fails the case. */
  speak(text: string, more?: Omit<Parameters<typeof beginSpeaking>[1], 'text' | 'language'>): Spoken;
  /** The nth sentence, from 0. */
  sentence(index: number): string;
  /** All sentences in one: more than a vendor sends at once. */
  readonly long: string;
  /** What the fake's brain says for a text. */
  truth(text: string): Promise<Speech>;
  /** That the sentence is what the brain said; of engines without a fake that it is sound. */
  expectRight(spoken: Spoken, text: string): Promise<void>;
}

interface CheckOptions {
  /** The fault in the URL; left out: none. */
  readonly fault?: string;
  /** Why it cannot be tried with this engine; left out: it can. */
  readonly unless?: string | undefined;
  /** The engine is sent where nobody listens. */
  readonly isDead?: boolean;
}
export type Check = (key: SynthesizerCase, run: (speaking: Speaking) => Promise<void>, options?: CheckOptions) => void;

/** Makes tests of cases, each with an engine and a fake of its own. */
export function synthesizerChecks(subject: SynthesizerSubject, register: Register<SynthesizerCase>): Check {
  return (key, run, { fault = '', unless, isDead = false } = {}) => {
    const reason = subject.exceptions?.[key] ?? unless;
    if (reason !== undefined) return register(key, synthesizerCases[key], { skipped: reason });
    const hold = async () => holdSpeaking(subject, key, fault, run, isDead ? await deadUrl() : undefined);
    register(key, synthesizerCases[key], { run: hold });
  };
}

/** One engine over one fake. @param dead an address to send it to instead of the fake's */
export async function holdSpeaking(
  subject: SynthesizerSubject,
  key: SynthesizerCase,
  fault: string,
  run: (speaking: Speaking) => Promise<void>,
  dead?: string,
): Promise<void> {
  const { fake: vendor, language = 'en-US', sentences = plainSentences, sound = 'exact' } = subject;
  const part = {
    ...(vendor !== undefined && { fake: vendor }),
    create: (url: string, context: Bench<Synthesizer>['context']) =>
      subject.create(dead ?? url, context, timeoutMsOf(key)),
  };
  await onBench(part, fault, async (bench) => {
    const all: Spoken[] = [];
    const truth = (text: string) => bench.brain.speak(text, language, new AbortController().signal);
    await run({
      ...bench,
      speak(text, more = {}) {
        const spoken = beginSpeaking(bench.part, { text, language, ...more });
        all.push(spoken);
        return spoken;
      },
      sentence: (index) => sentences[index] ?? '',
      long: sentences.join(' '),
      truth,
      async expectRight({ samples, end }, text) {
        expect(end).toEqual({ type: 'done' });
        if (vendor === undefined) {
          // A word a second is slow, ten are too many.
          const seconds = samples.length / 16_000;
          const words = plainWords(text).split(' ').length;
          expect(seconds).toBeGreaterThan(words / 10);
          expect(seconds).toBeLessThan(words + 1);
        } else if (sound === 'exact') expectSameSound(samples, (await truth(text)).samples);
        else expectLikeSound(samples, (await truth(text)).samples);
      },
    });
    for (const { faults } of all) expect(faults).toEqual([]);
  });
}
