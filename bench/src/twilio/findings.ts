import { createHistogram, type Histogram } from '../load/histogram.ts';

/** What all callers of a load have found out together. */
export interface Findings {
  /** From asking `/voice` to its TwiML. */
  readonly webhook: Histogram;
  /** From the TwiML, by which the call is picked up, to the first sound of the greeting. */
  readonly firstSound: Histogram;
  /** From the caller's last sound to the first of the answer, the wait that tells the end of a turn from a pause included. */
  readonly answer: Histogram;
  /** The time between two frames of a burst of speech: a server may send several at once, ahead of their time. */
  readonly gap: Histogram;
  /** How long after its time a caller's frame was sent: the lateness of the load itself, which the other figures contain. */
  readonly sentLate: Histogram;
  framesIn: number;
  framesOut: number;
  /** Speech that was heard, and the holes in it: frames that were lost, or came when the one before had been played. In ms. */
  heardMs: number;
  holesMs: number;
  /** Holes of more than 60 ms, which a caller hears as a break. */
  breaks: number;
  turns: number;
  /** Things said to which no answer came within 8 s. */
  unanswered: number;
  clears: number;
  malformed: number;
  readonly failures: Record<string, number>;
  measuring: boolean;
}

export function createFindings(): Findings {
  return {
    webhook: createHistogram(),
    firstSound: createHistogram(),
    answer: createHistogram(),
    gap: createHistogram(),
    sentLate: createHistogram(),
    framesIn: 0,
    framesOut: 0,
    heardMs: 0,
    holesMs: 0,
    breaks: 0,
    turns: 0,
    unanswered: 0,
    clears: 0,
    malformed: 0,
    failures: {},
    measuring: false,
  };
}
