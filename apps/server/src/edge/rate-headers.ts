import type { RateState } from './rate-limiter.ts';

/** A count as a client is told of it. */
export interface NamedState extends RateState {
  /** `address`, `actor`, `organization`, `sign_in`. */
  readonly policy: string;
  readonly limit: number;
  readonly windowMs: number;
}

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers (10): lists of policies by name, with quota and window, and with what is left and
 * the seconds until there is more.
 */
export function rateHeaders(states: readonly NamedState[]): Record<string, string> {
  const seconds = (ms: number) => Math.max(0, Math.ceil(ms / 1000));
  return {
    'ratelimit-policy': states
      .map(({ policy, limit, windowMs }) => `"${policy}";q=${limit};w=${seconds(windowMs)}`)
      .join(', '),
    ratelimit: states
      .map(({ policy, remaining, retryAfterMs, resetMs }) => {
        return `"${policy}";r=${remaining};t=${seconds(remaining === 0 ? retryAfterMs : resetMs)}`;
      })
      .join(', '),
  };
}

/** In whole seconds, so that who waits exactly that long is let in. */
export function retryAfterSeconds(states: readonly RateState[]): number {
  return Math.max(1, Math.ceil(Math.max(0, ...states.map(({ retryAfterMs }) => retryAfterMs)) / 1000));
}
