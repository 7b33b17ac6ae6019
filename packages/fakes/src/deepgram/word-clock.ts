import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';

/** Gives words of a text that grows the times at which they came: whoever hears tells them only at the end. */
export interface WordClock {
  readonly text: string;
  readonly words: readonly RecognizedWord[];
  /** Takes what is understood so far; answers whether it is another text than before. */
  hear(text: string, atMs: number): boolean;
  restart(): void;
}

/** A word of two syllables. */
const usualMs = 250;

export function createWordClock(): WordClock {
  let text = '';
  let words: readonly RecognizedWord[] = [];
  return {
    get text() {
      return text;
    },
    get words() {
      return words;
    },
    hear(next, atMs) {
      if (next === text) return false;
      text = next;
      const spoken = next.split(/\s+/).filter((word) => word !== '');
      const kept = Math.min(words.length, spoken.length);
      const fromMs = Math.max(words[kept - 1]?.endMs ?? 0, atMs - usualMs * (spoken.length - kept));
      const eachMs = (atMs - fromMs) / Math.max(1, spoken.length - kept);
      words = spoken.map((word, index) => ({
        text: word,
        startMs: words[index]?.startMs ?? fromMs + (index - kept) * eachMs,
        endMs: words[index]?.endMs ?? fromMs + (index - kept + 1) * eachMs,
      }));
      return true;
    },
    restart() {
      text = '';
      words = [];
    },
  };
}
