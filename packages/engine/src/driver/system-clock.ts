import { FRAME_MS } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';

/** Frames that may be made up after a stall; what is older is skipped, for a queue that catches up for ever keeps its delay. */
const maxCatchUpFrames = 3;

/**
 * The process's clock. All conversations share one frame timer: it runs only while somebody needs it, and it keeps to the
 * grid of 20 ms whatever the delays of single ticks, so playout does not drift.
 *
 * @param onError told when a frame's callback throws; that one gets no more frames, the others go on
 */
export function createSystemClock(onError: (error: unknown) => void = rethrow): Clock {
  const subscribers = new Set<(nowMs: number) => void>();
  let timer: NodeJS.Timeout | undefined;
  let nextFrameMs = 0;

  const tick = () => {
    let now = performance.now();
    if (now - nextFrameMs > maxCatchUpFrames * FRAME_MS) nextFrameMs = now;
    while (nextFrameMs <= now && subscribers.size > 0) {
      for (const callback of subscribers) {
        try {
          callback(nextFrameMs);
        } catch (error) {
          subscribers.delete(callback);
          onError(error);
        }
      }
      nextFrameMs += FRAME_MS;
      now = performance.now();
    }
    timer = subscribers.size > 0 ? setTimeout(tick, Math.max(0, nextFrameMs - performance.now())) : undefined;
  };

  return {
    nowMs: () => performance.now(),
    epochMs: () => Date.now(),
    wakeAt(atMs, callback) {
      let handle: NodeJS.Timeout;
      // Node's timers ring up to a millisecond early now and then. Whoever is woken before the time asked for decides
      // that it is too soon, and is not woken again: a caller's turn then never ends.
      const ring = (): void => {
        if (performance.now() >= atMs) callback();
        else arm();
      };
      const arm = (): void => {
        handle = setTimeout(ring, Math.max(0, Math.ceil(atMs - performance.now())));
      };
      arm();
      return () => clearTimeout(handle);
    },
    everyFrame(callback) {
      subscribers.add(callback);
      if (timer === undefined) {
        nextFrameMs = performance.now() + FRAME_MS;
        timer = setTimeout(tick, FRAME_MS);
      }
      return () => {
        subscribers.delete(callback);
      };
    },
  };
}

/** For processes that have no log: out of the frame's loop, so that the other calls keep their frame. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
