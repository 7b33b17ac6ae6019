import { bigint, date, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, organization, updatedAt } from './columns.ts';
import { sessions } from './conversations.ts';

/** What organizations reach providers of speech and language with, where it is not the server's own account. */
export const providerAccounts = pgTable(
  'provider_accounts',
  {
    organizationId: organization(),
    /** As the registry of providers names it. */
    provider: text('provider').notNull(),
    /** The account as JSON, sealed. */
    sealedAccount: text('sealed_account').notNull(),
    label: text('label').notNull().default(''),
    /** What people recognise the key by: its last four characters. */
    hint: text('hint').notNull().default(''),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.provider] })],
);

/** What conversations took of providers: a row for each engine and unit of each stay in a process. */
export const conversationUsage = pgTable(
  'conversation_usage',
  {
    organizationId: organization(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.sessionId, { onDelete: 'cascade' }),
    /** One stay of the conversation in one process: written again it is the same row. */
    stayId: uuid('stay_id').notNull(),
    kind: text('kind', { enum: ['recognition', 'synthesis', 'language_model'] }).notNull(),
    engine: text('engine').notNull(),
    unit: text('unit').notNull(),
    quantity: bigint('quantity', { mode: 'number' }).notNull(),
    /** Millionths of the currency; null where no price is known. */
    costMicros: bigint('cost_micros', { mode: 'number' }),
    currency: text('currency'),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.stayId, table.kind, table.engine, table.unit] }),
    index('conversation_usage_newest').on(table.organizationId, table.createdAt),
  ],
);

/**
 * What an organization took of providers on one day: conversations and requests of the API together. Nothing of a person is in it, so
 * that it stays when conversations are erased.
 */
export const usageDays = pgTable(
  'usage_days',
  {
    organizationId: organization(),
    /** In UTC, on which the conversation's stay or the request ended. */
    day: date('day', { mode: 'string' }).notNull(),
    kind: text('kind', { enum: ['recognition', 'synthesis', 'language_model'] }).notNull(),
    engine: text('engine').notNull(),
    unit: text('unit').notNull(),
    /** Empty where no price was known: what has none is not added to what has one. */
    currency: text('currency').notNull().default(''),
    quantity: bigint('quantity', { mode: 'number' }).notNull(),
    /** Millionths of the currency; null where no price was known. */
    costMicros: bigint('cost_micros', { mode: 'number' }),
    /** What was added last: when the answer to that was lost it comes again, and must not count twice. */
    lastUseId: uuid('last_use_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.day, table.kind, table.engine, table.unit, table.currency] }),
  ],
);
