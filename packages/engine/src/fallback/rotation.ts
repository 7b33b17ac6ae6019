import type { Clock } from '../ports/clock.ts';
import { type Breaker, type BreakerOptions, createBreaker, type Ticket } from './breaker.ts';

/** A part that was chosen for one use. */
export interface Choice<Part> {
  readonly part: Part;
  /** Its place in the order given. */
  readonly index: number;
  readonly ticket: Ticket;
}

/** Parts in order of preference, each with its breaker. */
export interface Rotation<Part> {
  readonly parts: readonly Part[];
  readonly breakers: readonly Breaker[];
  /**
   * The first part that may be used. When all that are left are to be left alone, the one that is due back soonest: a part
   * that is probably broken is better than silence.
   *
   * @param isUsable leaves out what was tried already or cannot do it
   */
  choose(isUsable: (part: Part, index: number) => boolean): Choice<Part> | undefined;
}

/** @param breakers of the parts, where several rotations share them */
export function createRotation<Part>(
  parts: readonly Part[],
  clock: Clock,
  options: BreakerOptions,
  breakers?: readonly Breaker[],
): Rotation<Part> {
  const entries = parts.map((part, index) => ({
    part,
    index,
    breaker: breakers?.[index] ?? createBreaker(clock, options),
  }));
  return {
    parts,
    breakers: entries.map(({ breaker }) => breaker),
    choose(isUsable) {
      const usable = entries.filter(({ part, index }) => isUsable(part, index));
      for (const { part, index, breaker } of usable) {
        const ticket = breaker.enter();
        if (ticket !== undefined) return { part, index, ticket };
      }
      const [soonest] = usable.toSorted((a, b) => a.breaker.retryAtMs - b.breaker.retryAtMs);
      return soonest && { part: soonest.part, index: soonest.index, ticket: soonest.breaker.force() };
    },
  };
}
