export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * How long to wait after so many failures: twice as long each time, up to the longest, and by chance up to a quarter less or more, so
 * that those who failed together do not come back together.
 * @param failures from 1
 */
export function retryDelayMs(failures: number, { firstMs, longestMs }: Backoff, random = Math.random): number {
  const delayMs = Math.min(firstMs * 2 ** Math.min(failures - 1, 30), longestMs);
  return delayMs * (0.75 + random() / 2);
}
