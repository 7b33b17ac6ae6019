import { asc, gt, lt } from 'drizzle-orm';
import type { Transaction } from '../storage/database.ts';
import { signingKeys } from '../storage/schema/identity.ts';

/** A key pair as it is stored. */
export type StoredSigningKey = typeof signingKeys.$inferSelect;

/** Those that may still verify something, oldest first. */
export async function listSigningKeys(transaction: Transaction, retiredAfter: Date): Promise<StoredSigningKey[]> {
  return transaction
    .select()
    .from(signingKeys)
    .where(gt(signingKeys.retiresAt, retiredAfter))
    .orderBy(asc(signingKeys.createdAt), asc(signingKeys.keyId));
}

export async function addSigningKey(transaction: Transaction, key: StoredSigningKey): Promise<void> {
  await transaction.insert(signingKeys).values(key);
}

export async function deleteSigningKeys(transaction: Transaction, retiredBefore: Date): Promise<void> {
  await transaction.delete(signingKeys).where(lt(signingKeys.retiresAt, retiredBefore));
}
