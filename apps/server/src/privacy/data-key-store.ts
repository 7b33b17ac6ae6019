import { desc, eq, isNull } from 'drizzle-orm';
import type { Database } from '../storage/database.ts';
import { dataKeys } from '../storage/schema/privacy.ts';

/** A data key as it is stored. */
export interface StoredDataKey {
  readonly id: string;
  readonly wrappedKey: string;
  readonly masterKeyId: string;
  readonly createdAt: Date;
  /** Undefined for the one in service. */
  readonly retiredAt: Date | undefined;
}

export interface NewDataKey {
  readonly id: string;
  readonly wrappedKey: string;
  readonly masterKeyId: string;
}

/** Data keys in the database, where all replicas find the same. */
export interface DataKeyStore {
  find(id: string): Promise<StoredDataKey | undefined>;
  inService(): Promise<StoredDataKey | undefined>;
  /** Newest first. */
  all(): Promise<readonly StoredDataKey[]>;
  /** Put it in service unless one is; the one that then is. */
  putFirst(key: NewDataKey): Promise<StoredDataKey>;
  /** Put it in service in place of the one that is. */
  replace(key: NewDataKey): Promise<void>;
  /** The same key, wrapped by another master key. */
  rewrapped(key: NewDataKey): Promise<void>;
}

export function createDataKeyStore(database: Database): DataKeyStore {
  return {
    find: (id) =>
      database.acrossOrganizations(async (tx) => {
        const [row] = await tx.select().from(dataKeys).where(eq(dataKeys.dataKeyId, id));
        return row === undefined ? undefined : toStored(row);
      }),
    inService: () =>
      database.acrossOrganizations(async (tx) => {
        const [row] = await tx.select().from(dataKeys).where(isNull(dataKeys.retiredAt));
        return row === undefined ? undefined : toStored(row);
      }),
    all: () =>
      database.acrossOrganizations(async (tx) =>
        (await tx.select().from(dataKeys).orderBy(desc(dataKeys.createdAt))).map(toStored),
      ),
    putFirst: (key) =>
      database.acrossOrganizations(async (tx) => {
        await tx.insert(dataKeys).values(toRow(key)).onConflictDoNothing();
        const [row] = await tx.select().from(dataKeys).where(isNull(dataKeys.retiredAt));
        if (row === undefined) throw new Error('A data key was put in service and is not there');
        return toStored(row);
      }),
    replace: (key) =>
      database.acrossOrganizations(async (tx) => {
        await tx.update(dataKeys).set({ retiredAt: new Date() }).where(isNull(dataKeys.retiredAt));
        await tx.insert(dataKeys).values(toRow(key));
      }),
    rewrapped: ({ id, wrappedKey, masterKeyId }) =>
      database.acrossOrganizations(async (tx) => {
        await tx.update(dataKeys).set({ wrappedKey, masterKeyId }).where(eq(dataKeys.dataKeyId, id));
      }),
  };
}

function toRow({ id, wrappedKey, masterKeyId }: NewDataKey): typeof dataKeys.$inferInsert {
  return { dataKeyId: id, wrappedKey, masterKeyId };
}

function toStored(row: typeof dataKeys.$inferSelect): StoredDataKey {
  return {
    id: row.dataKeyId,
    wrappedKey: row.wrappedKey,
    masterKeyId: row.masterKeyId,
    createdAt: row.createdAt,
    retiredAt: row.retiredAt ?? undefined,
  };
}
