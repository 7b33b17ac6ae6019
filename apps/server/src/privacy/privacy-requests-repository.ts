import { and, eq, inArray, isNotNull, lt, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../storage/database.ts';
import { organizations } from '../storage/schema/organizations.ts';
import { privacyRequests } from '../storage/schema/privacy.ts';
import type { Figures } from './erasure-repository.ts';

export type StoredPrivacyRequest = typeof privacyRequests.$inferSelect;

export function insertRequest(
  tx: Transaction,
  request: Pick<
    typeof privacyRequests.$inferInsert,
    'requestId' | 'organizationId' | 'kind' | 'requestedBy' | 'sealedPerson'
  >,
): Promise<StoredPrivacyRequest[]> {
  return tx.insert(privacyRequests).values(request).returning();
}

/** How many of the organization wait or are being done; until the transaction ends, nobody else of it adds one. */
export async function countOpenRequests(tx: Transaction, organizationId: string): Promise<number> {
  await tx
    .select({ id: organizations.organizationId })
    .from(organizations)
    .where(eq(organizations.organizationId, organizationId))
    .for('no key update');
  return tx.$count(
    privacyRequests,
    and(eq(privacyRequests.organizationId, organizationId), inArray(privacyRequests.status, ['waiting', 'running'])),
  );
}

export async function findRequest(tx: Transaction, requestId: string): Promise<StoredPrivacyRequest | undefined> {
  const [row] = await tx.select().from(privacyRequests).where(eq(privacyRequests.requestId, requestId));
  return row;
}

export async function beginRequest(tx: Transaction, requestId: string): Promise<StoredPrivacyRequest | undefined> {
  const [row] = await tx
    .update(privacyRequests)
    .set({ status: 'running', attempts: sql`${privacyRequests.attempts} + 1` })
    .where(and(eq(privacyRequests.requestId, requestId), inArray(privacyRequests.status, ['waiting', 'running'])))
    .returning();
  return row;
}

export async function finishRequest(
  tx: Transaction,
  requestId: string,
  end: {
    readonly status: 'done' | 'failed';
    readonly figures: Figures;
    readonly sealedPerson: string | null;
    readonly sealedResult: string | null;
    readonly expiresAt: Date | null;
  },
): Promise<void> {
  await tx
    .update(privacyRequests)
    .set({ ...end, finishedAt: new Date() })
    .where(eq(privacyRequests.requestId, requestId));
}

/** Exports that can still be fetched. */
export function fetchableExports(tx: Transaction, organizationId: string): Promise<StoredPrivacyRequest[]> {
  return tx
    .select()
    .from(privacyRequests)
    .where(and(eq(privacyRequests.organizationId, organizationId), isNotNull(privacyRequests.sealedResult)));
}

export async function forgetResult(tx: Transaction, requestId: string): Promise<void> {
  await tx
    .update(privacyRequests)
    .set({ sealedResult: null, sealedPerson: null })
    .where(eq(privacyRequests.requestId, requestId));
}

/** Forget the files whose day is over; how many. */
export function forgetExpired(database: Database): Promise<number> {
  return database.acrossOrganizations(async (tx) => {
    const { rowCount } = await tx
      .update(privacyRequests)
      .set({ sealedResult: null, sealedPerson: null })
      .where(and(lt(privacyRequests.expiresAt, new Date()), isNotNull(privacyRequests.sealedResult)));
    return rowCount ?? 0;
  });
}
