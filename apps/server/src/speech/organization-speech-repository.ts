import { eq, sql } from 'drizzle-orm';
import type { Database } from '../storage/database.ts';
import { organizations } from '../storage/schema/organizations.ts';

export interface OrganizationSpeechRepository {
  /** The part of its settings as it is stored; undefined where there is none. */
  read(organizationId: string): Promise<unknown>;
}

export function createOrganizationSpeechRepository(database: Database): OrganizationSpeechRepository {
  return {
    read: async (organizationId) => {
      const [row] = await database.inOrganization(organizationId, (transaction) =>
        transaction
          .select({ speech: sql<unknown>`${organizations.settings} -> 'speech'` })
          .from(organizations)
          .where(eq(organizations.organizationId, organizationId)),
      );
      return row?.speech ?? undefined;
    },
  };
}
