import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Transaction } from '../storage/database.ts';
import { oneTimeTokens } from '../storage/schema/identity.ts';

export type StoredOneTimeToken = typeof oneTimeTokens.$inferSelect;

/** Store a link; earlier ones of the same purpose for the same user work no more. */
export async function replaceOneTimeToken(
  transaction: Transaction,
  token: Pick<StoredOneTimeToken, 'tokenHash' | 'organizationId' | 'userId' | 'purpose' | 'expiresAt'>,
): Promise<void> {
  await endOneTimeTokens(transaction, token.userId, token.purpose);
  await transaction.insert(oneTimeTokens).values(token);
}

export async function findOneTimeToken(
  transaction: Transaction,
  tokenHash: string,
  purpose: StoredOneTimeToken['purpose'],
): Promise<StoredOneTimeToken | undefined> {
  const [token] = await transaction
    .select()
    .from(oneTimeTokens)
    .where(and(eq(oneTimeTokens.tokenHash, tokenHash), eq(oneTimeTokens.purpose, purpose)));
  return token;
}

/** Use a link up; undefined when it was used, replaced, or never was. Of two who bring it at once one gets it. */
export async function useOneTimeToken(
  transaction: Transaction,
  tokenHash: string,
  purpose: StoredOneTimeToken['purpose'],
): Promise<StoredOneTimeToken | undefined> {
  const [token] = await transaction
    .update(oneTimeTokens)
    .set({ usedAt: sql`now()` })
    .where(
      and(eq(oneTimeTokens.tokenHash, tokenHash), eq(oneTimeTokens.purpose, purpose), isNull(oneTimeTokens.usedAt)),
    )
    .returning();
  return token;
}

/** Links of the purpose for the user work no more. */
export async function endOneTimeTokens(
  transaction: Transaction,
  userId: string,
  purpose: StoredOneTimeToken['purpose'],
): Promise<void> {
  await transaction
    .delete(oneTimeTokens)
    .where(and(eq(oneTimeTokens.userId, userId), eq(oneTimeTokens.purpose, purpose), isNull(oneTimeTokens.usedAt)));
}

export async function deleteExpiredOneTimeTokens(transaction: Transaction, before: Date): Promise<void> {
  await transaction.delete(oneTimeTokens).where(lt(oneTimeTokens.expiresAt, before));
}
