import type { ConversationQuery } from '@parley/contract/conversation-query.ts';
import type { ConversationList, Snippet } from '@parley/contract/conversations.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import { and, desc, eq, gte, lt, lte, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { readCursor, writeCursor } from '../api/cursor.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { sessions } from '../storage/schema/conversations.ts';
import { searchedWords, snippetOf } from './snippet.ts';

export interface SearchRepository {
  /**
   * Conversations of the organization, newest first.
   * @throws WireError `invalid_request` for a cursor that is none of ours, `storage_unavailable`
   */
  find(organizationId: string, query: ConversationQuery): Promise<ConversationList>;
}

export function createSearchRepository(database: Database): SearchRepository {
  return {
    find: (organizationId, query) =>
      database.inReports(organizationId, async (transaction) => {
        const wanted = conditionsOf(organizationId, query);
        // One more than is shown tells whether there is another page.
        const limit = query.limit + 1;
        const rows =
          query.q === undefined
            ? await pageOf(transaction, wanted, limit)
            : await pageOfWords(transaction, query.q, wanted, query, limit);
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        const snippets = query.q === undefined ? undefined : await snippetsOf(transaction, page);
        return {
          conversations: page.map((row) => toHit(row, snippets?.get(row.id) ?? null)),
          next_cursor: rows.length > query.limit && last !== undefined ? writeCursor(last.startedAt, last.id) : null,
        };
      }),
  };
}

const columns = {
  id: sessions.sessionId,
  agentId: sessions.agentId,
  channelType: sessions.channelType,
  startedAt: sessions.startedAt,
  endedAt: sessions.endedAt,
  endReason: sessions.endReason,
  state: sessions.currentState,
  callerId: sessions.callerId,
  score: sessions.userSatisfactionScore,
  // The time of the session names the one partition that holds its turns.
  turnCount: sql<number>`(select count(*)::int from conversation_turns t
    where t.session_id = "sessions"."session_id" and t.session_started_at = "sessions"."started_at")`,
};

/** What a conversation must be like. */
export function conditionsOf(organizationId: string, query: ConversationQuery): SQL | undefined {
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const given = <T>(value: T | undefined, condition: (value: T) => SQL) =>
    value === undefined ? undefined : condition(value);
  return and(
    eq(sessions.organizationId, organizationId),
    given(query.agent_id, (agentId) => eq(sessions.agentId, agentId)),
    given(query.channel_type, (channelType) => eq(sessions.channelType, channelType)),
    given(query.state, (state) => eq(sessions.currentState, state)),
    given(query.from, (from) => gte(sessions.startedAt, new Date(from))),
    given(query.to, (to) => lt(sessions.startedAt, new Date(to))),
    given(query.caller_id, (callerId) => eq(sessions.callerId, callerId)),
    given(query.min_satisfaction, (least) => gte(sessions.userSatisfactionScore, least)),
    given(query.max_satisfaction, (most) => lte(sessions.userSatisfactionScore, most)),
    given(
      query.intent,
      (intent) => sql`${sessions.sessionId} in (select session_id from conversation_turns
        where organization_id = ${organizationId} and detected_intent = ${intent})`,
    ),
    given(
      after,
      ({ at, id }) => sql`(${sessions.startedAt}, ${sessions.sessionId}) < (${at}::timestamptz, ${id}::uuid)`,
    ),
  );
}

export function pageOf(transaction: Transaction, wanted: SQL | undefined, limit: number) {
  return transaction
    .select(columns)
    .from(sessions)
    .where(wanted)
    .orderBy(desc(sessions.startedAt), desc(sessions.sessionId))
    .limit(limit);
}

type Row = Awaited<ReturnType<typeof pageOf>>[number];

/**
 * Month by month from the newest, until the page is full: what is asked for is mostly found in the first, and words that everybody
 * says need no more than that one. A month's turns are named directly, where the wall itself looks for the words (see the migration
 * `search_of_turns`): only so their index serves.
 */
async function pageOfWords(
  transaction: Transaction,
  words: string,
  wanted: SQL | undefined,
  query: ConversationQuery,
  limit: number,
): Promise<Row[]> {
  await transaction.execute(
    sql`select set_config('parley.search', websearch_to_tsquery('simple', parley_fold(${words}))::text, true)`,
  );
  const rows: Row[] = [];
  for (const month of await monthsOf(transaction, query)) {
    rows.push(...(await pageOfMonth(transaction, month, wanted, limit - rows.length)));
    if (rows.length >= limit) break;
  }
  return rows;
}

/** Conversations of a month in which some turn is as `parley.search` says. Made apart so that a test can have it explained. */
export function pageOfMonth(
  transaction: Transaction,
  { name, from, to }: Month,
  wanted: SQL | undefined,
  limit: number,
) {
  const found = sql`${sessions.sessionId} in (select session_id from ${sql.identifier(name)})`;
  return pageOf(transaction, and(wanted, gte(sessions.startedAt, from), lt(sessions.startedAt, to), found), limit);
}

export interface Month {
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
}

/** The partitions in which something of the page can be, newest first. */
async function monthsOf(transaction: Transaction, { cursor, from, to }: ConversationQuery): Promise<Month[]> {
  const { rows } = await transaction.execute(sql`
    select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'conversation_turns'::regclass order by relname desc`);
  const latest = new Date(cursor === undefined ? (to ?? Date.now() + clockSkewMs) : readCursor(cursor).at);
  const earliest = new Date(from ?? 0);
  return z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .flatMap(({ name }) => {
      const [, year, month] = /^conversation_turns_(\d{4})_(\d{2})$/.exec(name) ?? [];
      if (year === undefined || month === undefined) return [];
      const at = [Number(year), Number(month) - 1] as const;
      return [{ name, from: new Date(Date.UTC(...at)), to: new Date(Date.UTC(at[0], at[1] + 1)) }];
    })
    .filter((month) => month.from <= latest && month.to > earliest);
}

/** The database's clock may be ahead of this machine's. */
const clockSkewMs = 60 * 60_000;

/** For each conversation the turn that suits the words best. */
async function snippetsOf(transaction: Transaction, page: readonly Row[]): Promise<ReadonlyMap<string, Snippet>> {
  const byMonth = new Map<string, string[]>();
  for (const { id, startedAt } of page) {
    const name = `conversation_turns_${startedAt.toISOString().slice(0, 7).replace('-', '_')}`;
    byMonth.set(name, [...(byMonth.get(name) ?? []), id]);
  }
  const snippets = new Map<string, Snippet>();
  for (const [name, ids] of byMonth) {
    const { rows } = await transaction.execute(sql`
      select distinct on (session_id) session_id, turn_number, coalesce(user_input_text, '') as user_text,
        coalesce(bot_response_text, '') as bot_text, current_setting('parley.search') as query
      from ${sql.identifier(name)} where session_id in ${ids}
      order by session_id, ts_rank(search, current_setting('parley.search')::tsquery) desc, turn_number`);
    for (const row of foundSchema.parse(rows)) {
      const turn = { turnNumber: row.turn_number, userText: row.user_text, botText: row.bot_text };
      snippets.set(row.session_id, snippetOf(turn, searchedWords(row.query)));
    }
  }
  return snippets;
}

const foundSchema = z.array(
  z.object({
    session_id: z.string(),
    turn_number: z.number(),
    user_text: z.string(),
    bot_text: z.string(),
    query: z.string(),
  }),
);

function toHit(row: Row, snippet: Snippet | null): ConversationList['conversations'][number] {
  return {
    conversation_id: conversationIdSchema.parse(row.id),
    agent_id: row.agentId,
    channel_type: row.channelType,
    started_at: row.startedAt.toISOString(),
    ended_at: row.endedAt?.toISOString() ?? null,
    end_reason: row.endReason,
    turn_count: row.turnCount,
    state: row.state,
    caller_id: row.callerId,
    user_satisfaction_score: row.score,
    snippet,
  };
}
