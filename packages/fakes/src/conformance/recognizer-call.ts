import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import { expect } from 'vitest';
import type { RunningFake } from '../fake-vendor.ts';
import { type Bench, deadUrl, onBench, until } from './bench.ts';
import { conformanceVocabulary, type Ear, type Final, openEar } from './ear.ts';
import type { Register } from './register.ts';
import {
  plainSentences,
  plainWords,
  type RecognizerCase,
  type RecognizerSubject,
  recognizerCases,
  timeoutMsOf,
} from './subject.ts';

/** What a case has to do with. */
export interface Call extends Bench<Recognizer> {
  /** Another caller's ear. What it is told where nothing may be told fails the case. */
  ear(line?: 'mulaw'): Ear;
  /** The nth sentence, from 0. */
  sentence(index: number): string;
  /** How it sounds, with 200 ms of quiet around it as the detection of voice leaves it. */
  sound(index: number): Promise<Int16Array>;
}

interface CheckOptions {
  /** The fault in the URL; left out: none. */
  readonly fault?: string;
  /** Why it cannot be tried with this engine; left out: it can. */
  readonly unless?: string | undefined;
  /** The engine is sent where nobody listens. */
  readonly isDead?: boolean;
}
export type Check = (key: RecognizerCase, run: (call: Call) => Promise<void>, options?: CheckOptions) => void;

const quietSamples = 3200;

/** Makes tests of cases, each with an engine and a fake of its own. */
export function recognizerChecks(subject: RecognizerSubject, register: Register<RecognizerCase>): Check {
  const { fake, language = 'en-US', sentences = plainSentences } = subject;
  return (key, run, { fault = '', unless, isDead = false } = {}) => {
    const reason = subject.exceptions?.[key] ?? unless;
    if (reason !== undefined) return register(key, recognizerCases[key], { skipped: reason });
    const hold = async () => {
      const dead = isDead ? await deadUrl() : undefined;
      const part = {
        ...(fake !== undefined && { fake }),
        create: (url: string, context: Bench<Recognizer>['context']) =>
          subject.create(dead ?? url, context, timeoutMsOf(key)),
      };
      await onBench(part, fault, async (bench) => {
        await bench.part.prepare(conformanceVocabulary, AbortSignal.timeout(10_000));
        const ears: Ear[] = [];
        await run({
          ...bench,
          ear(line) {
            const ear = openEar(bench.part, language, line);
            ears.push(ear);
            return ear;
          },
          sentence: (index) => sentences[index] ?? '',
          async sound(index) {
            const text = sentences[index] ?? '';
            const speech = await (subject.speak?.(text) ?? spokenBy(bench, text, language));
            const sound = new Int16Array(speech.length + 2 * quietSamples);
            sound.set(speech, quietSamples);
            return sound;
          },
        });
        for (const ear of ears) {
          ear.abort();
          expect(ear.faults).toEqual([]);
        }
      });
    };
    register(key, recognizerCases[key], { run: hold });
  };
}

async function spokenBy({ brain }: Bench<Recognizer>, text: string, language: string): Promise<Int16Array> {
  return (await brain.speak(text, language, new AbortController().signal)).samples;
}

export function expectHeard(final: Final, sentence: string): void {
  expect(plainWords(final.text)).toBe(plainWords(sentence));
  expect(final.rejected).toBe(false);
  expect(final.confidence).toBeGreaterThan(0);
  expect(final.confidence).toBeLessThanOrEqual(1);
  expect(final.processingMs).toBeGreaterThanOrEqual(0);
}

/** Waits until an utterance is on its way: by a socket its sound has come, by a request that is there. */
export async function untilCarried(fake: RunningFake, transport: 'socket' | 'request'): Promise<void> {
  await until(
    () => fake.openSockets > 0 && (transport === 'request' || fake.journal.audioBytes > 0),
    'the fake to be sent sound',
  );
}
