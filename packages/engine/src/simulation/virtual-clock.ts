import { FRAME_MS } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';

/** Time that passes only when told to: hours of conversation in milliseconds, the same each time. */
export interface VirtualClock extends Clock {
  /** Let time pass; everything due on the way happens at its moment, in order, promises included. */
  advance(ms: number): Promise<void>;
  /** The same up to a moment, or until the condition holds: it is asked after each thing that happened. */
  advanceTo(atMs: number, isReached?: () => boolean): Promise<void>;
  /** The same clock for one owner, whose timers are counted. */
  share(): SharedClock;
}

export interface SharedClock extends Clock {
  /** Timers and frame callbacks that the owner has not cancelled and that have not rung. */
  readonly pending: number;
}

interface Entry {
  atMs: number;
  order: number;
  /** Undefined once cancelled or rung. */
  callback: (() => void) | undefined;
  /** Frames come fifty times a second, and almost none of them moves anything but sound. */
  readonly isFrame: boolean;
}

export function createVirtualClock(epochMs = Date.UTC(2026, 0, 5, 9)): VirtualClock {
  let nowMs = 0;
  let order = 0;
  /** Somebody armed or cancelled a timer: promises may be waiting too. */
  let touched = false;
  const due = createQueue();

  const schedule = (entry: Entry, atMs: number) => {
    order += 1;
    entry.atMs = Math.max(atMs, nowMs);
    entry.order = order;
    due.push(entry);
  };

  const at = (atMs: number, callback: () => void): Entry => {
    touched = true;
    const entry: Entry = { atMs, order: 0, callback, isFrame: false };
    schedule(entry, atMs);
    return entry;
  };

  const everyFrame = (callback: (nowMs: number) => void): Entry => {
    touched = true;
    const entry: Entry = { atMs: 0, order: 0, callback: undefined, isFrame: true };
    entry.callback = () => {
      schedule(entry, nowMs + FRAME_MS);
      callback(nowMs);
    };
    schedule(entry, nowMs + FRAME_MS);
    return entry;
  };

  const cancel = (entry: Entry) => {
    touched = true;
    entry.callback = undefined;
  };

  const clock: VirtualClock = {
    nowMs: () => nowMs,
    epochMs: () => epochMs + nowMs,
    wakeAt(atMs, callback) {
      const entry = at(atMs, callback);
      return () => cancel(entry);
    },
    everyFrame(callback) {
      const entry = everyFrame(callback);
      return () => cancel(entry);
    },
    advance: (ms) => clock.advanceTo(nowMs + ms),
    async advanceTo(untilMs, isReached) {
      await settle();
      for (let next = due.popUntil(untilMs); next !== undefined; next = due.popUntil(untilMs)) {
        const { callback } = next;
        if (callback === undefined) continue;
        nowMs = next.atMs;
        if (!next.isFrame) next.callback = undefined;
        touched = false;
        callback();
        if (touched || !next.isFrame) await settle();
        if (isReached?.()) return;
      }
      nowMs = Math.max(nowMs, untilMs);
    },
    share() {
      let pending = 0;
      const counted = (arm: (done: () => void) => Entry): (() => void) => {
        let counts = true;
        const done = () => {
          if (counts) pending -= 1;
          counts = false;
        };
        pending += 1;
        const entry = arm(done);
        return () => {
          done();
          cancel(entry);
        };
      };
      return {
        nowMs: clock.nowMs,
        epochMs: clock.epochMs,
        wakeAt: (atMs, callback) =>
          counted((done) =>
            at(atMs, () => {
              done();
              callback();
            }),
          ),
        everyFrame: (callback) => counted(() => everyFrame(callback)),
        get pending() {
          return pending;
        },
      };
    },
  };
  return clock;
}

/** A binary heap by time, and by order of arrival among those of one time. */
function createQueue() {
  const heap: Entry[] = [];
  const isBefore = (a: Entry, b: Entry) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

  const rise = (entry: Entry) => {
    let index = heap.length - 1;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  };

  const sink = (entry: Entry) => {
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      const right = heap[childIndex + 1];
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        childIndex += 1;
        child = right;
      }
      if (child === undefined || !isBefore(child, entry)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = entry;
  };

  return {
    push(entry: Entry): void {
      heap.push(entry);
      rise(entry);
    },
    /** Takes the first that is due by then; cancelled ones come too. */
    popUntil(untilMs: number): Entry | undefined {
      const first = heap[0];
      if (first === undefined || first.atMs > untilMs) return undefined;
      const last = heap.pop();
      if (last !== undefined && last !== first) sink(last);
      return first;
    },
  };
}

/** Let promises that are ready run: a turn of the event loop runs all their chains. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
