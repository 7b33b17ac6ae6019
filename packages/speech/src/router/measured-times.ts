/** How long something took, the last few hundred times: what it mostly takes, and how long to wait for it at the most. */
export interface MeasuredTimes {
  add(ms: number): void;
  readonly count: number;
  /** Undefined while too little is known. */
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  /** The longest that it is waited for. */
  readonly timeoutMs: number;
}

export interface MeasuredTimesOptions {
  /** The time-out while too little is known. */
  readonly defaultMs: number;
  /** What is measured moves the time-out between these. */
  readonly floorMs: number;
  readonly ceilingMs: number;
}

/** Below it a percentile says more of chance than of the engine: of fifty, two or three lie beyond the 95th. */
const enough = 50;
/** A few minutes of a busy engine: an older time says little of now. 2 kB. */
const kept = 256;
/** Sorting takes 10 µs; a percentile does not move faster. */
const addedBetweenSorts = 16;
/** A time-out is for what hangs, not for what is slow once in a hundred times. */
const timeoutFactor = 3;

export function createMeasuredTimes({ defaultMs, floorMs, ceilingMs }: MeasuredTimesOptions): MeasuredTimes {
  const times = new Float64Array(kept);
  let count = 0;
  let sortedAt = 0;
  let p50Ms: number | undefined;
  let p95Ms: number | undefined;

  const sort = () => {
    sortedAt = count;
    const sorted = times.slice(0, Math.min(count, kept)).sort();
    const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
    p50Ms = rank(0.5);
    p95Ms = rank(0.95);
  };

  return {
    add(ms) {
      times[count % kept] = ms;
      count += 1;
      if (count >= enough && count - sortedAt >= addedBetweenSorts) sort();
    },
    get count() {
      return count;
    },
    get p50Ms() {
      return p50Ms;
    },
    get p95Ms() {
      return p95Ms;
    },
    get timeoutMs() {
      if (p95Ms === undefined) return defaultMs;
      return Math.min(ceilingMs, Math.max(floorMs, timeoutFactor * p95Ms));
    },
  };
}
