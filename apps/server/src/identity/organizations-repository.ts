import type { OrganizationSettings } from '@parley/contract/organization-settings.ts';
import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../storage/database.ts';
import { organizations } from '../storage/schema/organizations.ts';

export type StoredOrganization = typeof organizations.$inferSelect;

export async function findOrganization(
  transaction: Transaction,
  organizationId: string,
): Promise<StoredOrganization | undefined> {
  const [row] = await transaction.select().from(organizations).where(eq(organizations.organizationId, organizationId));
  return row;
}

/** The organization, held until the transaction ends. */
export async function lockOrganization(
  transaction: Transaction,
  organizationId: string,
): Promise<StoredOrganization | undefined> {
  const [row] = await transaction
    .select()
    .from(organizations)
    .where(eq(organizations.organizationId, organizationId))
    .for('update');
  return row;
}

export async function changeOrganization(
  transaction: Transaction,
  organizationId: string,
  change: { readonly name?: string; readonly settings?: OrganizationSettings },
): Promise<StoredOrganization | undefined> {
  const [row] = await transaction
    .update(organizations)
    .set({ ...change, version: sql`${organizations.version} + 1` })
    .where(eq(organizations.organizationId, organizationId))
    .returning();
  return row;
}

/** For `acrossOrganizations`: it is behind no wall yet. */
export async function addOrganization(
  transaction: Transaction,
  organization: { readonly name: string; readonly region: string | null },
): Promise<StoredOrganization | undefined> {
  const [row] = await transaction.insert(organizations).values(organization).returning();
  return row;
}
