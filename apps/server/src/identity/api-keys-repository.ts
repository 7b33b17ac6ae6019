import { and, count, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../storage/database.ts';
import { apiKeys } from '../storage/schema/identity.ts';
import { after, type Position } from './page-position.ts';

export type StoredApiKey = typeof apiKeys.$inferSelect;

/** Whose key it is, anywhere on this server: for `acrossOrganizations`. */
export async function findApiKeyByHash(transaction: Transaction, keyHash: string): Promise<StoredApiKey | undefined> {
  const [key] = await transaction.select().from(apiKeys).where(eq(apiKeys.keyHash, keyHash));
  return key;
}

export async function addApiKey(
  transaction: Transaction,
  key: typeof apiKeys.$inferInsert,
): Promise<StoredApiKey | undefined> {
  const [added] = await transaction.insert(apiKeys).values(key).returning();
  return added;
}

export async function countLiveApiKeys(transaction: Transaction): Promise<number> {
  const [row] = await transaction.select({ count: count() }).from(apiKeys).where(isNull(apiKeys.revokedAt));
  return row?.count ?? 0;
}

export async function listApiKeys(
  transaction: Transaction,
  position: Position | undefined,
  limit: number,
): Promise<StoredApiKey[]> {
  return transaction
    .select()
    .from(apiKeys)
    .where(after(position, apiKeys.createdAt, apiKeys.apiKeyId))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.apiKeyId))
    .limit(limit);
}

/** The key, held until the transaction ends. */
export async function lockApiKey(transaction: Transaction, apiKeyId: string): Promise<StoredApiKey | undefined> {
  const [key] = await transaction.select().from(apiKeys).where(eq(apiKeys.apiKeyId, apiKeyId)).for('update');
  return key;
}

export async function revokeApiKey(transaction: Transaction, apiKeyId: string): Promise<void> {
  await transaction
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.apiKeyId, apiKeyId), isNull(apiKeys.revokedAt)));
}

export async function markApiKeyUsed(transaction: Transaction, apiKeyId: string, at: Date): Promise<void> {
  await transaction.update(apiKeys).set({ lastUsedAt: at }).where(eq(apiKeys.apiKeyId, apiKeyId));
}
