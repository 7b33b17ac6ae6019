/** Counts of durations; as small and as cheap whatever their number. */
export interface Histogram {
  /** Shorter than 0 counts as 0; longer than the longest as the longest. */
  add(ms: number): void;
  /** The duration below which the given share lies, to the width of a bucket; undefined when nothing was added. */
  percentile(share: number): number | undefined;
  readonly count: number;
  readonly maxMs: number;
}

const bucketMs = 0.05;
const longestMs = 5000;

export function createHistogram(): Histogram {
  const buckets = new Uint32Array(longestMs / bucketMs + 1);
  let count = 0;
  let maxMs = 0;
  return {
    get count() {
      return count;
    },
    get maxMs() {
      return maxMs;
    },
    add(ms) {
      const index = Math.min(buckets.length - 1, Math.max(0, Math.floor(ms / bucketMs)));
      buckets[index] = (buckets[index] ?? 0) + 1;
      count += 1;
      maxMs = Math.max(maxMs, ms);
    },
    percentile(share) {
      let below = 0;
      for (const [index, inBucket] of buckets.entries()) {
        below += inBucket;
        if (inBucket > 0 && below >= share * count) return (index + 1) * bucketMs;
      }
      return undefined;
    },
  };
}
