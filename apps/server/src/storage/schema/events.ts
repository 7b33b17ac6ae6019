import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { createdAt, emptyTextArray, id, instant, organization, updatedAt } from './columns.ts';

/** What happened, written with what it tells of in one transaction, and handed on afterwards. */
export const outbox = pgTable(
  'outbox',
  {
    /** In the order of writing within a conversation. */
    position: bigint('position', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** By which receivers know one that comes twice. */
    eventId: uuid('event_id').notNull().defaultRandom(),
    organizationId: organization(),
    /** Null for what belongs to no conversation. Not a foreign key: events outlive what they tell of. */
    conversationId: uuid('conversation_id'),
    topic: text('topic').notNull(),
    type: text('type').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    occurredAt: instant('occurred_at').notNull().defaultNow(),
    /** Null until every subscriber has it, or it waits in `outbox_retries` for those that have not. */
    publishedAt: instant('published_at'),
  },
  (table) => [
    index('outbox_waiting').on(table.position).where(sql`published_at is null`),
    index('outbox_published').on(table.publishedAt),
    uniqueIndex('outbox_event').on(table.eventId),
  ],
);

/**
 * Events that a subscriber could not take yet, so that the others need not wait for it. While one of a conversation is here, later
 * ones of that conversation queue up behind it.
 */
export const outboxRetries = pgTable(
  'outbox_retries',
  {
    subscriber: text('subscriber').notNull(),
    position: bigint('position', { mode: 'number' }).notNull(),
    organizationId: organization(),
    conversationId: uuid('conversation_id'),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: instant('next_attempt_at').notNull().defaultNow(),
    heldSince: instant('held_since').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.subscriber, table.position] }),
    index('outbox_retries_conversation').on(table.subscriber, table.conversationId),
    index('outbox_retries_position').on(table.position),
  ],
);

/** Addresses that are told what happens. */
export const webhooks = pgTable(
  'webhooks',
  {
    webhookId: id('webhook_id'),
    organizationId: organization(),
    url: text('url').notNull(),
    description: text('description').notNull().default(''),
    /** Empty: all. */
    eventTypes: text('event_types').array().notNull().default(emptyTextArray),
    sealedSecret: text('sealed_secret').notNull(),
    /** Signs beside the new one until the receiver has learnt that. */
    sealedPreviousSecret: text('sealed_previous_secret'),
    previousSecretUntil: instant('previous_secret_until'),
    /** Since when nothing has reached it; null while things do. */
    failingSince: instant('failing_since'),
    /** Why it is not active. */
    disabledReason: text('disabled_reason', { enum: ['by_hand', 'gone', 'failing'] }),
    isActive: boolean('is_active').notNull().default(true),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index('webhooks_organization').on(table.organizationId, table.createdAt)],
);

export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    deliveryId: id('delivery_id'),
    organizationId: organization(),
    webhookId: uuid('webhook_id')
      .notNull()
      .references(() => webhooks.webhookId, { onDelete: 'cascade' }),
    eventId: uuid('event_id').notNull(),
    eventType: text('event_type').notNull(),
    conversationId: uuid('conversation_id'),
    /** The body as it is sent. */
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    /** The outbox position: deliveries of one conversation go in this order. */
    position: bigint('position', { mode: 'number' }).notNull(),
    status: text('status', { enum: ['waiting', 'delivered', 'given_up'] })
      .notNull()
      .default('waiting'),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: instant('next_attempt_at'),
    /** Held by a replica that is sending it until then. */
    lockedUntil: instant('locked_until'),
    lastAttemptAt: instant('last_attempt_at'),
    lastStatus: integer('last_status'),
    lastError: text('last_error'),
    createdAt: createdAt(),
    deliveredAt: instant('delivered_at'),
  },
  (table) => [
    uniqueIndex('webhook_deliveries_once').on(table.webhookId, table.eventId),
    index('webhook_deliveries_due').on(table.webhookId, table.nextAttemptAt).where(sql`status = 'waiting'`),
    // What goes before it in the same conversation.
    index('webhook_deliveries_line')
      .on(table.webhookId, table.conversationId, table.position)
      .where(sql`status = 'waiting'`),
    index('webhook_deliveries_age').on(table.createdAt),
    index('webhook_deliveries_newest').on(table.webhookId, table.createdAt.desc().nullsFirst()),
  ],
);

/** Work that must be done once, by whichever replica takes it. */
export const jobs = pgTable(
  'jobs',
  {
    jobId: id('job_id'),
    /** Null for work of the server itself. */
    ownerOrganizationId: uuid('owner_organization_id'),
    kind: text('kind').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull().default({}),
    /** From the end of one run to the beginning of the next; null for what is done once. */
    everyMs: integer('every_ms'),
    status: text('status', { enum: ['waiting', 'running', 'done', 'failed'] })
      .notNull()
      .default('waiting'),
    runAt: instant('run_at').notNull().defaultNow(),
    attempts: integer('attempts').notNull().default(0),
    lockedBy: text('locked_by'),
    lockedUntil: instant('locked_until'),
    lastError: text('last_error'),
    createdAt: createdAt(),
    finishedAt: instant('finished_at'),
  },
  (table) => [
    index('jobs_due').on(table.runAt).where(sql`status in ('waiting', 'running')`),
    // What repeats has one row for good.
    uniqueIndex('jobs_repeating').on(table.kind).where(sql`every_ms is not null`),
    index('jobs_finished').on(table.finishedAt),
  ],
);
