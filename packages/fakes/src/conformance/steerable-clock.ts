import { createFrameTimer } from '@parley/engine/driver/frame-timer.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';

/** The real clock, with stretches of time that pass at once: pings, keep-alives and time-outs of minutes happen in milliseconds. */
export interface SteerableClock extends Clock {
  /** Lets time pass in steps between which sockets get their turn: a ping is answered before its time-out is looked at. */
  pass(ms: number): Promise<void>;
  /** Timers that have not rung and were not cancelled. */
  readonly pending: number;
  close(): void;
}

/** Shorter than half of the shortest time-out that is worth having. */
const stepMs = 250;
/** A ping and its answer take four to six turns of the loop when both ends are in this process. */
const turnsPerStep = 12;

interface Entry {
  readonly atMs: number;
  readonly callback: () => void;
}

export function createSteerableClock(): SteerableClock {
  let passedMs = 0;
  const entries = new Set<Entry>();
  let timer: NodeJS.Timeout | undefined;
  const nowMs = () => performance.now() + passedMs;

  const earliest = () => [...entries].sort((a, b) => a.atMs - b.atMs)[0];
  const arm = () => {
    clearTimeout(timer);
    const next = earliest();
    if (next !== undefined) timer = setTimeout(ring, Math.max(1, Math.ceil(next.atMs - nowMs())));
  };
  const ring = () => {
    for (let next = earliest(); next !== undefined && next.atMs <= nowMs(); next = earliest()) {
      entries.delete(next);
      next.callback();
    }
    arm();
  };
  return {
    nowMs,
    epochMs: () => Date.now() + passedMs,
    wakeAt(atMs, callback) {
      const entry: Entry = { atMs, callback };
      entries.add(entry);
      arm();
      return () => {
        if (entries.delete(entry)) arm();
      };
    },
    everyFrame: createFrameTimer({ nowMs, setTimer: setTimeout }, (error) => {
      queueMicrotask(() => {
        throw error;
      });
    }),
    async pass(ms) {
      for (let left = ms; left > 0; left -= stepMs) {
        passedMs += Math.min(left, stepMs);
        ring();
        await turns(turnsPerStep);
      }
    },
    get pending() {
      return entries.size;
    },
    close() {
      clearTimeout(timer);
      entries.clear();
    },
  };
}

/** So many turns of the event loop: what is ready happens, no time is waited for. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((next) => setImmediate(next));
}
