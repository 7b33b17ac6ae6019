import { WireError } from '@parley/contract/errors.ts';
import type { ConversationStore } from '../conversations/stored-conversation.ts';
import type { Database } from '../storage/database.ts';
import { readOrganizationRow } from './organization-row-repository.ts';

/** A region is fixed when an organization is made, so that it is asked for once. */
const knownAtMost = 10_000;

/**
 * Lets no conversation begin, and none be taken up, here whose organization's data may only be in another region. Without a region
 * of its own this server serves all.
 *
 * Its methods throw WireError `wrong_region`.
 */
export function guardRegion<S extends ConversationStore>(store: S, database: Database, region: string | undefined): S {
  if (region === undefined) return store;
  const regions = new Map<string, string | null>();
  const check = async (organizationId: string): Promise<void> => {
    const known = regions.get(organizationId);
    const pinned = known === undefined ? await readRegion(database, organizationId) : known;
    if (known === undefined) {
      if (regions.size >= knownAtMost) regions.clear();
      regions.set(organizationId, pinned);
    }
    if (pinned !== null && pinned !== region) throw new WireError('wrong_region', { region: pinned });
  };
  return {
    ...store,
    create: async (conversation) => {
      await check(conversation.organizationId);
      return store.create(conversation);
    },
    find: async (id) => {
      const found = await store.find(id);
      if (found !== undefined) await check(found.organizationId);
      return found;
    },
    load: async (id, cached) => {
      const loaded = await store.load(id, cached);
      if (loaded !== undefined) await check(loaded.conversation.organizationId);
      return loaded;
    },
  };
}

async function readRegion(database: Database, organizationId: string): Promise<string | null> {
  const row = await database.inOrganization(organizationId, (tx) => readOrganizationRow(tx, organizationId));
  return row?.region ?? null;
}
