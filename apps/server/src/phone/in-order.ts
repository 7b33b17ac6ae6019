import { setTimeout as wait } from 'node:timers/promises';
import { WireError } from '@parley/contract/errors.ts';

/** Does what belongs to one key one after another, each whatever became of the one before. What is under way is kept, and nothing else. */
export interface InOrder {
  /**
   * Resolves when it is done, or given up: `onError` is told. Never rejects. While the database is away it is tried again, and what
   * belongs to the same key waits behind it.
   */
  run(key: string, what: string, work: () => Promise<void>): Promise<void>;
  /** Resolves when nothing is under way, or after so long. */
  settled(withinMs: number): Promise<void>;
}

/** A database is restarted within seconds, and moved within a minute or two. */
const retryAfterMsDefault: readonly number[] = [1000, 5000, 25_000, 60_000, 120_000];

export function createInOrder(
  onError: (error: unknown, context: string) => void,
  retryAfterMs: readonly number[] = retryAfterMsDefault,
): InOrder {
  const last = new Map<string, Promise<void>>();
  const patiently = async (work: () => Promise<void>): Promise<void> => {
    for (const delayMs of retryAfterMs) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof WireError && error.code === 'storage_unavailable')) throw error;
        await wait(delayMs, undefined, { ref: false });
      }
    }
    await work();
  };
  return {
    run(key, what, work) {
      const before = last.get(key) ?? Promise.resolve();
      const done = before.then(() => patiently(work)).catch((error: unknown) => onError(error, what));
      last.set(key, done);
      void done.then(() => {
        if (last.get(key) === done) last.delete(key);
      });
      return done;
    },
    async settled(withinMs) {
      await Promise.race([Promise.all(last.values()), wait(withinMs, undefined, { ref: false })]);
    },
  };
}
