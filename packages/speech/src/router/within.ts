import type { Clock } from '@parley/engine/ports/clock.ts';

/**
 * Waits no longer than this. What is waited for goes on unless its own signal ends it; its failure later is nobody's concern.
 *
 * @throws DOMException `TimeoutError`, the signal's reason, or what the promise rejects with
 */
export function within<Value>(
  promise: PromiseLike<Value>,
  ms: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const end = (act: () => void) => {
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = () => end(() => reject(signal.reason));
    const cancelTimer = clock.wakeAt(clock.nowMs() + ms, () =>
      end(() => reject(new DOMException(`No answer within ${Math.round(ms)} ms.`, 'TimeoutError'))),
    );
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
    if (signal.aborted) onAbort();
  });
}
