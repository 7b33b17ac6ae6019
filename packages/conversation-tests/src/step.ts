import type { Digit } from '@parley/engine/ports/audio.ts';

/** The ways a conversation can be held: in virtual time without sound, typed to a server, or over real audio. */
export type Over = 'virtual' | 'chat' | 'audio';

/** What a text must be like. Letter case and white space make no difference. */
export type TextMatch =
  | { readonly kind: 'contains'; readonly text: string }
  | { readonly kind: 'regex'; readonly regex: RegExp }
  | { readonly kind: 'anyOf' | 'allOf' | 'noneOf'; readonly of: readonly TextMatch[] };

/** Something done: by name, and by the part of its data that matters. */
export interface ActionMatch {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

/** What must not occur: a text in the agent's mouth, or an action. */
export type Never =
  | { readonly type: 'text'; readonly text: TextMatch }
  | { readonly type: 'action'; readonly action: ActionMatch };

/** What must be true of the answer; all that is named must hold. */
export interface Expectation {
  /** Of all that the agent said since the caller last did something. */
  readonly text?: TextMatch | undefined;
  readonly intent?: string | undefined;
  /** What the agent holds, by slot; `null` for a slot that must be empty. */
  readonly slot?: Readonly<Record<string, unknown>> | undefined;
  readonly action?: ActionMatch | undefined;
  /** Was reached since the caller last did something, or is now. */
  readonly state?: 'waiting' | 'listening' | 'processing' | 'responding' | 'ended' | undefined;
  /** What history keeps of the answer that was cut off. */
  readonly heard?: TextMatch | undefined;
  /** Longest time from the end of what the caller did to the agent's first sound (in text: first sentence), milliseconds. */
  readonly withinMs?: number | undefined;
  /** The conversation ends, for this reason. */
  readonly ended?: string | undefined;
  /** Must not occur in this answer. */
  readonly never?: readonly Never[] | undefined;
}

/** Words, and silences in milliseconds between them. */
export type Spoken = readonly (string | number)[];

/** One thing that the caller does, or that must be true. */
export type Step =
  /** With `interruptAfterMs`: so long after the agent began to speak; otherwise when it has finished. */
  | {
      readonly type: 'say';
      readonly text: string;
      readonly parts?: Spoken | undefined;
      readonly interruptAfterMs?: number | undefined;
    }
  /** A recording; `text` is what is said in it, for runs without sound. */
  | {
      readonly type: 'wav';
      readonly path: string;
      readonly text?: string | undefined;
      readonly interruptAfterMs?: number | undefined;
    }
  /** Sound that is no turn: a noise, speech that nobody can make out, a listener's "uh-huh". */
  | {
      readonly type: 'sound';
      readonly kind: 'noise' | 'mumble' | 'backchannel';
      readonly text: string;
      readonly durationMs: number;
      readonly interruptAfterMs?: number | undefined;
    }
  | { readonly type: 'pause'; readonly durationMs: number }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'press'; readonly keys: readonly Digit[]; readonly interruptAfterMs?: number | undefined }
  | { readonly type: 'loseNetwork' | 'reconnect' | 'hangUp' }
  | { readonly type: 'expect'; readonly expectation: Expectation }
  /** From here to the end. */
  | { readonly type: 'never'; readonly never: readonly Never[] };

/** A step and where it is written. */
export interface PlacedStep {
  readonly step: Step;
  /** 1-based line of the file; undefined for steps written in TypeScript. */
  readonly line: number | undefined;
  /** As written, on one line. */
  readonly source: string;
}

/** A conversation as a test. */
export interface Conversation {
  readonly name: string;
  /** Path of its file; undefined for one written in TypeScript. */
  readonly file: string | undefined;
  /** The agent's id; undefined for the default one. */
  readonly agent: string | undefined;
  readonly over: readonly Over[];
  /** Wall time of the beginning in virtual time, epoch milliseconds. Servers have their own clock. */
  readonly nowEpochMs: number | undefined;
  /** IANA zone of the caller. */
  readonly timeZone: string | undefined;
  /** Voice of the caller over audio. */
  readonly voice: string | undefined;
  /** White noise under the caller's voice over audio, dB below full scale. */
  readonly noiseDbfs: number | undefined;
  readonly never: readonly Never[];
  readonly steps: readonly PlacedStep[];
}
