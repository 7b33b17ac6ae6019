import { sql } from 'drizzle-orm';
import { bigint, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, id, inet, instant, organization } from './columns.ts';

/**
 * Who changed or looked at what. Written in the transaction of the change. The database refuses to change rows, and to delete those
 * that are younger than 90 days or than the organization's own settings say (`retention_days.audit`; without, all stay).
 */
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
    index('audit_logs_newest').on(
      table.organizationId,
      table.at.desc().nullsFirst(),
      table.auditId.desc().nullsFirst(),
    ),
    index('audit_logs_resource').on(table.organizationId, table.resourceType, table.resourceId),
  ],
);

/** Keys that seal what is stored, each wrapped by the master key. One in service; the others open what they sealed. */
export const dataKeys = pgTable(
  'data_keys',
  {
    dataKeyId: uuid('data_key_id').primaryKey().defaultRandom(),
    wrappedKey: text('wrapped_key').notNull(),
    /** Which master key wraps it. */
    masterKeyId: text('master_key_id').notNull(),
    createdAt: createdAt(),
    retiredAt: instant('retired_at'),
  },
  // However many replicas start at once, they agree on one.
  () => [uniqueIndex('data_keys_in_service').on(sql`(retired_at is null)`).where(sql`retired_at is null`)],
);

/**
 * What identifies people in the audit log, whose own rows hold `person:<id>` in its place and stay as they are: whoever is erased is
 * erased here, and no row of the log tells any more who it was.
 */
export const people = pgTable(
  'people',
  {
    personId: id('person_id'),
    organizationId: organization(),
    /** What kind of thing it is: `email`, `phone`, `name`, … */
    kind: text('kind').notNull(),
    identifier: text('identifier').notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('people_once').on(table.organizationId, table.kind, table.identifier)],
);

/** Wishes to export or erase what is stored of a person: a queue of its own, so that each is done once and can be asked after. */
export const privacyRequests = pgTable(
  'privacy_requests',
  {
    requestId: id('request_id'),
    organizationId: organization(),
    kind: text('kind', { enum: ['export', 'erasure'] }).notNull(),
    status: text('status', { enum: ['waiting', 'running', 'done', 'failed'] })
      .notNull()
      .default('waiting'),
    requestedBy: text('requested_by').notNull(),
    /** Whose; null once it is done. */
    sealedPerson: text('sealed_person'),
    /** How many rows of what. */
    figures: jsonb('figures').$type<Record<string, number>>().notNull().default({}),
    /** The exported file; null once it expired. */
    sealedResult: text('sealed_result'),
    attempts: integer('attempts').notNull().default(0),
    lockedUntil: instant('locked_until'),
    createdAt: createdAt(),
    finishedAt: instant('finished_at'),
    expiresAt: instant('expires_at'),
  },
  (table) => [
    index('privacy_requests_newest').on(table.organizationId, table.createdAt),
    index('privacy_requests_due').on(table.createdAt).where(sql`status in ('waiting', 'running')`),
  ],
);
