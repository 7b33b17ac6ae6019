import type { Ownership } from './ownership.ts';
import type { SessionStore } from './session-store.ts';
import type { IdleSession, SessionsRepository } from './sessions-repository.ts';

/** Sessions that are looked at with one question to the database. */
const batchSize = 200;

/**
 * Close what nobody came back to, as abandoned; resolves to how many. One that is live in some replica is not idle, however long
 * nothing was said in it: somebody is connected.
 */
export async function expireSessions(
  parts: {
    readonly repository: Pick<SessionsRepository, 'idleSince' | 'expire'>;
    readonly store: Pick<SessionStore, 'remove'>;
    readonly ownership: Pick<Ownership, 'ownedOf'>;
  },
  idleMs: number,
  signal: AbortSignal,
): Promise<number> {
  const idleSince = new Date(Date.now() - idleMs);
  let count = 0;
  let after: IdleSession | undefined;
  while (!signal.aborted) {
    const batch = await parts.repository.idleSince(idleSince, after, batchSize);
    const owned = await parts.ownership.ownedOf(batch.map(({ id }) => id));
    for (const session of batch) {
      if (signal.aborted) return count;
      // Looked at again in the same transaction: somebody may have come back just now.
      if (owned.has(session.id) || !(await parts.repository.expire(session, idleSince))) continue;
      parts.store.remove(session.id);
      count += 1;
    }
    after = batch.at(-1);
    if (after === undefined || batch.length < batchSize) return count;
  }
  return count;
}
