/** So many in any window of this length. */
export interface Quota {
  readonly limit: number;
  readonly windowMs: number;
}

/** One count that a request is part of: of its address, of who asks, of the organization. */
export interface Counted extends Quota {
  /** What is counted, such as `rate_limit:sip:+4930123456`. */
  readonly key: string;
}

export interface RateState {
  /** How many more may come now. */
  readonly remaining: number;
  /** When one more may come, should there be none left; 0 otherwise. */
  readonly retryAfterMs: number;
  /** When the whole quota is free again, should nothing more come. */
  readonly resetMs: number;
}

export interface RateDecision {
  readonly isAllowed: boolean;
  /** In the order of what was asked. */
  readonly states: readonly RateState[];
}

/**
 * Counts over sliding windows, by weighing the fixed window before this one with what of it the sliding window still covers: two
 * numbers a key whatever the limit, and never more than the limit in a window of evenly spread requests.
 *
 * All counts are taken or none: what the organization's limit refuses costs the address nothing.
 */
export interface RateLimiter {
  take(counted: readonly Counted[]): Promise<RateDecision>;
}

/** What is kept of one key: the number of the fixed window, and the counts of it and of the one before. */
export interface WindowCounts {
  readonly index: number;
  readonly current: number;
  readonly previous: number;
}

/** The counts as they stand at a moment (milliseconds of any clock that goes forward). */
export function countsAt(kept: WindowCounts | undefined, { windowMs }: Quota, nowMs: number): WindowCounts {
  const index = Math.floor(nowMs / windowMs);
  if (kept === undefined || kept.index < index - 1 || kept.index > index) return { index, current: 0, previous: 0 };
  return kept.index === index ? kept : { index, current: 0, previous: kept.current };
}

/** Whether one more may come. */
export function hasRoom(counts: WindowCounts, quota: Quota, nowMs: number): boolean {
  return weigh(counts, quota, nowMs) + 1 <= quota.limit;
}

/** What a client is told. */
export function stateOf({ index, current, previous }: WindowCounts, quota: Quota, nowMs: number): RateState {
  const { limit, windowMs } = quota;
  const elapsedMs = nowMs - index * windowMs;
  const remaining = Math.max(0, Math.floor(limit - weigh({ index, current, previous }, quota, nowMs)));
  const resetMs = current > 0 ? 2 * windowMs - elapsedMs : previous > 0 ? windowMs - elapsedMs : 0;
  if (remaining > 0) return { remaining, retryAfterMs: 0, resetMs: Math.ceil(resetMs) };
  // In this window as soon as enough of the last has gone by; else in the next, when enough of this one has.
  const retryAfterMs =
    current + 1 <= limit
      ? (1 - (limit - 1 - current) / previous) * windowMs - elapsedMs
      : windowMs - elapsedMs + (1 - (limit - 1) / current) * windowMs;
  return { remaining, retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)), resetMs: Math.ceil(resetMs) };
}

function weigh({ index, current, previous }: WindowCounts, { windowMs }: Quota, nowMs: number): number {
  return current + previous * (1 - (nowMs - index * windowMs) / windowMs);
}
