import { and, eq, gt, isNull, lt, ne, sql } from 'drizzle-orm';
import type { Transaction } from '../storage/database.ts';
import { refreshTokens, users } from '../storage/schema/identity.ts';
import { lockUser } from './users-repository.ts';

export type StoredRefreshToken = typeof refreshTokens.$inferSelect;

export async function addRefreshToken(
  transaction: Transaction,
  token: typeof refreshTokens.$inferInsert,
): Promise<void> {
  await transaction.insert(refreshTokens).values(token);
}

/**
 * The token by its hash, wherever it belongs; held, so that of two who bring it at once one is the second. Its user is held before
 * it, as by whoever ends sessions: what is given for the token is seen by them, or not given.
 */
export async function lockRefreshToken(
  transaction: Transaction,
  tokenHash: string,
): Promise<StoredRefreshToken | undefined> {
  const isIt = eq(refreshTokens.tokenHash, tokenHash);
  const [known] = await transaction.select({ userId: refreshTokens.userId }).from(refreshTokens).where(isIt);
  if (known === undefined) return undefined;
  await lockUser(transaction, known.userId);
  const [token] = await transaction.select().from(refreshTokens).where(isIt).for('update');
  return token;
}

export async function markRefreshTokenUsed(transaction: Transaction, refreshTokenId: string, at: Date): Promise<void> {
  await transaction.update(refreshTokens).set({ usedAt: at }).where(eq(refreshTokens.refreshTokenId, refreshTokenId));
}

/** End one session. Its user must be held: a token that is being given for another of its own would not be seen. */
export async function revokeFamily(transaction: Transaction, familyId: string): Promise<void> {
  await transaction
    .update(refreshTokens)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(refreshTokens.familyId, familyId), isNull(refreshTokens.revokedAt)));
}

/** End all sessions of a user, but for the one that is named. */
export async function revokeFamiliesOf(transaction: Transaction, userId: string, exceptId?: string): Promise<void> {
  await lockUser(transaction, userId);
  await transaction
    .update(refreshTokens)
    .set({ revokedAt: sql`now()` })
    .where(
      and(
        eq(refreshTokens.userId, userId),
        isNull(refreshTokens.revokedAt),
        exceptId === undefined ? undefined : ne(refreshTokens.familyId, exceptId),
      ),
    );
}

/** How the user of a session stands now; undefined when the session or the user is no more. */
export async function sessionState(transaction: Transaction, sessionId: string, userId: string, now: Date) {
  const [state] = await transaction
    .select({ status: users.status, role: users.role, organizationId: users.organizationId })
    .from(refreshTokens)
    .innerJoin(users, eq(users.userId, refreshTokens.userId))
    .where(
      and(
        eq(refreshTokens.familyId, sessionId),
        eq(refreshTokens.userId, userId),
        isNull(refreshTokens.revokedAt),
        gt(refreshTokens.expiresAt, now),
      ),
    )
    .limit(1);
  return state;
}

/** Those that expired are told from those that never were by nobody. */
export async function deleteExpiredRefreshTokens(transaction: Transaction, before: Date): Promise<void> {
  await transaction.delete(refreshTokens).where(lt(refreshTokens.expiresAt, before));
}
