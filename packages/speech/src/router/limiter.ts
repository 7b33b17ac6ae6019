import type { Clock } from '@parley/engine/ports/clock.ts';

/** How many uses an account takes at once. Shared by all engines of the account. */
export interface Limiter {
  readonly active: number;
  readonly waiting: number;
  /** What is open beyond the new number stays open. */
  resize(max: number): void;
  /**
   * A place at once or never. @returns what gives it back, idempotent; undefined when there is none
   */
  take(): (() => void) | undefined;
  /**
   * A place now or soon: `given` is called at once, or later, or `refused` is, once. Warm-up waits behind calls and has
   * half of the places at the most.
   *
   * @returns gives up waiting; harmless afterwards
   */
  wait(urgency: Urgency, given: (release: () => void) => void, refused: () => void): () => void;
}

export type Urgency = 'call' | 'warmUp';

export interface LimiterOptions {
  readonly max: number;
  /** Who may wait: a caller hears nothing meanwhile, and who comes behind these would wait in vain. */
  readonly maxWaiting: number;
  /** The longest that a call waits; then another engine may have a place. */
  readonly waitMs: number;
  /** The longest that a warm-up waits: nobody listens. */
  readonly warmUpWaitMs: number;
}

export const limiterDefaults: LimiterOptions = {
  // More than a process has calls. Accounts of vendors begin at 5 to 100 and say so (429); who knows the number states it.
  max: 5000,
  maxWaiting: 100,
  // A sentence is made in this time when the engine is well; the next one takes over sooner than its own time-out.
  waitMs: 300,
  warmUpWaitMs: 60_000,
};

export function createLimiter(clock: Clock, options: LimiterOptions): Limiter {
  const calls = new Set<Waiting>();
  const warmUps = new Set<Waiting>();
  let active = 0;
  let { max } = options;

  const occupy = () => {
    active += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      active -= 1;
      handOn();
    };
  };

  const hasPlace = (urgency: Urgency) => active < (urgency === 'call' ? max : max / 2);

  const handOn = () => {
    for (;;) {
      const urgency = calls.size > 0 ? 'call' : 'warmUp';
      const [next] = urgency === 'call' ? calls : warmUps;
      if (next === undefined || !hasPlace(urgency)) return;
      next.give();
    }
  };

  return {
    get active() {
      return active;
    },
    get waiting() {
      return calls.size + warmUps.size;
    },
    resize(next) {
      max = next;
      handOn();
    },
    take: () => (active < max ? occupy() : undefined),
    wait(urgency, given, refused) {
      const queue = urgency === 'call' ? calls : warmUps;
      if (hasPlace(urgency) && (urgency === 'call' || calls.size + warmUps.size === 0)) {
        given(occupy());
        return () => {};
      }
      if (queue.size >= options.maxWaiting) {
        refused();
        return () => {};
      }
      const waitMs = urgency === 'call' ? options.waitMs : options.warmUpWaitMs;
      const leave = () => {
        queue.delete(waiting);
        cancelTimer();
      };
      const cancelTimer = clock.wakeAt(clock.nowMs() + waitMs, () => {
        leave();
        refused();
      });
      const waiting: Waiting = {
        give() {
          leave();
          given(occupy());
        },
      };
      queue.add(waiting);
      return leave;
    },
  };
}

interface Waiting {
  give(): void;
}
