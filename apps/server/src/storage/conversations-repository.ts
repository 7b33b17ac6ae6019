import { toTurnView } from '@parley/channels/app-messages/to-turn-view.ts';
import type { ConversationList, ConversationView } from '@parley/contract/conversations.ts';
import { WireError } from '@parley/contract/errors.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import type { HistoryLine } from '@parley/engine/ports/agent.ts';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import { and, asc, desc, eq, inArray, isNull, lt, notInArray, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { ConversationStore, StoredConversation } from '../conversations/conversation-host.ts';
import type { Database } from './database.ts';
import { appointmentChanges, appointments } from './schema/appointments.ts';
import { conversationTurns, sessions } from './schema/conversations.ts';
import { toRecord } from './turn-rows.ts';

/** Conversations as they are stored. Methods throw WireError `storage_unavailable`. */
export interface ConversationsRepository extends ConversationStore {
  findTurnByMessageId(organizationId: string, id: string, messageId: string): Promise<TurnRecord | undefined>;
  /** Newest first. @throws WireError `invalid_request` for a cursor that is none of ours */
  list(organizationId: string, cursor: string | undefined, limit: number): Promise<ConversationList>;
  view(organizationId: string, id: string): Promise<ConversationView | undefined>;
  /**
   * End what nobody has touched since the time as `abandoned`; resolves to how many. Those that are live end by themselves:
   * somebody may have come back to an old one and not said anything yet.
   */
  endStale(idleSinceEpochMs: number, liveIds: readonly string[]): Promise<number>;
}

/** Turns given to a resumed conversation: what a client may send again, and more than an agent looks back. */
const recentTurnCount = 50;
/** Rows a page at most. */
const maxPage = 100;
/** Turns of one view: far more than a conversation of the longest allowed duration has. */
const maxViewTurns = 2000;
/** Appointments of one view: far more than anybody makes in one conversation. */
const maxViewBookings = 200;

export function createConversationsRepository(database: Database): ConversationsRepository {
  const summary = {
    id: sessions.sessionId,
    agentId: sessions.agentId,
    channelType: sessions.channelType,
    startedAt: sessions.startedAt,
    endedAt: sessions.endedAt,
    endReason: sessions.endReason,
    turnCount: sql<number>`(select count(*)::int from conversation_turns t where t.session_id = "sessions"."session_id")`,
  };
  return {
    create: (conversation) =>
      database.inOrganization(conversation.organizationId, async (orm) => {
        await orm.insert(sessions).values({
          sessionId: conversation.id,
          organizationId: conversation.organizationId,
          agentId: conversation.agentId,
          channelType: conversation.openedBy,
          timeZone: conversation.timeZone,
          language: conversation.language,
          tokenHash: conversation.tokenHash,
        });
      }),
    find: async (id): Promise<StoredConversation | undefined> => {
      if (!isId(id)) return undefined;
      // Whoever has a conversation's token says nothing of whose it is. One snapshot: memory and turns belong together.
      return database.acrossOrganizations(
        async (orm) => {
          const [session] = await orm.select().from(sessions).where(eq(sessions.sessionId, id));
          if (session === undefined) return undefined;
          const rows = await orm
            .select()
            .from(conversationTurns)
            .where(and(eq(conversationTurns.sessionId, id), eq(conversationTurns.sessionStartedAt, session.startedAt)))
            .orderBy(desc(conversationTurns.turnNumber))
            .limit(recentTurnCount);
          const recentTurns = rows.reverse().map(toRecord);
          return {
            id,
            organizationId: session.organizationId,
            agentId: session.agentId,
            openedBy: session.channelType === 'voice' ? 'voice' : 'chat',
            timeZone: session.timeZone,
            tokenHash: session.tokenHash,
            ended: session.endedAt !== null,
            resumption: {
              memory: session.context ?? undefined,
              expects: session.expects ?? undefined,
              history: recentTurns.flatMap(historyOf),
              lastTurnNumber: recentTurns.at(-1)?.turnNumber ?? 0,
            },
            recentTurns,
          };
        },
        { snapshot: true },
      );
    },
    findTurnByMessageId: (organizationId, id, messageId) =>
      database.inOrganization(organizationId, async (orm) => {
        if (!isId(id)) return undefined;
        const [row] = await orm
          .select()
          .from(conversationTurns)
          .where(and(eq(conversationTurns.sessionId, id), eq(conversationTurns.messageId, messageId)));
        return row === undefined ? undefined : toRecord(row);
      }),
    list: (organizationId, cursor, limit) =>
      database.inOrganization(organizationId, async (orm) => {
        const size = Math.min(Math.max(1, Math.trunc(limit)), maxPage);
        const after = cursor === undefined ? undefined : readCursor(cursor);
        const rows = await orm
          .select(summary)
          .from(sessions)
          .where(
            and(
              eq(sessions.organizationId, organizationId),
              after === undefined
                ? undefined
                : sql`(${sessions.startedAt}, ${sessions.sessionId}) < (${after.startedAt}::timestamptz, ${after.id}::uuid)`,
            ),
          )
          .orderBy(desc(sessions.startedAt), desc(sessions.sessionId))
          .limit(size + 1);
        const page = rows.slice(0, size);
        const last = page.at(-1);
        return {
          conversations: page.map(toSummary),
          next_cursor: rows.length > size && last !== undefined ? writeCursor(last.startedAt, last.id) : null,
        };
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
        return {
          ...toSummary(session),
          turns: turns.map((row) => toTurnView(toRecord(row))),
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
    endStale: (idleSinceEpochMs, liveIds) =>
      database.acrossOrganizations(async (orm) => {
        const ended = await orm
          .update(sessions)
          .set({ endedAt: sql`${sessions.lastActivityAt}`, endReason: 'abandoned', currentState: 'ended' })
          .where(
            and(
              isNull(sessions.endedAt),
              lt(sessions.lastActivityAt, new Date(idleSinceEpochMs)),
              notInArray(sessions.sessionId, [...liveIds]),
            ),
          )
          .returning({ id: sessions.sessionId });
        return ended.length;
      }),
  };
}

/** What was said by the caller and what was heard of the agent; what was still being spoken when the process died counts whole. */
function historyOf({ caller, reply }: TurnRecord): HistoryLine[] {
  const lines: HistoryLine[] = [];
  if (caller !== undefined && caller.text !== '') lines.push({ speaker: 'caller', text: caller.text });
  const heard = reply?.heardText ?? reply?.text ?? '';
  if (heard !== '') lines.push({ speaker: 'agent', text: heard });
  return lines;
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

function toSummary(row: Summary): ConversationList['conversations'][number] {
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

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);

function writeCursor(startedAt: Date, id: string): string {
  return Buffer.from(JSON.stringify([startedAt.toISOString(), id])).toString('base64url');
}

function readCursor(cursor: string): { startedAt: string; id: string } {
  try {
    const [startedAt, id] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { startedAt, id };
  } catch {
    throw new WireError('invalid_request', { cursor: 'Pass back the next_cursor of the page before, unchanged.' });
  }
}
