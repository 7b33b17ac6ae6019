import { randomInt } from 'node:crypto';
import { MediaError } from './media-session.ts';

/** Pairs of ports: an even one for RTP, the next for RTCP. Each is out with one call at a time. */
export interface PortPool {
  /** An even port. @throws MediaError `no_port` */
  take(): number;
  /** Somebody else has the port that was taken: it is given back, and the next is looked for elsewhere, since neighbours come in rows. */
  skip(port: number): void;
  /** When its sockets are closed, and not before. */
  release(port: number): void;
  readonly inUse: number;
}

export interface PortRange {
  /** Both inclusive; an odd first and an even last port are left out. */
  readonly from: number;
  readonly to: number;
}

/** How many pairs there are in a range; none when it is no range. */
export function pairsIn({ from, to }: PortRange): number {
  const pairs = Math.floor((to - from - (from % 2) + 1) / 2);
  return pairs > 0 ? pairs : 0;
}

/** @throws RangeError when there is no pair in the range */
export function createPortPool({ from, to }: PortRange): PortPool {
  const first = from + (from % 2);
  const pairs = pairsIn({ from, to });
  if (!Number.isInteger(first) || first < 1024 || to > 65_535 || pairs === 0) {
    throw new RangeError(
      `RTP ports ${from}-${to}: give a range within 1024-65535 with at least an even port and the next.`,
    );
  }
  const taken = new Set<number>();
  // Somewhere, then on from there: a port just freed rests the longest, so that packets of a call that ended reach no new one.
  let next = randomInt(pairs);
  return {
    take() {
      if (taken.size >= pairs) {
        throw new MediaError(
          'no_port',
          `All ${pairs} pairs of RTP ports are in use: widen RTP_PORTS, or allow fewer calls.`,
        );
      }
      while (taken.has(next)) next = (next + 1) % pairs;
      const pair = next;
      taken.add(pair);
      next = (next + 1) % pairs;
      return first + 2 * pair;
    },
    skip(port) {
      taken.delete((port - first) / 2);
      next = randomInt(pairs);
    },
    release(port) {
      taken.delete((port - first) / 2);
    },
    get inUse() {
      return taken.size;
    },
  };
}
