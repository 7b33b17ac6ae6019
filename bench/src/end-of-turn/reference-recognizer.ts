import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';

/** A word as it will sound on the line. */
export interface KnownWord {
  readonly text: string;
  /** By the call's clock. */
  readonly endMs: number;
}

/** From a word's end to the partial that has it, as streaming recognisers need. */
const partialDelayMs = 150;
/** From the end of the stretch of voice to its final. */
const finalDelayMs = 80;

/**
 * Hears every word, without an error, at the time at which it sounds: so that the decision about the end of a turn is measured, not
 * the recognition.
 */
export function createReferenceRecognizer(clock: Clock, knownWords: () => readonly KnownWord[]): Recognizer {
  return {
    name: 'reference',
    prepare: async () => {},
    close: async () => {},
    open({ signal }, onEvent) {
      /** Words that earlier stretches have had. */
      let taken = 0;
      let isOpen = false;
      let shown = '';
      const later = (delayMs: number, event: () => RecognizerEvent) => {
        clock.wakeAt(clock.nowMs() + delayMs, () => {
          if (!signal.aborted) onEvent(event());
        });
      };
      const heardBy = (atMs: number) =>
        knownWords()
          .slice(taken)
          .filter(({ endMs }) => endMs <= atMs);
      const textBy = (atMs: number) =>
        heardBy(atMs)
          .map(({ text }) => text)
          .join(' ');
      return {
        expect() {},
        utteranceStarted() {
          isOpen = true;
          shown = '';
        },
        write() {
          if (!isOpen) return;
          const text = textBy(clock.nowMs() - partialDelayMs);
          if (text === shown) return;
          shown = text;
          later(1, () => ({ type: 'partial', text }));
        },
        utteranceEnded() {
          isOpen = false;
          const words = heardBy(clock.nowMs());
          const text = words.map((word) => word.text).join(' ');
          taken += words.length;
          const final = { confidence: 0.95, rejected: false, endsTurn: false, words: [], processingMs: finalDelayMs };
          later(finalDelayMs, () => ({ type: 'final', text, ...final }));
        },
      };
    },
  };
}
