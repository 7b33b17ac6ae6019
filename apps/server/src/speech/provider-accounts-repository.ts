import { WireError } from '@parley/contract/errors.ts';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { RequestContext } from '../api/request-context.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { providerAccounts } from '../storage/schema/speech.ts';

/** Who changes an account, for the audit log. */
type Author = Pick<RequestContext, 'actor' | 'organizationId' | 'clientAddress' | 'traceId'>;

/** An account as it was entered: checked then by its provider's schema. */
export type EnteredAccount = Readonly<Record<string, unknown>>;

export interface StoredAccount {
  readonly provider: string;
  readonly account: EnteredAccount;
  readonly label: string;
  /** The end of the key. */
  readonly hint: string;
  readonly updatedAt: Date;
}

/** Methods see one organization, and throw WireError `storage_unavailable`. */
export interface ProviderAccountsRepository {
  /** All of the organization; as many as there are providers at most. */
  all(organizationId: string): Promise<readonly StoredAccount[]>;
  put(author: Author, entry: Omit<StoredAccount, 'updatedAt'>): Promise<StoredAccount>;
  /** @throws WireError `not_found` */
  remove(author: Author, provider: string): Promise<void>;
}

export function createProviderAccountsRepository(database: Database, sealer: Sealer): ProviderAccountsRepository {
  const open = async ({ organizationId, provider, sealedAccount, label, hint, updatedAt }: Row) => ({
    provider,
    account: accountSchema.parse(JSON.parse(await sealer.open(sealedAccount, purposeOf(organizationId, provider)))),
    label,
    hint,
    updatedAt,
  });

  return {
    all: async (organizationId) => {
      const rows = await database.inOrganization(organizationId, (tx) =>
        tx.select().from(providerAccounts).where(eq(providerAccounts.organizationId, organizationId)),
      );
      return Promise.all(rows.map(open));
    },
    put: async (author, { provider, account, label, hint }) => {
      const { organizationId } = author;
      const sealedAccount = await sealer.seal(JSON.stringify(account), purposeOf(organizationId, provider));
      const row = await database.inOrganization(organizationId, async (tx) => {
        const before = await read(tx, organizationId, provider);
        const now = new Date();
        const [written] = await tx
          .insert(providerAccounts)
          .values({ organizationId, provider, sealedAccount, label, hint })
          .onConflictDoUpdate({
            target: [providerAccounts.organizationId, providerAccounts.provider],
            set: { sealedAccount, label, hint, updatedAt: now },
          })
          .returning();
        if (written === undefined) throw new Error('A row that was written is returned.');
        await audit(tx, author, provider, before, written);
        return written;
      });
      return open(row);
    },
    remove: (author, provider) =>
      database.inOrganization(author.organizationId, async (tx) => {
        const before = await read(tx, author.organizationId, provider);
        if (before === undefined) throw new WireError('not_found');
        await tx
          .delete(providerAccounts)
          .where(
            and(eq(providerAccounts.organizationId, author.organizationId), eq(providerAccounts.provider, provider)),
          );
        await audit(tx, author, provider, before, undefined);
      }),
  };
}

type Row = typeof providerAccounts.$inferSelect;

const accountSchema = z.record(z.string(), z.unknown());

async function read(tx: Transaction, organizationId: string, provider: string): Promise<Row | undefined> {
  const [row] = await tx
    .select()
    .from(providerAccounts)
    .where(and(eq(providerAccounts.organizationId, organizationId), eq(providerAccounts.provider, provider)))
    .for('update');
  return row;
}

function audit(tx: Transaction, author: Author, provider: string, before: Row | undefined, after: Row | undefined) {
  const view = (row: Row | undefined) => (row === undefined ? undefined : { label: row.label, hint: row.hint });
  return recordAudit(tx, author, {
    action: 'providers:write',
    resourceType: 'provider_account',
    resourceId: provider,
    before: view(before),
    after: view(after),
  });
}

function purposeOf(organizationId: string, provider: string): string {
  return `provider_account:${organizationId}:${provider}`;
}
