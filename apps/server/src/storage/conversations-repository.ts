import { toTurnView } from '@parley/channels/app-messages/to-turn-view.ts';
import type { ConversationView, conversationSummarySchema } from '@parley/contract/conversations.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import { and, asc, eq, inArray, ne, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { readCall } from '../phone/calls-repository.ts';
import { toRecordingView } from '../recordings/recordings-repository.ts';
import { readUsage } from '../speech/usage-repository.ts';
import type { Database } from './database.ts';
import { appointmentChanges, appointments } from './schema/appointments.ts';
import { conversationTurns, sessions } from './schema/conversations.ts';
import { recordings } from './schema/recordings.ts';
import { toRecord } from './turn-rows.ts';

/** Conversations as they are stored. Methods throw WireError `storage_unavailable`. */
export interface ConversationsRepository {
  findTurnByMessageId(organizationId: string, id: string, messageId: string): Promise<TurnRecord | undefined>;
  view(organizationId: string, id: string): Promise<ConversationView | undefined>;
}

/** Turns of one view: far more than a conversation of the longest allowed duration has. */
const maxViewTurns = 2000;
/** Appointments of one view: far more than anybody makes in one conversation. */
const maxViewBookings = 200;
/** Recordings of one view: a conversation is carried from server to server a few times at most. */
const maxViewRecordings = 50;

export function createConversationsRepository(database: Database): ConversationsRepository {
  const summary = {
    id: sessions.sessionId,
    agentId: sessions.agentId,
    channelType: sessions.channelType,
    startedAt: sessions.startedAt,
    endedAt: sessions.endedAt,
    endReason: sessions.endReason,
    turnCount: sql<number>`(select count(*)::int from conversation_turns t where t.session_id = "sessions"."session_id" and t.session_started_at = "sessions"."started_at")`,
  };
  return {
    findTurnByMessageId: (organizationId, id, messageId) =>
      database.inOrganization(organizationId, async (orm) => {
        if (!isId(id)) return undefined;
        const [row] = await orm
          .select()
          .from(conversationTurns)
          .where(and(eq(conversationTurns.sessionId, id), eq(conversationTurns.messageId, messageId)));
        return row === undefined ? undefined : toRecord(row);
      }),
    view: (organizationId, id) =>
      database.inOrganization(organizationId, async (orm) => {
        if (!isId(id)) return undefined;
        const [session] = await orm
          .select(summary)
          .from(sessions)
          .where(and(eq(sessions.organizationId, organizationId), eq(sessions.sessionId, id)));
        if (session === undefined) return undefined;
        const turns = await orm
          .select()
          .from(conversationTurns)
          .where(and(eq(conversationTurns.sessionId, id), eq(conversationTurns.sessionStartedAt, session.startedAt)))
          .orderBy(asc(conversationTurns.turnNumber))
          .limit(maxViewTurns);
        const bookings = await orm
          .select()
          .from(appointments)
          .where(
            // Those that were made, moved or cancelled in it, as they stand now.
            or(
              inArray(
                appointments.appointmentId,
                orm
                  .select({ id: appointmentChanges.appointmentId })
                  .from(appointmentChanges)
                  .where(eq(appointmentChanges.sessionId, id)),
              ),
              eq(appointments.cancelledSessionId, id),
            ),
          )
          .orderBy(asc(appointments.createdAt))
          .limit(maxViewBookings);
        const sounds = await orm
          .select()
          .from(recordings)
          .where(and(eq(recordings.sessionId, id), ne(recordings.status, 'deleted')))
          .orderBy(asc(recordings.startedAt))
          .limit(maxViewRecordings);
        const usage = await readUsage(orm, organizationId, id);
        const call = await readCall(orm, organizationId, id);
        return {
          ...toSummary(session),
          usage,
          call,
          turns: turns.map((row) => toView(row)),
          recordings: sounds.map(toRecordingView),
          bookings: bookings.map((row) => ({
            booking_id: row.appointmentId,
            service: row.service,
            starts_at: row.startsAt.toISOString(),
            time_zone: row.timeZone,
            name: row.name,
            phone: row.phone,
            status: row.status,
            created_at: row.createdAt.toISOString(),
          })),
        };
      }),
  };
}

function toView(row: typeof conversationTurns.$inferSelect): ConversationView['turns'][number] {
  return {
    ...toTurnView(toRecord(row)),
    annotation: {
      is_correct_intent: row.isCorrectIntent,
      corrected_intent: row.correctedIntent,
      annotation_notes: row.annotationNotes,
    },
  };
}

interface Summary {
  readonly id: string;
  readonly agentId: string;
  readonly channelType: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
  readonly turnCount: number;
}

function toSummary(row: Summary): z.infer<typeof conversationSummarySchema> {
  return {
    conversation_id: conversationIdSchema.parse(row.id),
    agent_id: row.agentId,
    channel_type: row.channelType,
    started_at: row.startedAt.toISOString(),
    ended_at: row.endedAt?.toISOString() ?? null,
    end_reason: row.endReason,
    turn_count: row.turnCount,
  };
}

/** A text that is no id finds nothing, rather than making the database complain. */
function isId(id: string): boolean {
  return z.uuid().safeParse(id).success;
}
