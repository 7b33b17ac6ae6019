import type { LineFormat, Pcm } from './audio.ts';

/** A recognised word with its place in the utterance. */
export interface RecognizedWord {
  readonly text: string;
  /** From the start of the utterance's audio (its pre-roll included). */
  readonly startMs: number;
  readonly endMs: number;
}

export type RecognizerEvent =
  /** What was understood so far of the utterance in progress; each replaces the one before. */
  | { readonly type: 'partial'; readonly text: string }
  /**
   * The utterance is over. `confidence` is 0–1, where 0.7 and above means "act on it". Speech that the recogniser
   * rejects (outside what it knows, a cough, a television) is a final with `rejected: true` and its best guess as text.
   */
  | {
      readonly type: 'final';
      readonly text: string;
      readonly confidence: number;
      readonly rejected: boolean;
      /** The recogniser is sure that the turn is over, not only this stretch of voice: the decision need not wait. */
      readonly endsTurn: boolean;
      readonly words: readonly RecognizedWord[];
      /** Wall time the recogniser spent on the utterance after its end was known. */
      readonly processingMs: number;
    }
  /**
   * Recognisers that model turns (Deepgram Flux, for one) say early that the turn is probably over. A `final` that ends the
   * turn, or `turnResumed`, follows. `text` is what the final would be.
   */
  | { readonly type: 'eagerEndOfTurn'; readonly text: string; readonly confidence: number }
  /** The caller went on after an `eagerEndOfTurn`. */
  | { readonly type: 'turnResumed' }
  /** This stream is dead; the driver opens another one or tells the caller. `retryAfterMs`: how long it asks to be left alone. */
  | {
      readonly type: 'failed';
      readonly code: string;
      readonly message: string;
      readonly retryAfterMs?: number | undefined;
    };

export interface RecognizerOptions {
  /** BCP 47, such as `en-US`. */
  readonly language: string;
  /** Names the agent's vocabulary (see `RecognizerVocabulary.id`) to listen with. */
  readonly vocabularyId: string;
  /** What the caller's line carried before it became `Pcm`; left out: `wide`, or not known. */
  readonly line?: LineFormat;
  /** Ends the stream and frees everything it holds. */
  readonly signal: AbortSignal;
}

/**
 * What an agent expects to hear: recognisers that compile a grammar build it from this, cloud recognisers take it as
 * key terms. `contexts` narrow it for one question (`digits`, `yes-no`, `name`); an unknown context means the whole.
 */
export interface RecognizerVocabulary {
  readonly id: string;
  readonly phrases: readonly string[];
  readonly contexts: Readonly<Record<string, readonly string[]>>;
}

/**
 * The vocabulary's context of a question that leaves everything open, such as "How can I help you?". It tells the recogniser which
 * words are likely there; of the answer it says as little as no context does, so the end of the turn is not judged by it.
 */
export const openQuestion = 'open-question';

/** One caller's ear. Events arrive by the callback given to `open`, never from inside a call to a method of the stream. */
export interface RecognizerStream {
  /** What the agent has just asked: the vocabulary's context by name, or undefined for the whole vocabulary. */
  expect(context: string | undefined): void;
  /** Voice activity began. `preRoll` is the audio just before, so that the first sound is not cut. */
  utteranceStarted(preRoll: readonly Pcm[]): void;
  /** One frame of the utterance. Only called between `utteranceStarted` and `utteranceEnded`. */
  write(frame: Pcm): void;
  /** Voice activity ended: exactly one `final` follows (empty text if nothing was said). */
  utteranceEnded(): void;
}

export interface Recognizer {
  readonly name: string;
  /** Compile or load what the vocabulary needs; resolves when `open` with its id will not wait. Idempotent per id. */
  prepare(vocabulary: RecognizerVocabulary, signal: AbortSignal): Promise<void>;
  open(options: RecognizerOptions, onEvent: (event: RecognizerEvent) => void): RecognizerStream;
  /** Frees threads and memory; open streams fail. */
  close(): Promise<void>;
}
