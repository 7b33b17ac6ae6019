import type { RateLimiter } from './rate-limiter.ts';

/**
 * Counts shared by all servers while that works; else each server counts for itself, which lets through more than the limit but never
 * refuses for want of a counter. `onFallback` is told once each time it begins.
 */
export function createFallbackRateLimiter(
  shared: RateLimiter,
  alone: RateLimiter,
  onFallback: (error: unknown) => void,
): RateLimiter {
  let isAlone = false;
  return {
    take: async (counted) => {
      try {
        const decision = await shared.take(counted);
        isAlone = false;
        return decision;
      } catch (error) {
        if (!isAlone) onFallback(error);
        isAlone = true;
        return alone.take(counted);
      }
    },
  };
}
