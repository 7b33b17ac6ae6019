import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  wrap,
} from 'cockatiel';
import type { Integration } from './definition.ts';
import { type Fail, IntegrationError, type IntegrationErrorCode } from './errors.ts';
import type { Clock } from './ports.ts';

export interface Resilience {
  /**
   * Does the work, again if it may be and it helps, unless the API is known to be down, too much is asked of it, or more is asked
   * than it allows. `attempt` is 1-based.
   *
   * @throws IntegrationError the work's, or `circuit_open`, `busy`, `rate_limited`
   */
  run<Result>(
    work: (attempt: number, signal: AbortSignal) => Promise<Result>,
    use: {
      readonly mayRepeat: boolean;
      readonly fail: Fail;
      readonly signal: AbortSignal;
      /** Told of what was not even tried. */
      readonly onRefused: (error: IntegrationError) => void;
    },
  ): Promise<Result>;
}

/** The API itself is in trouble, or the way to it. */
const troubles: readonly IntegrationErrorCode[] = ['unreachable', 'timed_out', 'server_failed'];

/** One per integration: its operations share a fate. */
export function createResilience(definition: Integration, clock: Clock): Resilience {
  const { retries, breaker: breakerOptions } = definition;
  const inTrouble = handleWhen((error) => isOneOf(error, troubles));
  const breaker = circuitBreaker(inTrouble, {
    halfOpenAfter: breakerOptions.openMs,
    breaker: new ConsecutiveBreaker(breakerOptions.failures),
  });
  const places = bulkhead(definition.maxConcurrent, definition.maxConcurrent);
  const once = wrap(breaker, places);
  const again = retry(
    handleWhen(
      (error) =>
        isOneOf(error, troubles) ||
        (isOneOf(error, ['throttled']) && (error.details.retryAfterMs ?? 0) <= retries.maxDelayMs),
    ),
    {
      // Attempts after the first.
      maxAttempts: retries.maxAttempts - 1,
      backoff: new DelegateBackoff<IRetryBackoffContext<unknown>>(({ attempt, result }) => {
        const asked = 'error' in result && isOneOf(result.error, ['throttled']) ? result.error.details.retryAfterMs : 0;
        return Math.max(asked ?? 0, delayOf(attempt, retries));
      }),
    },
  );
  const takeToken = createRateLimit(definition.ratePerMinute, clock);

  return {
    async run(work, { mayRepeat, fail, signal, onRefused }) {
      let attempt = 0;
      const refused = (code: 'circuit_open' | 'busy' | 'rate_limited', reason: string, cause?: unknown) => {
        const error = fail(code, reason, { cause });
        onRefused(error);
        return error;
      };
      const tryOnce = () => {
        attempt += 1;
        return once.execute(({ signal: inner }) => {
          if (!takeToken())
            throw refused('rate_limited', `More than ${definition.ratePerMinute} requests in a minute.`);
          return work(attempt, inner);
        }, signal);
      };
      try {
        return await (mayRepeat && retries.maxAttempts > 1 ? again.execute(tryOnce, signal) : tryOnce());
      } catch (error) {
        if (error instanceof IntegrationError) throw error;
        if (signal.aborted) throw fail('cancelled', 'The use was given up.', { cause: error });
        if (error instanceof BrokenCircuitError)
          throw refused('circuit_open', `It failed ${breakerOptions.failures} times in a row.`, error);
        if (error instanceof BulkheadRejectedError)
          throw refused('busy', `${definition.maxConcurrent} requests are under way and as many wait.`, error);
        throw error;
      }
    },
  };
}

/**
 * How long to wait after an attempt (1-based) that failed: twice as long each time, and up to half of it less, since those who failed
 * together must not come back together.
 */
export function delayOf(
  attempt: number,
  { initialDelayMs, maxDelayMs }: Pick<Integration['retries'], 'initialDelayMs' | 'maxDelayMs'>,
): number {
  const longest = Math.min(maxDelayMs, initialDelayMs * 2 ** (attempt - 1));
  return longest * (0.5 + Math.random() / 2);
}

/** A bucket that fills evenly and holds a minute's worth at most a tenth at once: a burst of callers, not a flood. */
function createRateLimit(perMinute: number, clock: Clock): () => boolean {
  const size = Math.max(1, perMinute / 10);
  let tokens = size;
  let sinceEpochMs = clock.nowEpochMs();
  return () => {
    const nowEpochMs = clock.nowEpochMs();
    tokens = Math.min(size, tokens + (Math.max(0, nowEpochMs - sinceEpochMs) * perMinute) / 60_000);
    sinceEpochMs = nowEpochMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

function isOneOf(error: unknown, codes: readonly IntegrationErrorCode[]): error is IntegrationError {
  return error instanceof IntegrationError && codes.includes(error.reasonCode);
}
