import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Transaction } from '../storage/database.ts';
import { people } from '../storage/schema/privacy.ts';
import type { PersonalClass } from './personal-data.ts';

/** What identifies somebody. */
export interface Identifier {
  readonly kind: PersonalClass;
  readonly text: string;
}

/**
 * The random ids under which the audit log speaks of these, made where they are new. Nothing leads from an id to whom it stands for
 * but the row, which an erasure deletes.
 */
export async function pseudonymsOf(
  transaction: Transaction,
  organizationId: string,
  identifiers: readonly Identifier[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Map(identifiers.map((one) => [keyOf(one), one])).values()];
  if (wanted.length === 0) return new Map();
  // In one order everywhere, so that two transactions never wait for one another.
  const rows = wanted
    .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
    .map(({ kind, text }) => ({ organizationId, kind, identifier: text }));
  const made = await transaction
    .insert(people)
    .values(rows)
    // Touched, so that it is told and cannot be erased before this transaction is over.
    .onConflictDoUpdate({
      target: [people.organizationId, people.kind, people.identifier],
      set: { identifier: sql`excluded.identifier` },
    })
    .returning({ kind: people.kind, identifier: people.identifier, personId: people.personId });
  return new Map(made.map(({ kind, identifier, personId }) => [`${kind}:${identifier}`, personId]));
}

export function keyOf({ kind, text }: Identifier): string {
  return `${kind}:${text}`;
}

/** Whom the ids stand for; those who were erased are missing. */
export async function identifiersOf(
  transaction: Transaction,
  organizationId: string,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (personIds.length === 0) return new Map();
  const rows = await transaction
    .select({ personId: people.personId, identifier: people.identifier })
    .from(people)
    .where(and(eq(people.organizationId, organizationId), inArray(people.personId, [...personIds])));
  return new Map(rows.map(({ personId, identifier }) => [personId, identifier]));
}
