import type { LineFormat, Pcm } from './audio.ts';

export type EmotionalTone = 'warm' | 'neutral' | 'energetic';

/** A spoken word with its place in the segment's audio. */
export interface SpokenWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Segments that are heard one after the other: a voice can carry its melody on from one to the next (by the requests that spoke those
 * before, where a vendor takes their ids, or from the text before).
 */
export interface Passage {
  /** Unique in the process. */
  readonly id: string;
  /** 0-based place of the segment. */
  readonly index: number;
  /** What was said just before; empty at the beginning. */
  readonly previousText: string;
}

export interface SynthesisRequest {
  /**
   * One sentence or clause, plain text as written. A voice that reads numbers, dates and the like badly says `spokenText` of
   * text/spoken-form instead; word times are of the written words all the same.
   */
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
  /** The voice's id in the synthesizer's own catalogue; undefined for its default of the language. */
  readonly voice: string | undefined;
  readonly tone: EmotionalTone;
  /** The same words as an SSML fragment (no `speak` element); voices that cannot read it speak `text`. */
  readonly ssml: string | undefined;
  /** Where the segment stands in what is being said; undefined for a segment by itself. */
  readonly passage: Passage | undefined;
  /** What the caller's line carries; left out: `wide`. The sink gets `Pcm` all the same. */
  readonly line?: LineFormat;
  /** Aborted when the caller interrupts or leaves: no sink method is called afterwards. */
  readonly signal: AbortSignal;
}

/** Receives one segment's speech. Exactly one of `done` and `failed` ends it. Callbacks, not streams: this is the audio path. */
export interface SynthesisSink {
  /** Any number of samples at 16 kHz. */
  audio(samples: Pcm): void;
  /** Word times, if the voice knows them; before or after the audio they describe. May be called several times; appends. */
  words(words: readonly SpokenWord[]): void;
  done(): void;
  /** @param retryAfterMs how long the voice asks to be left alone */
  failed(code: string, message: string, retryAfterMs?: number): void;
}

export interface Voice {
  readonly id: string;
  readonly title: string;
  readonly language: string;
}

export interface Synthesizer {
  readonly name: string;
  readonly voices: readonly Voice[];
  synthesize(request: SynthesisRequest, sink: SynthesisSink): void;
  /**
   * Opens what the first sentence would have to wait for, such as a connection; a hint that may be given often. Costs nothing at the
   * vendor, throws nothing, and keeps what it opened no longer than an idle connection is kept anyway.
   */
  warm?(language: string): void;
  close(): Promise<void>;
}
