import { WireError } from '@parley/contract/errors.ts';
import { countedAddress } from '../edge/client-address.ts';

export interface AttemptLimitOptions {
  /** Failures from one address before it has to wait. */
  readonly freeFailures: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** An address that was quiet for as long begins anew. */
  readonly forgetAfterMs: number;
  readonly maxAddresses: number;
}

export const attemptLimitDefaults: AttemptLimitOptions = {
  // An office behind one address mistypes more than one person; an account locks after five by itself.
  freeFailures: 20,
  firstDelayMs: 5000,
  maxDelayMs: 900_000,
  forgetAfterMs: 1_800_000,
  // The address that failed longest ago is forgotten first; about 2 MB when full.
  maxAddresses: 10_000,
};

/** Makes whoever guesses from one address wait, longer each time. Of this replica alone: accounts are locked for all of them. */
export interface AttemptLimit {
  /** @throws WireError `too_many_attempts` while the address has to wait */
  check(address: string): void;
  failed(address: string): void;
}

export function createAttemptLimit(
  options: AttemptLimitOptions = attemptLimitDefaults,
  nowMs: () => number = () => performance.now(),
): AttemptLimit {
  const known = new Map<string, { readonly failures: number; readonly untilMs: number; readonly lastMs: number }>();
  return {
    check: (address) => {
      const untilMs = known.get(countedAddress(address))?.untilMs ?? Number.NEGATIVE_INFINITY;
      if (untilMs > nowMs()) {
        throw new WireError('too_many_attempts', { retry_after_seconds: Math.ceil((untilMs - nowMs()) / 1000) });
      }
    },
    failed: (address) => {
      const network = countedAddress(address);
      const before = known.get(network);
      const now = nowMs();
      const failures = before === undefined || now - before.lastMs > options.forgetAfterMs ? 1 : before.failures + 1;
      const delayMs = growingDelayMs(failures - options.freeFailures, options);
      known.delete(network);
      known.set(network, { failures, untilMs: now + delayMs, lastMs: now });
      const [oldest] = known.keys();
      if (known.size > options.maxAddresses && oldest !== undefined) known.delete(oldest);
    },
  };
}

/** Nothing for the first, then twice as long for each failure more. */
export function growingDelayMs(
  failuresTooMany: number,
  { firstDelayMs, maxDelayMs }: { readonly firstDelayMs: number; readonly maxDelayMs: number },
): number {
  if (failuresTooMany < 0) return 0;
  // Bounded before it is a number too large to count with.
  return Math.min(firstDelayMs * 2 ** Math.min(failuresTooMany, 30), maxDelayMs);
}
