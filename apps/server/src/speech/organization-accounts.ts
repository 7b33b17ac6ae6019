import type { LookupFunction } from 'node:net';
import { guardAccount } from '@parley/speech/provider/guarded-account.ts';
import type { Accounts } from '@parley/speech/registry.ts';
import { createTimedCache } from '../identity/timed-cache.ts';
import type { ProviderAccountsRepository, StoredAccount } from './provider-accounts-repository.ts';

/** What an organization reaches providers with: its own accounts, and the server's where it has none. */
export interface OrganizationAccounts {
  /** The same object as long as nothing has changed. @throws WireError `storage_unavailable` when nothing is known of it yet */
  of(organizationId: string): Promise<Accounts>;
  /** Look again at the next use. */
  forget(organizationId: string): void;
}

export interface OrganizationAccountsParts {
  readonly repository: Pick<ProviderAccountsRepository, 'all'>;
  /** Of the environment. */
  readonly server: Accounts;
  /** By which engines of tenants' accounts connect. */
  readonly lookup: LookupFunction;
  readonly onError: (error: unknown, context: string) => void;
}

/** Another replica may have changed something: looked at again after this. */
const freshForMs = 5000;
/** Organizations whose accounts are kept opened, some hundred bytes each. */
const maxKept = 2000;

export function createOrganizationAccounts(parts: OrganizationAccountsParts): OrganizationAccounts {
  const { repository, server, lookup, onError } = parts;
  const fresh = createTimedCache<Known>({ maxEntries: maxKept, freshForMs });
  /** What was known last: gone on with while the database is away, and kept as it is while nothing has changed. */
  const latest = createTimedCache<Known>({ maxEntries: maxKept, freshForMs: Number.POSITIVE_INFINITY });
  const looking = new Map<string, Promise<Known>>();

  const look = async (organizationId: string): Promise<Known> => {
    const before = latest.get(organizationId);
    try {
      const stored = await repository.all(organizationId);
      const revision = stored.map(({ provider, updatedAt }) => `${provider}@${updatedAt.getTime()}`).join(' ');
      const known = before?.revision === revision ? before : { revision, accounts: merged(server, stored, lookup) };
      fresh.set(organizationId, known);
      latest.set(organizationId, known);
      return known;
    } catch (error) {
      // Without its accounts a call would be spoken by somebody else, or not at all.
      if (before === undefined) throw error;
      onError(error, 'the accounts of an organization; going on with those known');
      return before;
    }
  };

  return {
    of: async (organizationId) => {
      const known = fresh.get(organizationId);
      if (known !== undefined) return known.accounts;
      const under = looking.get(organizationId) ?? look(organizationId).finally(() => looking.delete(organizationId));
      looking.set(organizationId, under);
      return (await under).accounts;
    },
    forget: (organizationId) => fresh.delete(organizationId),
  };
}

interface Known {
  readonly revision: string;
  readonly accounts: Accounts;
}

function merged(server: Accounts, stored: readonly StoredAccount[], lookup: LookupFunction): Accounts {
  if (stored.length === 0) return server;
  const own = stored.map(({ provider, account }) => [provider, guardAccount({ ...account }, lookup)]);
  return { ...server, ...Object.fromEntries(own) };
}
