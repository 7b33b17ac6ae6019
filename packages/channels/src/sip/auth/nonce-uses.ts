/** Remembers which counts of a nonce were used, so that what was overheard cannot be said again. */
export interface NonceUses {
  /**
   * Notes a use that was right in all else.
   * @param madeAtMs when the nonce was made
   * @returns false: it was used before, or so long ago that it is not known any more
   */
  use(nonce: string, madeAtMs: number, count: number): boolean;
  readonly size: number;
}

/** @param max how many nonces are remembered, each some 200 bytes */
export function createNonceUses(max: number): NonceUses {
  const known = new Map<string, Uses>();
  /** What was made until then may have been forgotten, and counts as used. */
  let forgottenUntilMs = Number.NEGATIVE_INFINITY;
  return {
    get size() {
      return known.size;
    },
    use(nonce, madeAtMs, count) {
      const uses = known.get(nonce);
      if (uses !== undefined) return note(uses, count);
      if (madeAtMs <= forgottenUntilMs || count < 1) return false;
      if (known.size >= max) {
        for (const [oldest, { madeAtMs: oldestAtMs }] of known) {
          forgottenUntilMs = Math.max(forgottenUntilMs, oldestAtMs);
          known.delete(oldest);
          break;
        }
      }
      known.set(nonce, { madeAtMs, highest: count, seen: 1 });
      return true;
    },
  };
}

interface Uses {
  readonly madeAtMs: number;
  highest: number;
  /** The highest count and the 31 below it, one bit each: requests overtake one another on UDP. */
  seen: number;
}

const WINDOW = 32;

function note(uses: Uses, count: number): boolean {
  const ahead = count - uses.highest;
  if (ahead > 0) {
    uses.seen = ahead >= WINDOW ? 1 : ((uses.seen << ahead) | 1) >>> 0;
    uses.highest = count;
    return true;
  }
  if (-ahead >= WINDOW) return false;
  const bit = (1 << -ahead) >>> 0;
  if ((uses.seen & bit) !== 0) return false;
  uses.seen = (uses.seen | bit) >>> 0;
  return true;
}
