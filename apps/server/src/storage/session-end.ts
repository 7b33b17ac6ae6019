import { and, count, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { appendEvents } from '../events/outbox.ts';
import type { Transaction } from './database.ts';
import { conversationTurns, sessions } from './schema/conversations.ts';

/** How a session ends. */
export interface SessionEnd {
  readonly sessionId: string;
  readonly reason: string;
  /** Undefined: when somebody last did something in it. */
  readonly endedAt: Date | undefined;
  /** 1–5; undefined leaves it as it is. */
  readonly satisfactionScore?: number | undefined;
  /** Further conditions of the row: whoever is fenced off ends nothing. */
  readonly only?: SQL | undefined;
  /** Who ends it, and the version that this makes. */
  readonly writer?: { readonly id: string; readonly version: number } | undefined;
}

export interface EndedSession {
  readonly durationSeconds: number;
  readonly turnCount: number;
  readonly summary: string;
}

/** What an agent that gives the caller to a person does last. */
export const handOffActions: readonly string[] = ['handed_off', 'handoff_requested'];

/**
 * End a session in the transaction, with its figures, a summary, and the event that tells of it. Undefined when there is none that
 * goes on (the first end stands), or the conditions do not hold.
 */
export async function endSession(transaction: Transaction, end: SessionEnd): Promise<EndedSession | undefined> {
  const session = eq(sessions.sessionId, end.sessionId);
  const [taken] = await transaction
    .select({ startedAt: sessions.startedAt })
    .from(sessions)
    .where(and(session, isNull(sessions.endedAt), end.only))
    .for('update');
  if (taken === undefined) return undefined;
  const [figures] = await transaction
    .select({
      turnCount: count(),
      intents: sql<string[] | null>`array_agg(distinct detected_intent) filter (where detected_intent is not null)`,
      actions: sql<string[] | null>`(select array_agg(distinct action->>'name') from conversation_turns t,
        jsonb_array_elements(t.bot_action) action where t.session_id = ${end.sessionId}
        and t.session_started_at = ${taken.startedAt.toISOString()}::timestamptz)`,
    })
    .from(conversationTurns)
    .where(
      and(eq(conversationTurns.sessionId, end.sessionId), eq(conversationTurns.sessionStartedAt, taken.startedAt)),
    );
  const turnCount = figures?.turnCount ?? 0;
  const actions = figures?.actions ?? [];
  const summary = summaryOf(turnCount, figures?.intents ?? [], actions);
  const isContained = !actions.some((name) => handOffActions.includes(name));
  const [ended] = await transaction
    .update(sessions)
    .set({
      endedAt: end.endedAt ?? sql`${sessions.lastActivityAt}`,
      endReason: end.reason,
      currentState: 'ended',
      containmentAchieved: isContained,
      summary,
      ...(end.satisfactionScore !== undefined && { userSatisfactionScore: end.satisfactionScore }),
      ...(end.writer === undefined
        ? { version: sql`${sessions.version} + 1` }
        : { version: end.writer.version, lastWriter: end.writer.id }),
    })
    .where(session)
    .returning();
  if (ended === undefined) return undefined;
  const durationSeconds = ended.durationSeconds ?? 0;
  await appendEvents(transaction, [
    {
      organizationId: ended.organizationId,
      conversationId: end.sessionId,
      topic: ended.channelType === 'voice' ? 'voice-events' : 'chat-events',
      type: 'conversation_ended',
      payload: {
        reason: end.reason,
        agent_id: ended.agentId,
        channel_type: ended.channelType,
        turn_count: turnCount,
        duration_seconds: durationSeconds,
        containment_achieved: isContained,
        nlu_avg_confidence: ended.nluAvgConfidence,
        user_satisfaction_score: ended.userSatisfactionScore,
      },
    },
  ]);
  return { durationSeconds, turnCount, summary };
}

/** Names listed at most: a summary is a line. */
const maxNames = 8;

/** What can be said for certain: how long it was, what was asked for, what was done. */
function summaryOf(turnCount: number, intents: readonly string[], actions: readonly string[]): string {
  const parts = [`${turnCount} ${turnCount === 1 ? 'turn' : 'turns'}.`];
  if (intents.length > 0) parts.push(`Asked for: ${named(intents)}.`);
  if (actions.length > 0) parts.push(`Done: ${named(actions)}.`);
  return parts.join(' ');
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map((name) => name.slice(0, 64).replaceAll('_', ' '));
  return names.length > maxNames ? `${shown.join(', ')} and ${names.length - maxNames} more` : shown.join(', ');
}
