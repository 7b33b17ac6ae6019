import { delayOf } from '@parley/integrations/resilience.ts';
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { type Metrics, noMetrics } from '../telemetry/metrics.ts';

export interface OutsideCallOptions {
  /** The longest that one attempt may take; then it is told to stop and not waited for. Undefined: the work has limits of its own. */
  readonly timeoutMs: number | undefined;
  /** Failures in a row after which nothing is asked for a while. */
  readonly failures: number;
  /** How long; then one call tries. */
  readonly openMs: number;
  /** Calls under way at most, and how many may wait for one of their places. */
  readonly maxConcurrent: number;
  readonly maxWaiting: number;
  /** For what may be done twice. `maxAttempts` counts the first. */
  readonly retries: { readonly maxAttempts: number; readonly initialDelayMs: number; readonly maxDelayMs: number };
  /** The dependency itself is in trouble, or the way to it: not that it refused what was asked. */
  readonly isTrouble: (error: unknown) => boolean;
}

export const outsideCallDefaults: OutsideCallOptions = {
  // What nobody answers in this time is given up by whoever asked for it.
  timeoutMs: 5000,
  // As the breakers of speech and of integrations: one failure is an accident, two may share it.
  failures: 3,
  openMs: 10_000,
  // More at once than this queue up in the dependency rather than here.
  maxConcurrent: 50,
  maxWaiting: 100,
  retries: { maxAttempts: 3, initialDelayMs: 100, maxDelayMs: 2000 },
  isTrouble: () => true,
};

export type OutsideCallState = 'closed' | 'halfOpen' | 'open';

/** Why nothing came of a call, where it was not the work's own error. */
export class OutsideCallError extends Error {
  readonly code: 'circuit_open' | 'busy' | 'timed_out';

  constructor(dependency: string, code: OutsideCallError['code'], options?: ErrorOptions) {
    super(`${dependency}: ${reasons[code]}`, options);
    this.name = 'OutsideCallError';
    this.code = code;
  }
}

const reasons = {
  circuit_open: 'it failed several times in a row and is left alone for some seconds. Try again then.',
  busy: 'too many calls of it are under way. Try again in a moment.',
  timed_out: 'it did not answer in time.',
} as const;

/** The way to one outside dependency. One for each, shared by all who use it, so that they learn from one another that it is away. */
export interface OutsideCall {
  readonly name: string;
  readonly state: OutsideCallState;
  /**
   * Does the work; again, if it may be done twice and the dependency was in trouble.
   * @throws OutsideCallError, the signal's reason, or what the work throws
   */
  run<T>(
    work: (signal: AbortSignal) => Promise<T>,
    use?: { readonly mayRepeat?: boolean; readonly signal?: AbortSignal },
  ): Promise<T>;
}

/** All of a server's outside calls, for `/ready` and metrics. */
export interface OutsideCalls {
  /** The call of this name, made at its first mention. */
  of(name: string, options?: Partial<OutsideCallOptions>): OutsideCall;
  readonly all: readonly OutsideCall[];
}

export function createOutsideCalls(metrics: Metrics = noMetrics): OutsideCalls {
  const calls = new Map<string, OutsideCall>();
  return {
    of: (name, options) => {
      const known = calls.get(name);
      if (known !== undefined) return known;
      const call = createOutsideCall(name, { ...outsideCallDefaults, ...options }, metrics);
      calls.set(name, call);
      return call;
    },
    get all() {
      return [...calls.values()];
    },
  };
}

export function createOutsideCall(
  name: string,
  options: OutsideCallOptions,
  metrics: Metrics = noMetrics,
): OutsideCall {
  const { timeoutMs, retries } = options;
  // A call that was given up by whoever asked says nothing about the dependency.
  const isTrouble = (error: unknown) =>
    !(error instanceof GivenUp) && (error instanceof TaskCancelledError || options.isTrouble(error));
  const breaker = circuitBreaker(handleWhen(isTrouble), {
    halfOpenAfter: options.openMs,
    breaker: new ConsecutiveBreaker(options.failures),
  });
  const places = bulkhead(options.maxConcurrent, options.maxWaiting);
  const guard = wrap(places, breaker);
  const limit = timeoutMs === undefined ? undefined : timeout(timeoutMs, TimeoutStrategy.Aggressive);
  const again = retry(handleWhen(isTrouble), {
    maxAttempts: Math.max(0, retries.maxAttempts - 1),
    backoff: new DelegateBackoff<IRetryBackoffContext<unknown>>(({ attempt }) => delayOf(attempt, retries)),
  });

  const attempt = async <T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    const startedAtMs = performance.now();
    let outcome: Outcome = 'ok';
    let wasTried = false;
    const tried = async (outer: AbortSignal): Promise<T> => {
      wasTried = true;
      try {
        if (limit === undefined) return await work(outer);
        return await limit.execute(({ signal: inner }) => work(inner), outer);
      } catch (error) {
        if (signal?.aborted === true) throw new GivenUp(error);
        throw error;
      }
    };
    try {
      return await guard.execute(({ signal: outer }) => tried(outer), signal);
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      metrics.count('parley_outside_calls_total', { dependency: name, outcome });
      if (wasTried) {
        const seconds = (performance.now() - startedAtMs) / 1000;
        metrics.observe('parley_outside_call_seconds', { dependency: name }, seconds);
      }
    }
  };

  const call: OutsideCall = {
    name,
    get state() {
      return stateOf(breaker.state);
    },
    async run(work, { mayRepeat = false, signal } = {}) {
      signal?.throwIfAborted();
      try {
        if (!mayRepeat || retries.maxAttempts <= 1) return await attempt(work, signal);
        return await again.execute(() => attempt(work, signal), signal);
      } catch (error) {
        if (signal?.aborted === true) throw signal.reason;
        if (error instanceof BrokenCircuitError) throw new OutsideCallError(name, 'circuit_open', { cause: error });
        if (error instanceof BulkheadRejectedError) throw new OutsideCallError(name, 'busy', { cause: error });
        if (error instanceof TaskCancelledError) throw new OutsideCallError(name, 'timed_out', { cause: error });
        throw error;
      }
    },
  };
  metrics.gauge('parley_breaker_state', { dependency: name }, () => ({ closed: 0, halfOpen: 1, open: 2 })[call.state]);
  return call;
}

type Outcome = 'ok' | 'failed' | 'timed_out' | 'refused_open' | 'refused_busy';

/** What came of it after it was told to stop by whoever asked. */
class GivenUp extends Error {
  constructor(cause: unknown) {
    super('given up', { cause });
  }
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof BrokenCircuitError) return 'refused_open';
  if (error instanceof BulkheadRejectedError) return 'refused_busy';
  return error instanceof TaskCancelledError ? 'timed_out' : 'failed';
}

function stateOf(state: CircuitState): OutsideCallState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'halfOpen' : 'open';
}
