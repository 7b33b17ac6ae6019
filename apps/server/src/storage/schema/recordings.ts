import { bigint, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, id, instant, organization } from './columns.ts';
import { sessions } from './conversations.ts';

/** Sound of calls, kept in files outside the database. */
export const recordings = pgTable(
  'recordings',
  {
    recordingId: id('recording_id'),
    organizationId: organization(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.sessionId, { onDelete: 'cascade' }),
    /** Where its parts lie: `disk:…`, `s3:…`, `azure:…`. */
    url: text('url').notNull(),
    status: text('status', { enum: ['recording', 'complete', 'interrupted', 'deleted'] }).notNull(),
    startedAt: instant('started_at').notNull(),
    endedAt: instant('ended_at'),
    durationMs: integer('duration_ms'),
    bytes: bigint('bytes', { mode: 'number' }),
    channels: integer('channels').notNull().default(2),
    sampleRateHz: integer('sample_rate_hz').notNull(),
    /** Spans without sound because something secret was said, in milliseconds of the recording. */
    pauses: jsonb('pauses').$type<{ fromMs: number; toMs: number | null }[]>().notNull().default([]),
    /** The key of this file, sealed. */
    sealedKey: text('sealed_key').notNull(),
    createdAt: createdAt(),
    /** When its writer last said that it is alive; what is silent for a minute was interrupted. */
    writtenAt: instant('written_at').notNull().defaultNow(),
    expiresAt: instant('expires_at'),
  },
  (table) => [
    index('recordings_session').on(table.sessionId),
    index('recordings_expiry').on(table.expiresAt),
    index('recordings_newest').on(table.organizationId, table.createdAt),
  ],
);
