import { countLetters } from './written-words.ts';

/** How fast a voice speaks, learned from whole sentences, by language. */
export interface Paces {
  learn(language: string, text: string, durationMs: number): void;
  msPerLetter(language: string): number;
}

/** The embedded voices' median over 34 sentences (54 to 70 by voice); one's own is learned with its first sentence. */
const defaultMsPerLetter = 62;

/** Short sentences are mostly their pauses. */
const minLetters = 20;

/** A new sentence's weight: tones and voices differ, and the latest is the likeliest to go on. */
const weight = 0.3;

/** A voice speaks a hundred languages at most; no more are kept. */
const maxLanguages = 128;

export function createPaces(): Paces {
  const paces = new Map<string, number>();
  return {
    learn(language, text, durationMs) {
      const letters = countLetters(text);
      if (letters < minLetters || durationMs <= 0) return;
      const known = paces.get(language);
      if (known === undefined && paces.size >= maxLanguages) return;
      const measured = durationMs / letters;
      paces.set(language, known === undefined ? measured : known * (1 - weight) + measured * weight);
    },
    msPerLetter: (language) => paces.get(language) ?? defaultMsPerLetter,
  };
}
