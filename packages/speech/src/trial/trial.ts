/** What came of a real request to an engine, made to see whether it works. */
export interface TrialResult {
  /** When it differs from the time of the whole trial: to the first sound, to the answer. */
  readonly latencyMs?: number;
  readonly version?: string;
  /** What else is worth a glance: what was understood, how much sound came. */
  readonly detail?: string;
}

/** Why a part does not work, and what a person can do about it. */
export class TrialFailure extends Error {
  readonly advice: string;

  constructor(problem: string, advice: string) {
    super(problem);
    this.name = 'TrialFailure';
    this.advice = advice;
  }
}
