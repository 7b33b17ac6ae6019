import { WireError } from '@parley/contract/errors.ts';
import type { Recorder } from '@parley/engine/ports/recorder.ts';
import { and, eq, gt, isNull, ne } from 'drizzle-orm';
import type { Database } from './database.ts';
import { conversationTurns, sessions } from './schema/conversations.ts';
import { toRow } from './turn-rows.ts';

/**
 * The engine's recorder over PostgreSQL.
 *
 * Of two writes of one conversation the later one stands, even when the earlier one was given up and is still on its way: the
 * signal is looked at before the commit is sent, and whoever had sent it by then holds the session's row, which the later
 * write waits for.
 * Its methods see one organization, and throw WireError `storage_unavailable` and `conversation_not_found`.
 */
export function createRecorder(database: Database, organizationId: string): Recorder {
  return {
    recordTurn: (turn, signal) =>
      database.inOrganization(organizationId, async (tx) => {
        signal?.throwIfAborted();
        const session = eq(sessions.sessionId, turn.conversationId);
        // The session's row is taken first: writers of one conversation, wherever they run, go one after another.
        const [touched] = await tx
          .update(sessions)
          .set({ lastActivityAt: new Date(), currentState: 'active' })
          .where(and(session, isNull(sessions.endedAt)))
          .returning({ startedAt: sessions.startedAt });
        // A turn may be completed (what was heard) after the end; the session must only exist.
        const [owner] =
          touched === undefined
            ? await tx.select({ startedAt: sessions.startedAt }).from(sessions).where(session).for('update')
            : [touched];
        if (owner === undefined) throw new WireError('conversation_not_found');
        const sameSession = eq(conversationTurns.sessionId, turn.conversationId);
        const messageId = turn.caller?.messageId;
        if (messageId !== undefined) {
          const [already] = await tx
            .select({ turnNumber: conversationTurns.turnNumber })
            .from(conversationTurns)
            .where(
              and(
                sameSession,
                eq(conversationTurns.messageId, messageId),
                ne(conversationTurns.turnNumber, turn.turnNumber),
              ),
            );
          // The message was answered by another turn, which stands.
          if (already !== undefined) return;
        }
        const row = toRow(turn, { organizationId, sessionStartedAt: owner.startedAt });
        const { sessionId: _session, turnNumber: _number, ...columns } = row;
        await tx
          .insert(conversationTurns)
          .values(row)
          .onConflictDoUpdate({
            target: [conversationTurns.sessionId, conversationTurns.turnNumber, conversationTurns.sessionStartedAt],
            set: columns,
          });
        if (turn.memory === undefined) return signal?.throwIfAborted();
        // What was heard of an earlier turn may be stored after a later turn: the later one's memory stands.
        const [later] = await tx
          .select({ turnNumber: conversationTurns.turnNumber })
          .from(conversationTurns)
          .where(and(sameSession, gt(conversationTurns.turnNumber, turn.turnNumber)))
          .limit(1);
        if (later !== undefined) return signal?.throwIfAborted();
        await tx
          .update(sessions)
          .set({ context: { ...turn.memory }, expects: turn.expects ?? null })
          .where(session);
        signal?.throwIfAborted();
      }),
    recordEnd: (conversationId, reason, endedAtEpochMs, signal) =>
      database.inOrganization(organizationId, async (tx) => {
        signal?.throwIfAborted();
        // The first end stands, whichever of its tries lands.
        await tx
          .update(sessions)
          .set({ endedAt: new Date(endedAtEpochMs), endReason: reason, currentState: 'ended' })
          .where(and(eq(sessions.sessionId, conversationId), isNull(sessions.endedAt)));
      }),
  };
}
