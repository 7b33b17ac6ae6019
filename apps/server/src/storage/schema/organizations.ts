import { sql } from 'drizzle-orm';
import { integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** The organization of a server that has not been divided among several. */
export const defaultOrganizationId = '00000000-0000-4000-8000-000000000001';

/** Whoever has a part of this server for themselves: each row of every other table belongs to one. */
export const organizations = pgTable('organizations', {
  organizationId: uuid('organization_id').primaryKey().default(sql`gen_random_uuid()`),
  name: text('name').notNull(),
  region: text('region'),
  settings: jsonb('settings').$type<Record<string, unknown>>().notNull().default({}),
  /** Counts the changes of name and settings: its ETag. */
  version: integer('version').notNull().default(1),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'date', precision: 3 }).notNull().defaultNow(),
});
