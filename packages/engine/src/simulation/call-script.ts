import type { AgentCue } from '../ports/agent.ts';
import type { Digit } from '../ports/audio.ts';

/**
 * A call before it happens: what the caller does, and how each part behaves. Data and functions without state, so that the
 * same script gives the same call, and a script with a deed less is a smaller call.
 */
export interface CallScript {
  /** Where it came from; printed with whatever is found. */
  readonly name: string;
  readonly openedBy: 'voice' | 'chat';
  readonly channel: ChannelPlan;
  /** How quickly this caller's voice, and the recogniser, answer. */
  readonly ears: EarsPlan;
  /** Behind the recogniser and the voice of the script stand sound ones, which take over when those fail. */
  readonly hasStandIns: boolean;
  /** The agent may be asked before the turn is certain. */
  readonly thinksAhead: boolean;
  readonly deeds: readonly Deed[];
  /** @param count how many times the agent was asked before */
  readonly agent: (count: number, cue: AgentCue) => ThoughtPlan;
  /** @param count how many sentences the voice was asked for before */
  readonly voice: (count: number, text: string) => VoicePlan;
  /** @param count how many writes were tried before */
  readonly recorder: (count: number) => WritePlan;
}

/** What somebody on the phone may do. */
export type Deed =
  /** Begins to make sound, after whatever they are in the middle of saying; the deeds after it happen meanwhile. */
  | { readonly do: 'speak'; readonly stretches: readonly Stretch[] }
  /** Until what was begun is said. */
  | { readonly do: 'finishSpeaking' }
  | { readonly do: 'wait'; readonly ms: number }
  /** Until the conversation is in that state (`sound`: until the agent sounds), and a little more. */
  | {
      readonly do: 'waitFor';
      readonly state: 'waiting' | 'processing' | 'sound';
      readonly thenMs: number;
      readonly atMostMs: number;
    }
  | { readonly do: 'press'; readonly digit: Digit }
  | { readonly do: 'type'; readonly text: string; readonly messageId: string }
  | { readonly do: 'holdButton' }
  | { readonly do: 'releaseButton' }
  /** Puts the line on hold (music of theirs is no sound here), or takes it back. */
  | { readonly do: 'hold'; readonly isHeld: boolean }
  | { readonly do: 'loseAudio' }
  | { readonly do: 'attachAudio' }
  | { readonly do: 'attachClient' }
  | { readonly do: 'detachClient' }
  | { readonly do: 'hangUp' }
  /** The process goes down. */
  | { readonly do: 'shutdown' };

/** A stretch of the caller's sound, and what the recogniser will make of it. */
export interface Stretch {
  /** Silence before it. */
  readonly afterMs: number;
  /** Spoken words; of a noise, none. `ECHO` stands for the agent's own last words, come back. */
  readonly text: string;
  readonly wordMs: number;
  /** Sound without words before or after them. */
  readonly noiseMs: number;
  readonly hearing: Hearing;
  /** Packets that do not arrive: from then, for so long. */
  readonly loss: { readonly fromMs: number; readonly ms: number } | undefined;
}

export const ECHO = '<echo>';

export type Hearing =
  /** The words come as they are. */
  | { readonly kind: 'words'; readonly confidence: number; readonly finalDelayMs: number }
  /** Speech that cannot be made out. */
  | { readonly kind: 'rejected'; readonly finalDelayMs: number }
  /** The final never comes. */
  | { readonly kind: 'hangs' }
  /** The stream breaks, so long after the voice began. */
  | { readonly kind: 'fails'; readonly afterMs: number };

export interface EarsPlan {
  /** From a change of the voice to the frame that decides it. */
  readonly onsetMs: number;
  readonly hangoverMs: number;
  /** The detector computes elsewhere and answers later than inside `push`; 0 answers at once. */
  readonly detectorDelayMs: number;
  readonly partialEveryMs: number;
  /** The share of partials whose last word is first heard wrongly. */
  readonly revised: number;
  /** Models turns: says early when one is probably over, and ends it by itself. */
  readonly turns: { readonly eagerMs: number; readonly endMs: number } | undefined;
  /** Finals come twice; now and then a recogniser does. */
  readonly repeatsFinals: boolean;
  /** Opening a stream throws, this many times. */
  readonly failsToOpen: number;
}

export interface ChannelPlan {
  readonly playoutDelayMs: number;
  readonly echo: 'cancelled' | 'possible';
  /** What the channel keeps of sound that is given before its time; left out: nothing. */
  readonly aheadMs?: number;
}

export interface ThoughtPlan {
  /** `deaf` goes on after it was told to stop. */
  readonly deaf: boolean;
  /** Before anything can be awaited, as a bug in the agent does. */
  readonly throwsAtOnce: boolean;
  readonly steps: readonly ThoughtStep[];
}

export type ThoughtStep = { readonly afterMs: number } & (
  | { readonly do: 'say'; readonly text: string; readonly interruptible: boolean }
  | { readonly do: 'understand' }
  /** Something with an effect outside; waits until the turn is certain. */
  | { readonly do: 'act'; readonly name: string }
  | { readonly do: 'finish'; readonly end: boolean; readonly expects: string | undefined }
  | { readonly do: 'throw' }
  | { readonly do: 'hang' }
  /** Stops without having finished. */
  | { readonly do: 'stop' }
);

export interface VoicePlan {
  /** From the request to the first sound; 0 answers inside the request. */
  readonly firstMs: number;
  readonly wordMs: number;
  readonly wordTimes: boolean;
  /** The sound comes in so many pieces, so far apart. */
  readonly pieces: number;
  readonly gapMs: number;
  /** What becomes of it after so many pieces. */
  readonly fault:
    | { readonly kind: 'none' }
    | { readonly kind: 'throws' }
    | { readonly kind: 'fails'; readonly afterPieces: number }
    | { readonly kind: 'hangs'; readonly afterPieces: number }
    | { readonly kind: 'stalls'; readonly afterPieces: number; readonly ms: number };
  /** Goes on after it was told to stop. */
  readonly deaf: boolean;
}

export interface WritePlan {
  readonly delayMs: number;
  readonly outcome: 'stored' | 'fails' | 'hangs';
}
