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
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant, organization, tsvector } from './columns.ts';

export const sessions = pgTable(
  'sessions',
  {
    sessionId: uuid('session_id').primaryKey(),
    organizationId: organization(),
    channelType: text('channel_type', { enum: ['voice', 'chat', 'api'] }).notNull(),
    agentId: text('agent_id').notNull(),
    /** The published version of a drawn agent that this conversation keeps to its end; null for agents that ship. */
    assignedFlowId: uuid('assigned_flow_id'),
    assignedFlowVersion: integer('assigned_flow_version'),
    /** The person who took it over. */
    assignedAgentId: uuid('assigned_agent_id'),
    callerId: text('caller_id'),
    userId: text('user_id'),
    timeZone: text('time_zone').notNull(),
    language: text('language').notNull(),
    /** SHA-256 of the token that opens the session; the token itself is never stored. */
    tokenHash: text('token_hash').notNull(),
    /** Null in rows of before tokens expired: an hour after the start then. */
    tokenExpiresAt: instant('token_expires_at'),
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
    /** The agent's memory; null until its first turn. Values that must not be read at rest are sealed in it. */
    context: jsonb('context').$type<Record<string, unknown>>(),
    /** What was known of the caller when it began: `preferred_language`, `customer_tier`. */
    initialContext: jsonb('initial_context').$type<Record<string, unknown>>().notNull().default({}),
    /** The vocabulary context of the answer that the agent waits for. */
    expects: text('expects'),
    lastActivityAt: instant('last_activity_at').notNull().defaultNow(),
    /** Counts the writes of turns. Whoever writes names the one they know, so that two replicas never write over each other. */
    version: integer('version').notNull().default(0),
    /** Who wrote last: one stay of the conversation in one process. It may write on though it does not know what became of a write. */
    lastWriter: uuid('last_writer'),
    /** Whether the agent settled it without a person; null while it goes on. */
    containmentAchieved: boolean('containment_achieved'),
    nluAvgConfidence: real('nlu_avg_confidence'),
    /** Turns that the average is of. */
    nluTurnCount: integer('nlu_turn_count').notNull().default(0),
    userSatisfactionScore: integer('user_satisfaction_score'),
    summary: text('summary'),
  },
  (table) => [
    // What the agent holds is sealed and cannot be searched; what was known at the start can.
    index('sessions_initial_context').using('gin', table.initialContext),
    index('sessions_newest').on(
      table.organizationId,
      table.startedAt.desc().nullsFirst(),
      table.sessionId.desc().nullsFirst(),
    ),
    index('sessions_caller').on(table.organizationId, table.callerId).where(sql`caller_id is not null`),
    check('sessions_satisfaction', sql`user_satisfaction_score between 1 and 5`),
    index('sessions_idle').on(table.lastActivityAt).where(sql`ended_at is null`),
  ],
);

/**
 * One row a turn, in partitions by the month in which its session began (this schema has no words for that: see the migration
 * `platform`). All turns of a session lie together, so that a turn is unique by its key, and a month that may be forgotten is
 * dropped whole.
 */
export const conversationTurns = pgTable(
  'conversation_turns',
  {
    turnId: bigint('turn_id', { mode: 'number' }).notNull().generatedByDefaultAsIdentity(),
    organizationId: organization(),
    sessionId: uuid('session_id').notNull(),
    /** The session's `started_at`: chooses the partition. */
    sessionStartedAt: instant('session_started_at').notNull(),
    turnNumber: integer('turn_number').notNull(),
    /** Who began the turn. */
    speaker: text('speaker', { enum: ['user', 'bot', 'agent'] }).notNull(),
    cause: text('cause', { enum: ['greeting', 'turn', 'reprompt', 'farewell', 'apology'] }).notNull(),
    userInputText: text('user_input_text'),
    userInputAudioUrl: text('user_input_audio_url'),
    userInputLanguage: text('user_input_language'),
    messageId: text('message_id'),
    modality: text('modality', { enum: ['voice', 'text', 'digits'] }),
    asrConfidence: real('asr_confidence'),
    rejected: boolean('rejected').notNull().default(false),
    detectedIntent: text('detected_intent'),
    /** Null when the agent said nothing of what it understood. */
    intentConfidence: real('intent_confidence'),
    extractedEntities: jsonb('extracted_entities').$type<StoredEntity[]>().notNull().default([]),
    botResponseText: text('bot_response_text'),
    botResponseAudioUrl: text('bot_response_audio_url'),
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
    /** Both sides' words without capitals and marks, so that Vietnamese typed either way finds either. */
    search: tsvector('search').generatedAlwaysAs(
      sql`to_tsvector('simple', parley_fold(coalesce(user_input_text, '') || ' ' || coalesce(bot_response_text, '')))`,
    ),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.turnNumber, table.sessionStartedAt] }),
    foreignKey({ columns: [table.sessionId], foreignColumns: [sessions.sessionId] }).onDelete('cascade'),
    uniqueIndex('conversation_turns_message').on(table.sessionId, table.messageId, table.sessionStartedAt),
    index('conversation_turns_search').using('gin', table.search),
    index('conversation_turns_time').on(table.organizationId, table.timestamp),
    // Conversations in which somebody wanted this.
    index('conversation_turns_intent').on(table.organizationId, table.detectedIntent, table.sessionStartedAt),
    // For reports of whoever runs the server, by a login that no wall holds (`extracted_entities @> …`); no query of ours uses it. Behind
    // the wall `@>` is no condition for an index; a filter of ours would ask as the search does, in the wall of the partition.
    index('conversation_turns_entities').using('gin', table.extractedEntities),
    check('conversation_turns_number', sql`turn_number > 0`),
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
