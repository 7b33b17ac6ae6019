import { sql } from 'drizzle-orm';
import { customType, timestamp, uuid } from 'drizzle-orm/pg-core';
import { organizations } from './organizations.ts';

/** A moment to the millisecond. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });

/**
 * Whose row it is. Every table that has this column stands behind the wall between organizations: its migration calls
 * `select parley_wall('table')`, and a test finds those that forgot.
 */
export const organization = () =>
  uuid('organization_id')
    .notNull()
    .references(() => organizations.organizationId, { onDelete: 'cascade' });

/** A row's own id, made by the database when it is left out. */
export const id = (name: string) => uuid(name).primaryKey().defaultRandom();

export const createdAt = () => instant('created_at').notNull().defaultNow();
export const updatedAt = () => instant('updated_at').notNull().defaultNow();

/** What PostgreSQL searches texts by. */
export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

/** Client addresses, version 4 and 6. */
export const inet = customType<{ data: string }>({ dataType: () => 'inet' });

/** An array column that is empty when left out. */
export const emptyTextArray = sql`'{}'::text[]`;
