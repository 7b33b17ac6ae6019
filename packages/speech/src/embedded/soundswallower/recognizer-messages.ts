import type { RecognizedWord, RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';

/** What the thread of the decoders is told. Ids are the sender's; an utterance's messages come in order. */
export type RecognizerRequest =
  | { readonly type: 'prepare'; readonly id: number; readonly vocabulary: RecognizerVocabulary }
  /** The question that the speaker is about to answer. */
  | {
      readonly type: 'expect';
      readonly speaker: number;
      readonly vocabularyId: string;
      readonly context: string | undefined;
    }
  | {
      readonly type: 'start';
      readonly utterance: number;
      /** Whose voice: a decoder that heard it last keeps what it learned of it. */
      readonly speaker: number;
      readonly vocabularyId: string;
      readonly context: string | undefined;
      readonly samples: Int16Array<ArrayBuffer>;
    }
  | { readonly type: 'audio'; readonly utterance: number; readonly samples: Int16Array<ArrayBufferLike> }
  | { readonly type: 'end'; readonly utterance: number }
  | { readonly type: 'cancel'; readonly utterance: number };

export type RecognizerReply =
  | { readonly type: 'prepared'; readonly id: number }
  | { readonly type: 'prepare_failed'; readonly id: number; readonly message: string }
  | { readonly type: 'partial'; readonly utterance: number; readonly text: string }
  | {
      readonly type: 'final';
      readonly utterance: number;
      readonly text: string;
      readonly confidence: number;
      readonly rejected: boolean;
      readonly words: readonly RecognizedWord[];
      readonly processingMs: number;
    }
  | { readonly type: 'utterance_failed'; readonly utterance: number; readonly message: string };

export interface RecognizerWorkerData {
  readonly maxDecoders: number;
  readonly prewarmed: number;
  readonly rejectBelow: number;
}
