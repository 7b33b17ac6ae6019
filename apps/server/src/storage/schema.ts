import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

/** The organization of a server that has not been divided among several. */
export const defaultOrganizationId = '00000000-0000-4000-8000-000000000001';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });
const organization = () =>
  uuid('organization_id')
    .notNull()
    .default(defaultOrganizationId)
    .references(() => organizations.organizationId);

export const organizations = pgTable('organizations', {
  organizationId: uuid('organization_id').primaryKey(),
  name: text('name').notNull(),
  region: text('region'),
  settings: jsonb('settings').$type<Record<string, unknown>>().notNull().default({}),
  createdAt: instant('created_at').notNull().defaultNow(),
});

export const sessions = pgTable(
  'sessions',
  {
    sessionId: uuid('session_id').primaryKey(),
    organizationId: organization(),
    channelType: text('channel_type', { enum: ['voice', 'chat', 'api'] }).notNull(),
    agentId: text('agent_id').notNull(),
    callerId: text('caller_id'),
    userId: text('user_id'),
    timeZone: text('time_zone').notNull(),
    language: text('language').notNull(),
    /** SHA-256 of the token that opens the session; the token itself is never stored. */
    tokenHash: text('token_hash').notNull(),
    startedAt: instant('started_at').notNull().defaultNow(),
    endedAt: instant('ended_at'),
    endReason: text('end_reason'),
    durationSeconds: integer('duration_seconds').generatedAlwaysAs(
      sql`floor(extract(epoch from (ended_at - started_at)))::integer`,
    ),
    /** `new`, `active` or `ended`. */
    currentState: text('current_state', { enum: ['new', 'active', 'ended'] })
      .notNull()
      .default('new'),
    /** The agent's memory; null until its first turn. */
    context: jsonb('context').$type<Record<string, unknown>>(),
    /** The vocabulary context of the answer that the agent waits for. */
    expects: text('expects'),
    lastActivityAt: instant('last_activity_at').notNull().defaultNow(),
  },
  (table) => [
    index('sessions_context').using('gin', table.context),
    index('sessions_newest').on(table.organizationId, table.startedAt.desc(), table.sessionId.desc()),
    index('sessions_idle').on(table.lastActivityAt).where(sql`ended_at is null`),
  ],
);

/**
 * One row a turn. No other table refers to a turn by a foreign key, and the session's start is no part of the key, so that
 * a later migration can rebuild the table partitioned by month of `timestamp` without touching the rest.
 */
export const conversationTurns = pgTable(
  'conversation_turns',
  {
    turnId: bigint('turn_id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    organizationId: organization(),
    sessionId: uuid('session_id').notNull(),
    turnNumber: integer('turn_number').notNull(),
    /** Who began the turn. */
    speaker: text('speaker', { enum: ['user', 'bot', 'agent'] }).notNull(),
    cause: text('cause', { enum: ['greeting', 'turn', 'reprompt', 'farewell', 'apology'] }).notNull(),
    userInputText: text('user_input_text'),
    messageId: text('message_id'),
    modality: text('modality', { enum: ['voice', 'text', 'digits'] }),
    asrConfidence: real('asr_confidence'),
    rejected: boolean('rejected').notNull().default(false),
    detectedIntent: text('detected_intent'),
    /** Null when the agent said nothing of what it understood. */
    intentConfidence: real('intent_confidence'),
    extractedEntities: jsonb('extracted_entities').$type<StoredEntity[]>().notNull().default([]),
    botResponseText: text('bot_response_text'),
    heardText: text('heard_text'),
    interrupted: boolean('interrupted').notNull().default(false),
    tone: text('tone', { enum: ['warm', 'neutral', 'energetic'] }),
    botAction: jsonb('bot_action').$type<StoredAction[]>().notNull().default([]),
    timestamp: instant('timestamp').notNull(),
    /** Turn committed to first sentence: what the agent took. */
    processingTimeMs: real('processing_time_ms'),
    waterfall: jsonb('waterfall').$type<StoredWaterfall>().notNull(),
    voiceToVoiceMs: real('voice_to_voice_ms'),
    isCorrectIntent: boolean('is_correct_intent'),
    correctedIntent: text('corrected_intent'),
    annotationNotes: text('annotation_notes'),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.turnNumber] }),
    foreignKey({ columns: [table.sessionId], foreignColumns: [sessions.sessionId] }).onDelete('cascade'),
    uniqueIndex('conversation_turns_message').on(table.sessionId, table.messageId),
    index('conversation_turns_time').on(table.organizationId, table.timestamp),
    index('conversation_turns_entities').using('gin', table.extractedEntities),
    check('conversation_turns_number', sql`turn_number > 0`),
  ],
);

/**
 * Appointments as they stand now. That no two that stand share a moment on one chair is the exclusion constraint
 * `appointments_no_overlap`, which is written in the migration: this schema has no words for it.
 */
export const appointments = pgTable(
  'appointments',
  {
    appointmentId: uuid('appointment_id').primaryKey().defaultRandom(),
    organizationId: organization(),
    /** The conversation in which it was booked. */
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.sessionId, { onDelete: 'cascade' }),
    service: text('service').notNull(),
    chairId: text('chair_id').notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    timeZone: text('time_zone').notNull(),
    name: text('name').notNull(),
    phone: text('phone').notNull(),
    status: text('status', { enum: ['booked', 'cancelled'] })
      .notNull()
      .default('booked'),
    createdAt: instant('created_at').notNull().defaultNow(),
    cancelledAt: instant('cancelled_at'),
    /** The conversation in which it was cancelled, if that is known. */
    cancelledSessionId: uuid('cancelled_session_id').references(() => sessions.sessionId, { onDelete: 'set null' }),
  },
  (table) => [
    index('appointments_session').on(table.sessionId),
    index('appointments_cancelled_session').on(table.cancelledSessionId).where(sql`cancelled_session_id is not null`),
    index('appointments_when').on(table.organizationId, table.startsAt),
    // How a customer is found again: numbers are said with and without the country's code.
    index('appointments_phone').on(table.organizationId, sql`right(${table.phone}, 7)`),
    check('appointments_time', sql`ends_at > starts_at`),
  ],
);

/** What was done to appointments, each by a key of its own: a key that comes again is answered from here. */
export const appointmentChanges = pgTable(
  'appointment_changes',
  {
    idempotencyKey: text('idempotency_key').primaryKey(),
    organizationId: organization(),
    appointmentId: uuid('appointment_id')
      .notNull()
      .references(() => appointments.appointmentId, { onDelete: 'cascade' }),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.sessionId, { onDelete: 'cascade' }),
    change: text('change', { enum: ['booked', 'moved'] }).notNull(),
    /** Where it stood after the change. */
    chairId: text('chair_id').notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    timeZone: text('time_zone').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('appointment_changes_session').on(table.sessionId),
    index('appointment_changes_appointment').on(table.appointmentId),
  ],
);

export interface StoredEntity {
  readonly type: string;
  readonly text: string;
  readonly value: unknown;
}

export interface StoredAction {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Milliseconds of each stage; null when it did not happen. */
export interface StoredWaterfall {
  readonly endOfTurnMs: number | null;
  readonly transcriptMs: number | null;
  readonly agentMs: number | null;
  readonly sentenceMs: number | null;
  readonly synthesisMs: number | null;
  readonly playoutMs: number | null;
  readonly voiceToVoiceMs: number | null;
}
