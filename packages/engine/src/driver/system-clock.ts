import type { Clock } from '../ports/clock.ts';
import { createFrameTimer } from './frame-timer.ts';

/**
 * The process's clock. All conversations share one frame timer.
 *
 * @param onError told when a frame's callback throws; that one gets no more frames, the others go on
 */
export function createSystemClock(onError: (error: unknown) => void = rethrow): Clock {
  const nowMs = () => performance.now();
  return {
    nowMs,
    epochMs: () => Date.now(),
    wakeAt(atMs, callback) {
      let handle: NodeJS.Timeout;
      // Node's timers ring up to a millisecond early now and then. Whoever is woken before the time asked for decides
      // that it is too soon, and is not woken again: a caller's turn then never ends.
      const ring = (): void => {
        if (nowMs() >= atMs) callback();
        else arm();
      };
      const arm = (): void => {
        handle = setTimeout(ring, Math.min(MAX_TIMEOUT_MS, Math.max(0, Math.ceil(atMs - nowMs()))));
      };
      arm();
      return () => clearTimeout(handle);
    },
    everyFrame: createFrameTimer({ nowMs, setTimer: setTimeout }, onError),
  };
}

/** Node lets a timer ring at once that is to wait for longer. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** For processes that have no log: out of the frame's loop, so that the other calls keep their frame. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
