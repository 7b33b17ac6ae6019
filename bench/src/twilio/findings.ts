import { createHistogram, type Histogram } from '../load/histogram.ts';

/** What all callers of a load have found out together. */
export interface Findings {
  /** From asking `/voice` to its TwiML. */
  readonly webhook: Histogram;
  /** From the TwiML, by which the call is picked up, to the first sound of the greeting. */
  readonly firstSound: Histogram;
  /** From the caller's last sound to the first of the answer, the wait that tells the end of a turn from a pause included. */
  readonly answer: Histogram;
  /** How far the time between two frames of a burst of speech is from 20 ms. */
  readonly jitter: Histogram;
  /** How long after its time a caller's frame was sent: the lateness of the load itself, which the other figures contain. */
  readonly sentLate: Histogram;
  framesIn: number;
  framesOut: number;
  /** Holes in speech of more than 60 and less than 250 ms, which a caller would hear as a break. */
  breaks: number;
  /** Frames of the greeting, by call: the same greeting has the same number each time. */
  readonly greetingFrames: number[];
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
    jitter: createHistogram(),
    sentLate: createHistogram(),
    framesIn: 0,
    framesOut: 0,
    breaks: 0,
    greetingFrames: [],
    turns: 0,
    unanswered: 0,
    clears: 0,
    malformed: 0,
    failures: {},
    measuring: false,
  };
}

/** Of frames of the greeting that were to be heard, the share that was not: what calls had less than most of them. */
export function lostShare(greetingFrames: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const frames of greetingFrames) counts.set(frames, (counts.get(frames) ?? 0) + 1);
  const usual = [...counts].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0;
  if (usual === 0) return 0;
  const missing = greetingFrames.reduce((sum, frames) => sum + Math.max(0, usual - frames), 0);
  return missing / (usual * greetingFrames.length);
}
