import type { Clock } from '../ports/clock.ts';

export interface BreakerOptions {
  /** Failures in a row from which a part is left alone. */
  readonly failuresToOpen: number;
  /** Time-outs in a row that do the same; left out: as failures. Each one is a caller who waited in vain. */
  readonly hangsToOpen?: number;
  /** How long it is left alone the first time; then one use tries whether it is back. */
  readonly openMs: number;
  /** Each failed trial doubles the time, up to this. */
  readonly maxOpenMs: number;
}

export const breakerDefaults: BreakerOptions = {
  // One failure is an accident of the network, and two may share it; each costs a caller a time-out, so not many more.
  failuresToOpen: 3,
  // A restart or a rate limit's window is over by then; a trial that fails costs one caller one time-out.
  openMs: 10_000,
  // A part that is away for hours costs twelve time-outs an hour, over all callers together.
  maxOpenMs: 300_000,
};

/** One use of a part, and what came of it. A use that tells nothing must be released. All calls after an end are harmless. */
export interface Ticket {
  /** The part works. May be said several times in a long use. */
  succeeded(): void;
  /** @param how `hung`: it gave no sign in time */
  failed(how?: 'hung'): void;
  /** Given up from outside, or refused for a reason that is no fault of the part: says nothing about it. */
  released(): void;
}

/** Keeps callers from waiting for a part that fails again and again. Shared by all conversations. */
export interface Breaker {
  /** `halfOpen`: the time is over, one use at a time may try. */
  readonly state: 'closed' | 'open' | 'halfOpen';
  /** It is open because uses failed, not because it asked to be left alone: what is under way elsewhere will fail too. */
  readonly isFailing: boolean;
  /** When the next trial is due; the past for a closed breaker. */
  readonly retryAtMs: number;
  /** Leave to use the part, or undefined when it is to be left alone. */
  enter(): Ticket | undefined;
  /** Use it all the same: there is nothing else. */
  force(): Ticket;
  /** It is known to be of no use for so long (it said so, or refuses the key): left alone, but for a longer time that holds already. */
  leaveAlone(forMs: number): void;
}

export function createBreaker(clock: Clock, options: BreakerOptions = breakerDefaults): Breaker {
  let failures = 0;
  let openMs = options.openMs;
  let openedUntilMs: number | undefined;
  let trial: Ticket | undefined;
  let isFailing = false;
  /** Grows with each opening and closing: what was begun before says nothing about the part as it is now. */
  let era = 0;

  const close = () => {
    failures = 0;
    isFailing = false;
    if (openedUntilMs === undefined) return;
    openMs = options.openMs;
    openedUntilMs = undefined;
    era += 1;
  };
  const open = () => {
    if (openedUntilMs !== undefined) openMs = Math.min(openMs * 2, options.maxOpenMs);
    openedUntilMs = clock.nowMs() + openMs;
    isFailing = true;
    era += 1;
  };

  const issue = (decides: boolean): Ticket => {
    const begunIn = era;
    let over = false;
    const end = () => {
      over = true;
      if (trial === ticket) trial = undefined;
    };
    const ticket: Ticket = {
      succeeded() {
        if (over) return;
        if (trial === ticket) trial = undefined;
        if (begunIn === era) close();
      },
      failed(how) {
        if (over) return;
        end();
        if (begunIn !== era) return;
        failures += 1;
        const { failuresToOpen, hangsToOpen = failuresToOpen } = options;
        const enough = how === 'hung' ? Math.min(failuresToOpen, hangsToOpen) : failuresToOpen;
        if (decides || (openedUntilMs === undefined && failures >= enough)) open();
      },
      released: end,
    };
    return ticket;
  };

  const state = () => {
    if (openedUntilMs === undefined) return 'closed';
    return clock.nowMs() < openedUntilMs ? 'open' : 'halfOpen';
  };

  return {
    get state() {
      return state();
    },
    get isFailing() {
      return isFailing;
    },
    get retryAtMs() {
      return openedUntilMs ?? Number.NEGATIVE_INFINITY;
    },
    enter() {
      const now = state();
      if (now === 'closed') return issue(false);
      if (now === 'open' || trial !== undefined) return undefined;
      trial = issue(true);
      return trial;
    },
    // A success closes it whenever it comes; a failure of what was known to be away says nothing new.
    force: () => issue(state() === 'halfOpen'),
    leaveAlone(forMs) {
      const untilMs = clock.nowMs() + forMs;
      if (untilMs <= (openedUntilMs ?? Number.NEGATIVE_INFINITY)) return;
      openedUntilMs = untilMs;
      era += 1;
    },
  };
}
