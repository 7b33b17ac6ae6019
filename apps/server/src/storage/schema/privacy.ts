import { bigint, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, inet, instant, organization } from './columns.ts';

/** Who changed or looked at what. Written in the transaction of the change; the database refuses to change or delete rows. */
export const auditLogs = pgTable(
  'audit_logs',
  {
    auditId: bigint('audit_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    organizationId: organization(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    /** `resource:verb`, as permissions are written. */
    action: text('action').notNull(),
    resourceType: text('resource_type').notNull(),
    resourceId: text('resource_id'),
    before: jsonb('before').$type<unknown>(),
    after: jsonb('after').$type<unknown>(),
    ip: inet('ip'),
    traceId: text('trace_id'),
    at: instant('at').notNull().defaultNow(),
  },
  (table) => [
    index('audit_logs_newest').on(table.organizationId, table.at.desc(), table.auditId.desc()),
    index('audit_logs_resource').on(table.organizationId, table.resourceType, table.resourceId),
  ],
);

/** Keys that seal what is stored, each wrapped by the master key. One in service; the others open what they sealed. */
export const dataKeys = pgTable('data_keys', {
  dataKeyId: uuid('data_key_id').primaryKey().defaultRandom(),
  wrappedKey: text('wrapped_key').notNull(),
  /** Which master key wraps it. */
  masterKeyId: text('master_key_id').notNull(),
  createdAt: createdAt(),
  retiredAt: instant('retired_at'),
});
