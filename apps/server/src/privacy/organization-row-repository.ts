import { eq } from 'drizzle-orm';
import type { Transaction } from '../storage/database.ts';
import { organizations } from '../storage/schema/organizations.ts';

/** What an organization decided for itself, as it is stored, and where its data may be. Undefined when there is none of this id. */
export async function readOrganizationRow(
  transaction: Transaction,
  organizationId: string,
): Promise<{ readonly settings: unknown; readonly region: string | null } | undefined> {
  const [row] = await transaction
    .select({ settings: organizations.settings, region: organizations.region })
    .from(organizations)
    .where(eq(organizations.organizationId, organizationId));
  return row;
}
