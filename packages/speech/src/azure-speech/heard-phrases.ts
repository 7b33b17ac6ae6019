import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import { z } from 'zod';
import { parseJson } from '../wire/parse-json.ts';

/** What the phrases of one utterance come to. */
export interface HeardPhrases {
  /** @param json a `speech.phrase` message @returns false when it is none */
  add(json: string): boolean;
  /** Text so far with the hypothesis of the phrase in progress. */
  partial(hypothesis: string): string;
  readonly text: string;
  /** 0–1. */
  readonly confidence: number;
  readonly words: readonly RecognizedWord[];
}

/** The service counts time in units of 100 ns. */
const ticksPerMs = 10_000;

const wordSchema = z.object({ Word: z.string(), Offset: z.number(), Duration: z.number() });
const phraseSchema = z.object({
  RecognitionStatus: z.union([z.string(), z.number()]),
  Duration: z.number().default(0),
  NBest: z
    .array(
      z.object({
        Confidence: z.number().default(0),
        Display: z.string().default(''),
        Words: z.array(wordSchema).default([]),
      }),
    )
    .default([]),
});

/** Gathers what the service heard in an utterance: it may settle more than one phrase, for instance around a pause. */
export function createHeardPhrases(): HeardPhrases {
  const texts: string[] = [];
  const words: RecognizedWord[] = [];
  let weightedConfidence = 0;
  let weight = 0;
  const text = () => texts.join(' ');
  return {
    add(json) {
      const parsed = phraseSchema.safeParse(parseJson(json));
      if (!parsed.success) return false;
      const [best] = parsed.data.NBest;
      // No match, silence and babble have no text.
      if (best === undefined || best.Display.trim() === '') return true;
      texts.push(best.Display.trim());
      // Long phrases count for more; the service's own scale is ours: it tells how likely the text is right.
      const share = Math.max(1, parsed.data.Duration);
      weightedConfidence += share * Math.min(1, Math.max(0, best.Confidence));
      weight += share;
      for (const { Word, Offset, Duration } of best.Words) {
        words.push({ text: Word, startMs: Offset / ticksPerMs, endMs: (Offset + Duration) / ticksPerMs });
      }
      return true;
    },
    partial: (hypothesis) => [text(), hypothesis.trim()].filter((part) => part !== '').join(' '),
    get text() {
      return text();
    },
    get confidence() {
      return weight === 0 ? 0 : weightedConfidence / weight;
    },
    words,
  };
}
