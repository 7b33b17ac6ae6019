/** How much may come: so many in one rush, so many a second in the long run. */
export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

export interface TokenBucket {
  /** Takes one; false: there is none. */
  take(nowMs: number): boolean;
}

export function createTokenBucket({ burst, perSecond }: Allowance): TokenBucket {
  let tokens = burst;
  let filledAtMs: number | undefined;
  return {
    take(nowMs) {
      const sinceMs = filledAtMs === undefined ? 0 : Math.max(0, nowMs - filledAtMs);
      filledAtMs = nowMs;
      tokens = Math.min(burst, tokens + (sinceMs * perSecond) / 1000);
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** A bucket for each key, of the last `max` keys that came. */
export interface TokenBuckets {
  take(key: string, nowMs: number): boolean;
  readonly size: number;
}

export function createTokenBuckets(allowance: Allowance, max: number): TokenBuckets {
  const buckets = new Map<string, TokenBucket>();
  return {
    get size() {
      return buckets.size;
    },
    take(key, nowMs) {
      let bucket = buckets.get(key);
      if (bucket === undefined) {
        bucket = createTokenBucket(allowance);
        if (buckets.size >= max) dropOldest(buckets);
      } else buckets.delete(key);
      buckets.set(key, bucket);
      return bucket.take(nowMs);
    },
  };
}

/** Maps keep the order in which keys were set: whoever is set anew at each use leaves the oldest in front. */
export function dropOldest(map: Map<string, unknown> | Set<string>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
