import { and, asc, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { StoredToken } from '../conversations/conversation-token.ts';
import type {
  ConversationStore,
  NewConversation,
  SessionState,
  StoredConversation,
} from '../conversations/stored-conversation.ts';
import { appendEvents } from '../events/outbox.ts';
import { type AuditContext, recordAudit } from '../privacy/audit.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database } from '../storage/database.ts';
import { conversationTurns, sessions } from '../storage/schema/conversations.ts';
import { type EndedSession, endSession } from '../storage/session-end.ts';
import { openMemory } from '../storage/session-memory.ts';
import { toRecord } from '../storage/turn-rows.ts';

/** Sessions as they are stored. Methods throw WireError `storage_unavailable`. */
export interface SessionsRepository extends ConversationStore {
  /** A new token instead of the one before. */
  renewToken(asker: AuditContext, id: string, token: StoredToken): Promise<void>;
  /**
   * End it if it goes on, and keep the rating in either case. Undefined: there is no such conversation in the organization.
   */
  end(
    asker: AuditContext,
    id: string,
    end: { readonly reason: string; readonly satisfactionScore: number | undefined },
  ): Promise<EndedSession | undefined>;
  /** Sessions that go on and in which nothing has happened since then, longest idle first, after the given one. */
  idleSince(since: Date, after: IdleSession | undefined, limit: number): Promise<readonly IdleSession[]>;
  /** End it as abandoned if nothing has happened in it since, and nobody else is at it. */
  expire(session: IdleSession, idleSince: Date): Promise<boolean>;
}

export interface IdleSession {
  readonly id: string;
  readonly organizationId: string;
  readonly lastActivityAt: Date;
}

/** Turns given to a resumed conversation: what a client may send again, and more than an agent looks back. */
const recentTurnCount = 50;

export function createSessionsRepository(database: Database, sealer: Sealer): SessionsRepository {
  return {
    create: (conversation) =>
      database.inOrganization(conversation.organizationId, async (tx) => {
        await tx.insert(sessions).values(toRow(conversation));
        await appendEvents(tx, [
          {
            organizationId: conversation.organizationId,
            conversationId: conversation.id,
            topic: conversation.channelType === 'voice' ? 'voice-events' : 'chat-events',
            type: 'conversation_started',
            payload: {
              agent_id: conversation.agentId,
              channel_type: conversation.channelType,
              language: conversation.language,
              caller_id: conversation.callerId ?? null,
              user_id: conversation.userId ?? null,
            },
          },
        ]);
      }),
    find: async (id) => {
      if (!isId(id)) return undefined;
      // Whoever has a conversation's token says nothing of whose it is.
      const [row] = await database.acrossOrganizations((tx) =>
        tx.select().from(sessions).where(eq(sessions.sessionId, id)),
      );
      return row === undefined ? undefined : toConversation(row);
    },
    load: async (id, cached) => {
      if (!isId(id)) return undefined;
      // One snapshot: memory and turns belong together.
      const loaded = await database.acrossOrganizations(
        async (tx) => {
          const [session] = await tx.select().from(sessions).where(eq(sessions.sessionId, id));
          if (session === undefined || session.version === cached?.version) return { session, rows: [] };
          const rows = await tx
            .select()
            .from(conversationTurns)
            .where(and(eq(conversationTurns.sessionId, id), eq(conversationTurns.sessionStartedAt, session.startedAt)))
            .orderBy(desc(conversationTurns.turnNumber))
            .limit(recentTurnCount);
          return { session, rows };
        },
        { snapshot: true },
      );
      const { session, rows } = loaded;
      if (session === undefined) return undefined;
      const state: SessionState =
        session.version === cached?.version
          ? cached
          : {
              version: session.version,
              memory: await openMemory(sealer, id, session.context),
              expects: session.expects ?? undefined,
              recentTurns: rows.reverse().map(toRecord),
            };
      return { conversation: toConversation(session), state };
    },
    renewToken: (asker, id, token) =>
      database.inOrganization(asker.organizationId, async (tx) => {
        await tx.update(sessions).set(token).where(eq(sessions.sessionId, id));
        await recordAudit(tx, asker, {
          action: 'conversations:write',
          resourceType: 'conversation',
          resourceId: id,
          after: { token_expires_at: token.tokenExpiresAt.toISOString() },
        });
      }),
    end: (asker, id, { reason, satisfactionScore }) =>
      database.inOrganization(asker.organizationId, async (tx) => {
        if (!isId(id)) return undefined;
        const session = eq(sessions.sessionId, id);
        const ended = await endSession(tx, { sessionId: id, reason, satisfactionScore, endedAt: new Date() });
        if (ended === undefined && satisfactionScore !== undefined) {
          await tx.update(sessions).set({ userSatisfactionScore: satisfactionScore }).where(session);
        }
        const [row] = await tx
          .select({
            endReason: sessions.endReason,
            durationSeconds: sessions.durationSeconds,
            summary: sessions.summary,
            userSatisfactionScore: sessions.userSatisfactionScore,
            turnCount: sql<number>`(select count(*)::int from conversation_turns t where t.session_id = "sessions"."session_id")`,
          })
          .from(sessions)
          .where(session);
        if (row === undefined) return undefined;
        await recordAudit(tx, asker, {
          action: 'conversations:write',
          resourceType: 'conversation',
          resourceId: id,
          after: { ended: true, reason: row.endReason, satisfaction_score: row.userSatisfactionScore },
        });
        return { durationSeconds: row.durationSeconds ?? 0, turnCount: row.turnCount, summary: row.summary ?? '' };
      }),
    idleSince: (since, after, limit) =>
      database.acrossOrganizations((tx) =>
        tx
          .select({
            id: sessions.sessionId,
            organizationId: sessions.organizationId,
            lastActivityAt: sessions.lastActivityAt,
          })
          .from(sessions)
          .where(
            and(
              isNull(sessions.endedAt),
              lt(sessions.lastActivityAt, since),
              after === undefined
                ? undefined
                : sql`(${sessions.lastActivityAt}, ${sessions.sessionId}) > (${after.lastActivityAt.toISOString()}::timestamptz, ${after.id}::uuid)`,
            ),
          )
          .orderBy(asc(sessions.lastActivityAt), asc(sessions.sessionId))
          .limit(limit),
      ),
    expire: (session, idleSince) =>
      database.inOrganization(session.organizationId, async (tx) => {
        const [free] = await tx
          .select({ id: sessions.sessionId })
          .from(sessions)
          .where(
            and(eq(sessions.sessionId, session.id), isNull(sessions.endedAt), lt(sessions.lastActivityAt, idleSince)),
          )
          .for('update', { skipLocked: true });
        if (free === undefined) return false;
        const end = { sessionId: session.id, reason: 'abandoned', endedAt: undefined };
        return (await endSession(tx, end)) !== undefined;
      }),
  };
}

type SessionRow = typeof sessions.$inferSelect;

function toRow(conversation: NewConversation): typeof sessions.$inferInsert {
  return {
    sessionId: conversation.id,
    organizationId: conversation.organizationId,
    agentId: conversation.agentId,
    assignedFlowId: conversation.flowId ?? null,
    assignedFlowVersion: conversation.flowVersion ?? null,
    channelType: conversation.channelType,
    callerId: conversation.callerId ?? null,
    userId: conversation.userId ?? null,
    timeZone: conversation.timeZone,
    language: conversation.language,
    tokenHash: conversation.tokenHash,
    tokenExpiresAt: conversation.tokenExpiresAt,
    initialContext: { ...conversation.initialContext },
  };
}

/** Tokens of rows that do not say so live this long from the start. */
const oldTokenLifeMs = 60 * 60_000;

function toConversation(row: SessionRow): StoredConversation {
  return {
    id: row.sessionId,
    organizationId: row.organizationId,
    agentId: row.agentId,
    flowId: row.assignedFlowId ?? undefined,
    flowVersion: row.assignedFlowVersion ?? undefined,
    channelType: row.channelType,
    callerId: row.callerId ?? undefined,
    userId: row.userId ?? undefined,
    timeZone: row.timeZone,
    language: row.language,
    initialContext: row.initialContext,
    tokenHash: row.tokenHash,
    tokenExpiresAt: row.tokenExpiresAt ?? new Date(row.startedAt.getTime() + oldTokenLifeMs),
    startedAt: row.startedAt,
    lastActivityAt: row.lastActivityAt,
    endReason: row.endedAt === null ? undefined : (row.endReason ?? 'completed'),
  };
}

/** A text that is no id finds nothing, rather than making the database complain. */
function isId(id: string): boolean {
  return z.uuid().safeParse(id).success;
}
