export interface RateLimitOptions {
  /** Messages that may come at once: a page that reconnects sends what was typed meanwhile. */
  readonly burst: number;
  /** Messages a second in the long run: people type one in some seconds, push-to-talk sends two a press. */
  readonly perSecond: number;
}

export const rateLimitDefaults: RateLimitOptions = { burst: 20, perSecond: 5 };

/** A token bucket for one client. Returns whether a message at this moment (monotonic milliseconds) may pass. */
export function createRateLimit(options: RateLimitOptions = rateLimitDefaults): (nowMs: number) => boolean {
  let tokens = options.burst;
  let filledMs: number | undefined;
  return (nowMs) => {
    const elapsedMs = filledMs === undefined ? 0 : Math.max(0, nowMs - filledMs);
    filledMs = nowMs;
    tokens = Math.min(options.burst, tokens + (elapsedMs / 1000) * options.perSecond);
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
