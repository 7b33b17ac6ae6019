import { callEndReasons } from '@parley/contract/phone.ts';
import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, id, instant, organization, updatedAt } from './columns.ts';
import { sessions } from './conversations.ts';

const channels = ['sip', 'twilio', 'audio-socket', 'audio-fork'] as const;

/** Who answers at which number. */
export const phoneNumbers = pgTable(
  'phone_numbers',
  {
    phoneNumberId: id('phone_number_id'),
    organizationId: organization(),
    /** E.164 with its plus, or the user of a SIP address in lower case. */
    number: text('number').notNull(),
    /** Neither: the default agent. */
    agentId: text('agent_id'),
    flowId: uuid('flow_id'),
    /** By which way its calls come, for whoever reads the list; calls by any other are taken as well. */
    channel: text('channel', { enum: channels }),
    label: text('label').notNull().default(''),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    // Whoever is called there is one organization: of two that want a number, the first has it.
    uniqueIndex('phone_numbers_number').on(table.number),
    index('phone_numbers_newest').on(table.organizationId, table.createdAt),
    check('phone_numbers_answerer', sql`agent_id is null or flow_id is null`),
  ],
);

/** Calls by telephone, each with the conversation that it is. */
export const calls = pgTable(
  'calls',
  {
    callId: id('call_id'),
    organizationId: organization(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.sessionId, { onDelete: 'cascade' }),
    direction: text('direction', { enum: ['inbound', 'outbound'] }).notNull(),
    channel: text('channel', { enum: channels }),
    /** As the network names them; null once they were erased or are too old. */
    fromNumber: text('from_number'),
    toNumber: text('to_number'),
    /** By which the far side knows it: a SIP Call-ID, a CallSid. */
    providerCallId: text('provider_call_id'),
    status: text('status', {
      enum: ['queued', 'ringing', 'in_progress', 'completed', 'busy', 'no_answer', 'failed', 'canceled'],
    }).notNull(),
    answeredAt: instant('answered_at'),
    endedAt: instant('ended_at'),
    endedBy: text('ended_by', { enum: ['far', 'here', 'network'] }),
    endReason: text('end_reason', { enum: callEndReasons }),
    /** What the network said of it. */
    endDetail: text('end_detail'),
    answeredBy: text('answered_by', { enum: ['person', 'machine', 'unknown'] }),
    /** How the line was, null until the call is over. */
    quality: jsonb('quality').$type<StoredQuality>(),
    /** To whom it was to be put through, and what came of it, in order. */
    transfers: jsonb('transfers').$type<StoredTransfer[]>().notNull().default([]),
    /** Where the vendor keeps its recording, if it makes one. */
    vendorRecordingUrl: text('vendor_recording_url'),
    vendorRecordingSeconds: integer('vendor_recording_seconds'),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('calls_session').on(table.sessionId),
    index('calls_newest').on(table.organizationId, table.createdAt.desc(), table.callId.desc()),
    index('calls_provider').on(table.providerCallId).where(sql`provider_call_id is not null`),
    index('calls_open').on(table.createdAt).where(sql`ended_at is null`),
  ],
);

/** Times in milliseconds, shares from 0 to 1; null where the protocol does not tell. */
export interface StoredQuality {
  readonly codec: string;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly packetsLate: number;
  readonly packetsSent: number;
  readonly jitterMs: number | null;
  /** What the far side says of what was sent to it. */
  readonly farLostShare: number | null;
  readonly farJitterMs: number | null;
  readonly roundTripMs: number | null;
}

export interface StoredTransfer {
  /** ISO 8601. */
  readonly at: string;
  readonly target: string;
  readonly kind: string;
  readonly outcome: string;
}
