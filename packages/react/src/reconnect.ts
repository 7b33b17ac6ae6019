export interface ReconnectOptions {
  /** The wait before the first attempt. */
  readonly firstDelayMs: number;
  /** Waits double up to this one. */
  readonly maxDelayMs: number;
  /** Then the person is asked. */
  readonly maxAttempts: number;
}

export const reconnectDefaults: ReconnectOptions = {
  // A restart of the server or a change of network takes about a second; sooner is wasted, later is felt.
  firstDelayMs: 400,
  // So that a server that is back is found soon: longer waits were felt as "it is broken".
  maxDelayMs: 3_000,
  // About half a minute in all: longer than a restart, shorter than anyone's patience.
  maxAttempts: 14,
};

/** The wait before attempt number `attempt` (from 1). `random` (0–1) spreads clients that lost the same server. */
export function reconnectDelayMs(options: ReconnectOptions, attempt: number, random: number): number {
  const delayMs = Math.min(options.maxDelayMs, options.firstDelayMs * 2 ** (attempt - 1));
  return delayMs * (0.5 + random / 2);
}
