import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import type { SpokenWord } from '@parley/engine/ports/synthesizer.ts';

/** What hears, speaks and thinks behind the wire of every fake: the same for all of them, so that a call through any ends alike. */
export interface Brain {
  /** A new listener for one stream. */
  listen(language: string): Listener;
  /** The whole of a sentence as 16 kHz samples, with word times. */
  speak(text: string, language: string, signal: AbortSignal): Promise<Speech>;
  /** What a language model answers to the last thing that it was told. */
  answer(prompt: string): string;
  close(): Promise<void>;
}

/** Hears one utterance after the other. */
export interface Listener {
  /** 16-bit samples at 16 kHz. */
  write(samples: Int16Array): void;
  /** What it makes of the utterance so far; empty while there is nothing. */
  readonly partial: string;
  /** The utterance is over: what it was, and from here on the next. */
  end(): Promise<Heard>;
  close(): void;
}

export interface Heard {
  readonly text: string;
  /** 0–1. */
  readonly confidence: number;
  /** From the start of the utterance's audio. */
  readonly words: readonly RecognizedWord[];
}

export interface Speech {
  readonly samples: Int16Array;
  readonly words: readonly SpokenWord[];
}
