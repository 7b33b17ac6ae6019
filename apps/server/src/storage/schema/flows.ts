import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, real, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, id, instant, organization, updatedAt } from './columns.ts';

/** Agents as their teams draw them. The draft may be anything; what is published was checked. */
export const dialogueFlows = pgTable(
  'dialogue_flows',
  {
    flowId: id('flow_id'),
    organizationId: organization(),
    flowName: text('flow_name').notNull(),
    description: text('description').notNull().default(''),
    draft: jsonb('draft').$type<unknown>(),
    /** Counts the saves of the draft: its ETag. */
    revision: integer('revision').notNull().default(0),
    savedBy: text('saved_by').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: instant('archived_at'),
  },
  (table) => [
    uniqueIndex('dialogue_flows_name').on(table.organizationId, table.flowName).where(sql`archived_at is null`),
    index('dialogue_flows_newest').on(table.organizationId, table.createdAt),
  ],
);

/** Published versions: their definitions never change. */
export const flowVersions = pgTable(
  'flow_versions',
  {
    flowId: uuid('flow_id')
      .notNull()
      .references(() => dialogueFlows.flowId, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    organizationId: organization(),
    definition: jsonb('definition').$type<unknown>().notNull(),
    note: text('note').notNull().default(''),
    publishedAt: instant('published_at').notNull().defaultNow(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.flowId, table.version] }), check('flow_versions_number', sql`version > 0`)],
);

/** Who gets which version: one row a flow, changed as one. */
export const flowTraffic = pgTable('flow_traffic', {
  flowId: uuid('flow_id')
    .primaryKey()
    .references(() => dialogueFlows.flowId, { onDelete: 'cascade' }),
  organizationId: organization(),
  traffic: jsonb('traffic').$type<unknown>().notNull(),
  updatedAt: updatedAt(),
});

/** What can be meant, beyond what a flow's own definition holds. */
export const intents = pgTable(
  'intents',
  {
    intentId: id('intent_id'),
    organizationId: organization(),
    flowId: uuid('flow_id').references(() => dialogueFlows.flowId, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('intents_name').on(table.organizationId, table.flowId, table.name)],
);

export const trainingExamples = pgTable(
  'training_examples',
  {
    exampleId: id('example_id'),
    organizationId: organization(),
    intentId: uuid('intent_id')
      .notNull()
      .references(() => intents.intentId, { onDelete: 'cascade' }),
    text: text('text').notNull(),
    language: text('language').notNull(),
    entities: jsonb('entities').$type<unknown[]>().notNull().default([]),
    source: text('source', { enum: ['manual', 'mined', 'synthetic'] })
      .notNull()
      .default('manual'),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('training_examples_once').on(table.intentId, table.language, table.text)],
);

/** Trained models and how good each was. */
export const nluModels = pgTable(
  'nlu_models',
  {
    modelId: id('model_id'),
    organizationId: organization(),
    flowId: uuid('flow_id').references(() => dialogueFlows.flowId, { onDelete: 'cascade' }),
    status: text('status', { enum: ['candidate', 'in_service', 'retired'] }).notNull(),
    metrics: jsonb('metrics').$type<Record<string, unknown>>().notNull(),
    accuracy: real('accuracy'),
    createdAt: createdAt(),
    promotedAt: instant('promoted_at'),
  },
  (table) => [index('nlu_models_newest').on(table.organizationId, table.createdAt)],
);

/** Outside systems of an organization, as its flows use them. */
export const integrationConfigs = pgTable(
  'integration_configs',
  {
    integrationId: id('integration_id'),
    organizationId: organization(),
    name: text('name').notNull(),
    type: text('type', { enum: ['rest', 'graphql', 'soap', 'sql'] }).notNull(),
    baseUrl: text('base_url').notNull(),
    authType: text('auth_type').notNull(),
    /** Sealed; null where the system asks for none. */
    sealedCredentials: text('sealed_credentials'),
    endpointMappings: jsonb('endpoint_mappings').$type<Record<string, unknown>>().notNull().default({}),
    timeoutMs: integer('timeout_ms').notNull().default(5000),
    rateLimitPerMinute: integer('rate_limit_per_minute'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [uniqueIndex('integration_configs_name').on(table.organizationId, table.name)],
);
