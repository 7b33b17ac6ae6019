import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import { z } from 'zod';

/** What the process is started with. */
export const startSchema = z.object({
  folder: z.string(),
  precision: z.enum(['int8', 'full']),
  /** Of the model, in one decoding step. */
  threads: z.int().min(1).max(16),
  hotwords: z.boolean(),
  hotwordsScore: z.number(),
});
export type SherpaStart = z.infer<typeof startSchema>;

export type SherpaRequest =
  | {
      readonly type: 'begin';
      readonly utterance: number;
      /** BCP 47. */
      readonly language: string;
      readonly phrases: readonly string[];
    }
  | { readonly type: 'audio'; readonly utterance: number; readonly samples: Int16Array }
  | { readonly type: 'end'; readonly utterance: number }
  | { readonly type: 'cancel'; readonly utterance: number };

export type SherpaReply =
  | { readonly type: 'ready'; readonly kind: 'streaming' | 'offline' }
  /** The folder cannot be used: nothing else will come. */
  | { readonly type: 'unusable'; readonly reason: string }
  /** So many samples less wait for the process. */
  | { readonly type: 'taken'; readonly samples: number }
  | { readonly type: 'partial'; readonly utterance: number; readonly text: string }
  | {
      readonly type: 'final';
      readonly utterance: number;
      readonly text: string;
      /** Undefined where the model does not tell. */
      readonly confidence: number | undefined;
      readonly words: readonly RecognizedWord[];
    }
  | { readonly type: 'failed'; readonly utterance: number; readonly reason: string };
