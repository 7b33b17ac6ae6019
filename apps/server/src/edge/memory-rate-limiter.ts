import { type Counted, countsAt, hasRoom, type RateLimiter, stateOf, type WindowCounts } from './rate-limiter.ts';

/**
 * Keys remembered, about 150 bytes each. The one not asked for longest is forgotten first: whoever can send from more addresses than
 * this within a window is not held by counting addresses.
 */
const maxKeys = 50_000;

/** Counts in this process alone. */
export function createMemoryRateLimiter(nowMs: () => number = Date.now, max: number = maxKeys): RateLimiter {
  const kept = new Map<string, WindowCounts>();
  return {
    take: async (counted) => {
      const now = nowMs();
      const counts = counted.map((one) => countsAt(kept.get(one.key), one, now));
      const isAllowed = counted.every((one, at) => hasRoom(countsOf(counts, at), one, now));
      const after = isAllowed ? counts.map((one) => ({ ...one, current: one.current + 1 })) : counts;
      counted.forEach(({ key }, at) => {
        // Set anew, so that the map is ordered by last use.
        kept.delete(key);
        kept.set(key, countsOf(after, at));
      });
      forgetOldest(kept, max);
      return { isAllowed, states: counted.map((one: Counted, at) => stateOf(countsOf(after, at), one, now)) };
    },
  };
}

function countsOf(counts: readonly WindowCounts[], at: number): WindowCounts {
  return counts[at] ?? { index: 0, current: 0, previous: 0 };
}

function forgetOldest(kept: Map<string, WindowCounts>, max: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= max) return;
    kept.delete(key);
  }
}
