import type { IntentClassifier, IntentContext, IntentGuess } from './intent-classifier.ts';
import { NluError } from './nlu-error.ts';

export interface FallbackOptions {
  /** How long the service may take: a caller is waiting. */
  readonly timeoutMs: number;
  /** After so many failures in a row the service is left alone for a while, so that not every turn waits for the time-out. */
  readonly failuresBeforeRest: number;
  readonly restMs: number;
  /** Told of each failure, for the record. */
  readonly onFailure: (error: NluError) => void;
}

export const defaultFallbackOptions: FallbackOptions = {
  // The agent's whole answer is wanted within a second or so; an embedding takes 50–300 ms.
  timeoutMs: 1000,
  failuresBeforeRest: 3,
  restMs: 30_000,
  onFailure: () => {},
};

/** Ask a service what was meant, and another classifier when it fails, is slow or rests. Rejects only when the turn was dropped. */
export function withFallback(
  name: string,
  ask: (text: string, context: IntentContext, signal: AbortSignal) => Promise<IntentGuess>,
  fallback: IntentClassifier,
  options: FallbackOptions,
): IntentClassifier {
  let failures = 0;
  let restsUntilMs = 0;
  return {
    name,
    async classify(text, context, signal) {
      signal.throwIfAborted();
      if (performance.now() < restsUntilMs) return fallback.classify(text, context, signal);
      const timeout = AbortSignal.timeout(options.timeoutMs);
      try {
        const guess = await untilAborted(ask(text, context, AbortSignal.any([signal, timeout])), [signal, timeout]);
        failures = 0;
        return guess;
      } catch (cause) {
        signal.throwIfAborted();
        failures += 1;
        if (failures >= options.failuresBeforeRest) restsUntilMs = performance.now() + options.restMs;
        options.onFailure(toNluError(name, cause, timeout.aborted, options.timeoutMs));
        return fallback.classify(text, context, signal);
      }
    },
  };
}

/** Does not wait for work that does not heed its signal. */
function untilAborted<Value>(work: Promise<Value>, signals: readonly AbortSignal[]): Promise<Value> {
  const any = AbortSignal.any([...signals]);
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(any.reason);
    if (any.aborted) onAbort();
    any.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => any.removeEventListener('abort', onAbort));
  });
}

function toNluError(name: string, cause: unknown, timedOut: boolean, timeoutMs: number): NluError {
  if (cause instanceof NluError) return cause;
  if (timedOut) return new NluError('service_slow', `${name} took longer than ${timeoutMs} ms.`, { cause });
  return new NluError('service_failed', `${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
