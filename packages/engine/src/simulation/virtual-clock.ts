import { FRAME_MS } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';

/** Time that passes only when told to: hours of conversation in milliseconds, the same each time. */
export interface VirtualClock extends Clock {
  /** Let time pass; everything due on the way happens at its moment, in order, promises included. */
  advance(ms: number): Promise<void>;
}

export function createVirtualClock(epochMs = Date.UTC(2026, 0, 5, 9)): VirtualClock {
  let nowMs = 0;
  let order = 0;
  const due = new Map<number, { atMs: number; order: number; callback: () => void }>();

  const at = (atMs: number, callback: () => void): (() => void) => {
    order += 1;
    const id = order;
    due.set(id, { atMs: Math.max(atMs, nowMs), order: id, callback });
    return () => {
      due.delete(id);
    };
  };

  const nextDue = (untilMs: number) => {
    let first: { atMs: number; order: number; callback: () => void } | undefined;
    for (const entry of due.values()) {
      if (entry.atMs > untilMs) continue;
      if (first === undefined || entry.atMs < first.atMs || (entry.atMs === first.atMs && entry.order < first.order)) {
        first = entry;
      }
    }
    return first;
  };

  return {
    nowMs: () => nowMs,
    epochMs: () => epochMs + nowMs,
    wakeAt: at,
    everyFrame(callback) {
      let cancel = () => {};
      const tick = () => {
        cancel = at(nowMs + FRAME_MS, tick);
        callback(nowMs);
      };
      cancel = at(nowMs + FRAME_MS, tick);
      return () => cancel();
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (let next = nextDue(untilMs); next !== undefined; next = nextDue(untilMs)) {
        due.delete(next.order);
        nowMs = next.atMs;
        next.callback();
        await settle();
      }
      nowMs = untilMs;
    },
  };
}

/** Let promises that are ready run: a turn of the event loop runs all their chains. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
