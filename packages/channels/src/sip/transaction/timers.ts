import type { Clock } from '@parley/engine/ports/clock.ts';

/** The three times from which all others of RFC 3261 §17 are made. */
export interface SipIntervals {
  /** A round trip, as far as nobody knows better. */
  readonly t1Ms: number;
  /** The longest wait between two repetitions of a request, or of an answer to INVITE. */
  readonly t2Ms: number;
  /** How long a message may stay in the network. */
  readonly t4Ms: number;
}

/** RFC 3261 table 4. Smaller ones flood a line that is slow already; larger ones make callers wait for what was lost. */
export const standardIntervals: SipIntervals = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 };

/** Repetitions are given up after this many times T1: timers B, F, H, J, L and M. */
export const GIVE_UP_T1 = 64;

/** Timers of one owner, counted, so that one that is left behind is seen. */
export interface Timers {
  nowMs(): number;
  /** Rings once; the returned function cancels, and cancelling twice is harmless. */
  after(delayMs: number, ring: () => void): () => void;
  /** Armed now. */
  readonly pending: number;
  /** Cancels all; one that is armed from now on never rings. */
  close(): void;
}

export function createTimers(clock: Clock): Timers {
  const armed = new Set<() => void>();
  let isClosed = false;
  return {
    nowMs: () => clock.nowMs(),
    after(delayMs, ring) {
      if (isClosed) return () => {};
      const cancelWake = clock.wakeAt(clock.nowMs() + delayMs, () => {
        armed.delete(cancel);
        ring();
      });
      const cancel = () => {
        if (armed.delete(cancel)) cancelWake();
      };
      armed.add(cancel);
      return cancel;
    },
    get pending() {
      return armed.size;
    },
    close() {
      isClosed = true;
      for (const cancel of armed) cancel();
    },
  };
}

/**
 * Says something again and again with growing waits: 1, 2, 4 … times T1, T2 at the most.
 * @param maxWaitMs Infinity where the waits double without end, as those of INVITE do
 * @returns stops it
 */
export function repeat(timers: Timers, firstWaitMs: number, maxWaitMs: number, say: () => void): () => void {
  let waitMs = firstWaitMs;
  let cancel = () => {};
  const arm = () => {
    cancel = timers.after(waitMs, () => {
      waitMs = Math.min(waitMs * 2, maxWaitMs);
      arm();
      say();
    });
  };
  arm();
  return () => cancel();
}
