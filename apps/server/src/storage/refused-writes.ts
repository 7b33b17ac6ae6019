import type { PendingWrite } from './pending-write.ts';

/**
 * Writes for which there was no room. Whoever was refused tries again for a while, and of one turn there are several writes: it is lost,
 * once, when nobody has tried it again for some time.
 */
export interface RefusedWrites {
  refused(write: PendingWrite, error: unknown): void;
  /** One of its later tries was taken after all. */
  taken(write: PendingWrite): void;
  /** Nobody tries again: what was refused is lost. Idempotent. */
  close(): void;
}

export interface RefusedWritesOptions {
  /** After so long without another try it is lost. */
  readonly lostAfterMs: number;
  /** How many are kept in mind; of more the oldest are lost at once. */
  readonly maxKept: number;
}

export const refusedWritesDefaults: RefusedWritesOptions = {
  // The engine's pauses between two tries are 2.5 s at most, and a try takes 5 s at most.
  lostAfterMs: 10_000,
  // Some megabytes. At most so many conversations run in one process.
  maxKept: 10_000,
};

interface Refused {
  readonly write: PendingWrite;
  readonly error: unknown;
  readonly lastTryMs: number;
  /** It was told of already; kept in mind lest it is told of again when more of the same turn is refused. */
  readonly isLost: boolean;
}

/** @param onLost told once of each turn, and of each end */
export function createRefusedWrites(
  onLost: (write: PendingWrite, error: unknown) => void,
  options: RefusedWritesOptions = refusedWritesDefaults,
): RefusedWrites {
  /** The one tried last is last. */
  const kept = new Map<string, Refused>();
  let timer: NodeJS.Timeout | undefined;

  const sweep = () => {
    timer = undefined;
    const before = performance.now() - options.lostAfterMs;
    for (const [key, one] of kept) {
      if (one.isLost || one.lastTryMs > before) continue;
      kept.set(key, { ...one, isLost: true });
      onLost(one.write, one.error);
    }
    if ([...kept.values()].some(({ isLost }) => !isLost)) arm();
  };
  const arm = () => {
    timer ??= setTimeout(sweep, options.lostAfterMs / 2).unref();
  };

  return {
    refused(write, error) {
      const key = keyOf(write);
      const known = kept.get(key);
      kept.delete(key);
      kept.set(key, { write, error, lastTryMs: performance.now(), isLost: known?.isLost ?? false });
      if (kept.size > options.maxKept) {
        const [[oldest, one] = []] = kept;
        if (oldest !== undefined && one !== undefined) {
          if (!one.isLost) onLost(one.write, one.error);
          kept.delete(oldest);
        }
      }
      arm();
    },
    taken(write) {
      if (kept.size > 0) kept.delete(keyOf(write));
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
      for (const { write, error, isLost } of kept.values()) if (!isLost) onLost(write, error);
      kept.clear();
    },
  };
}

function keyOf(write: PendingWrite): string {
  return `${write.conversationId} ${write.kind === 'turn' ? write.turn.turnNumber : 'end'}`;
}
