import { randomUUID } from 'node:crypto';
import { type ConversationQuery, conversationQuerySchema } from '@parley/contract/conversation-query.ts';
import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Transaction } from '../storage/database.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import {
  conditionsOf,
  createSearchRepository,
  pageOf,
  pageOfMonth,
  type SearchRepository,
} from './search-repository.ts';

const mine = '10000000-0000-4000-8000-000000000001';
const other = '10000000-0000-4000-8000-000000000002';
const turnCount = 50_000;
const turnsPerConversation = 10;

describe.each(databaseKinds)(`searching among ${turnCount} turns (%s)`, (kind) => {
  let opened: TestDatabase;
  let search: SearchRepository;

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    search = createSearchRepository(opened.database);
    await opened.pool.query(`insert into organizations (organization_id, name) values ($1, 'Mine'), ($2, 'Other')`, [
      mine,
      other,
    ]);
    await fill(opened);
  }, 120_000);

  afterAll(() => opened?.close());

  const find = (query: Record<string, unknown>, organizationId = mine) =>
    search.find(organizationId, conversationQuerySchema.parse(query));
  const callersOf = async (query: Record<string, unknown>, organizationId = mine) =>
    (await find({ limit: '100', ...query }, organizationId)).conversations.map((one) => one.caller_id);

  it('finds Vietnamese typed without marks, and unmarked text by marked words', async () => {
    expect(await callersOf({ q: 'dat ban' })).toEqual(['vietnamese']);
    expect(await callersOf({ q: 'ĐẶT BÀN' })).toEqual(['vietnamese']);
    expect(await callersOf({ q: 'đặt phòng' })).toEqual(['unmarked']);
  });

  it('shows the piece in which it was found, and where in it', async () => {
    const [hit] = (await find({ q: 'dat ban' })).conversations;
    expect(hit?.snippet).toEqual({
      turn_number: 2,
      speaker: 'user',
      text: 'Tôi muốn Đặt bàn',
      highlights: [
        { start: 9, end: 12 },
        { start: 13, end: 16 },
      ],
    });
    expect((await find({ caller_id: 'vietnamese' })).conversations[0]?.snippet).toBeNull();
  });

  it('takes words in any order, phrases, alternatives and exclusions', async () => {
    expect(await callersOf({ q: 'umbrella lost' })).toEqual(['phrase']);
    expect(await callersOf({ q: '"umbrella lost"' })).toEqual([]);
    expect(await callersOf({ q: '"lost umbrella"' })).toEqual(['phrase']);
    expect((await callersOf({ q: 'umbrella or "dat ban"' })).toSorted()).toEqual(['phrase', 'vietnamese']);
    expect(await callersOf({ q: 'umbrella -lost' })).toEqual([]);
  });

  it('finds nothing, rather than failing, for what holds no word and for what looks like a query language', async () => {
    for (const q of ['?!', '""', "' & | ! <-> ( :*", '\\', '%', 'x\u0000y'.replace('\u0000', ' ')]) {
      expect((await find({ q })).conversations, q).toEqual([]);
    }
  });

  it('finds what was said in the months before, too', async () => {
    expect(await callersOf({ q: 'heirloom' })).toEqual(['new heirloom', 'old heirloom']);
    expect(await callersOf({ q: 'heirloom', to: monthsAgo(1) })).toEqual(['old heirloom']);
    expect(await callersOf({ q: 'heirloom', from: monthsAgo(1) })).toEqual(['new heirloom']);
  });

  it('finds nothing of another organization', async () => {
    expect(await callersOf({ q: 'dat ban' }, other)).toEqual([]);
    expect(await callersOf({ q: 'secret of the other' })).toEqual([]);
    expect(await callersOf({ q: 'secret of the other' }, other)).toEqual(['the other']);
  });

  it('narrows by each filter, and by all of them', async () => {
    expect(await callersOf({ caller_id: 'phrase' })).toEqual(['phrase']);
    expect(await callersOf({ agent_id: 'hotel' })).toEqual(['phrase']);
    expect(await callersOf({ channel_type: 'voice' })).toEqual(['vietnamese']);
    expect(await callersOf({ state: 'ended' })).toEqual(['unmarked']);
    expect(await callersOf({ intent: 'find_umbrella' })).toEqual(['phrase']);
    expect(await callersOf({ min_satisfaction: '4' })).toEqual(['vietnamese']);
    expect(await callersOf({ max_satisfaction: '2' })).toEqual(['unmarked']);
    expect(await callersOf({ q: 'umbrella', agent_id: 'hotel', intent: 'find_umbrella', from: monthsAgo(1) })).toEqual([
      'phrase',
    ]);
    expect(await callersOf({ q: 'umbrella', agent_id: 'receptionist' })).toEqual([]);
  });

  it('turns the pages of words that everybody says: each conversation once, newest first', async () => {
    await expectPages({ q: 'haircut', limit: '100', from: monthsAgo(1), agent_id: 'receptionist' }, 1000);
  });

  it('keeps its pages while conversations begin', async () => {
    const first = await find({ limit: '50' });
    await opened.pool.query(sessionSql, [randomUUID(), mine, new Date(), 'just now', 'late', 'chat', 'new', null]);
    const second = await find({ limit: '50', cursor: first.next_cursor });
    const seen = [...first.conversations, ...second.conversations].map((one) => one.conversation_id);
    expect(new Set(seen).size).toBe(100);
    expect(second.conversations.map((one) => one.caller_id)).not.toContain('just now');
  });

  it('refuses a cursor that is none of its own', async () => {
    await expect(find({ cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('looks words up in the index of the month, behind the wall', async () => {
    const plan = await explained((transaction) =>
      pageOfMonth(transaction, thisMonth(), conditionsOf(mine, conversationQuerySchema.parse({})), 21),
    );
    expect(plan).toMatch(/Bitmap Index Scan on conversation_turns_\d{4}_\d{2}_search_idx/);
    expect(plan).not.toMatch(readsAll);
  });

  it.each([
    ['the newest', {}, /Index (Only )?Scan using sessions_newest/],
    ['one caller', { caller_id: 'phrase' }, /Index (Only )?Scan (using|on) sessions_caller/],
    [
      'a rare intent',
      { intent: 'find_umbrella' },
      /Scan (using|on) conversation_turns_\d{4}_\d{2}_organization_id_detected_intent/,
    ],
  ])('looks up %s in an index, behind the wall', async (_what, query: Partial<ConversationQuery>, index) => {
    const wanted = conditionsOf(mine, { ...conversationQuerySchema.parse({}), ...query });
    const plan = await explained((transaction) => pageOf(transaction, wanted, 21));
    expect(plan).toMatch(index);
    expect(plan).not.toMatch(readsAll);
  });

  async function expectPages(query: Record<string, unknown>, expected: number): Promise<void> {
    const seen: string[] = [];
    const times: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await find({ ...query, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.conversations.map((one) => one.conversation_id));
      times.push(...page.conversations.map((one) => one.started_at));
      cursor = page.next_cursor;
    } while (cursor !== null && seen.length < expected);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(expected);
    expect(times).toEqual(times.toSorted().toReversed());
  }

  /** The plan of a statement that looks for a rare word, as the server has it made. */
  function explained(query: (transaction: Transaction) => { getSQL(): SQL }): Promise<string> {
    return opened.database.inReports(mine, async (transaction) => {
      await transaction.execute(sql`select set_config('parley.search', '''umbrella''', true)`);
      const { rows } = await transaction.execute(sql`explain ${query(transaction).getSQL()}`);
      return z
        .array(z.object({ 'QUERY PLAN': z.string() }))
        .parse(rows)
        .map((row) => row['QUERY PLAN'])
        .join('\n');
    });
  }
});

/** Months to come are empty, and reading all of nothing costs nothing. */
const readsAll = /Seq Scan on (sessions|conversation_turns).*cost=0\.00\.\.(?!0\.00 )/;

const sessionSql = `insert into sessions (session_id, organization_id, started_at, caller_id, agent_id, channel_type,
    current_state, user_satisfaction_score, time_zone, language, token_hash)
  values ($1, $2, $3, $4, $5, $6, $7, $8, 'UTC', 'en-US', 'x')`;

/** Conversations of the last three months, those of today among them, nearly all of one organization; and a few to be found. */
async function fill({ pool }: TestDatabase): Promise<void> {
  await pool.query(
    `select parley_turn_partition(month) from generate_series(
       date_trunc('month', now(), 'UTC') - interval '3 months', now(), interval '1 month') as month`,
  );
  await pool.query(
    `insert into sessions (session_id, organization_id, started_at, agent_id, channel_type, time_zone, language, token_hash, current_state)
     select gen_random_uuid(), case when n % 10 = 0 then $1::uuid else $2::uuid end,
       date_trunc('milliseconds', now() - n * interval '25 minutes'), 'receptionist', 'chat', 'UTC', 'en-US', 'x', 'active'
     from generate_series(1, $3::integer) as n`,
    [other, mine, turnCount / turnsPerConversation],
  );
  await pool.query(
    `insert into conversation_turns (organization_id, session_id, session_started_at, turn_number, speaker, cause, user_input_text,
       bot_response_text, detected_intent, intent_confidence, timestamp, waterfall)
     select organization_id, session_id, started_at, n, 'user', 'turn',
       case n when 1 then 'I would like a haircut please' else 'word' || (abs(hashtext(session_id::text || n)) % 5000) || ' and more of it' end,
       'What time suits you, answer ' || n, 'book', 0.9, started_at, '{}'
     from sessions, generate_series(1, $1::integer) as n`,
    [turnsPerConversation],
  );
  const wanted = [
    ['vietnamese', mine, 0, 'Tôi muốn Đặt bàn', 'receptionist', 'voice', 'active', 5],
    ['unmarked', mine, 0, 'toi muon dat phong', 'receptionist', 'chat', 'ended', 1],
    ['phrase', mine, 0, 'I lost umbrella number two', 'hotel', 'chat', 'active', 3],
    ['new heirloom', mine, 0, 'An heirloom', 'receptionist', 'chat', 'active', null],
    ['old heirloom', mine, 2, 'The heirloom of before', 'receptionist', 'chat', 'active', null],
    ['the other', other, 0, 'A secret of the other one', 'receptionist', 'chat', 'active', null],
  ] as const;
  for (const [callerId, organizationId, ago, text, agentId, channelType, state, score] of wanted) {
    const id = randomUUID();
    const startedAt = new Date(monthsAgo(ago));
    await pool.query(sessionSql, [id, organizationId, startedAt, callerId, agentId, channelType, state, score]);
    await pool.query(
      `insert into conversation_turns (organization_id, session_id, session_started_at, turn_number, speaker, cause,
         user_input_text, bot_response_text, detected_intent, timestamp, waterfall)
       values ($1, $2, $3, 1, 'bot', 'greeting', null, 'Good morning', null, $3, '{}'),
              ($1, $2, $3, 2, 'user', 'turn', $4, 'Of course', $5, $3, '{}')`,
      [organizationId, id, startedAt, text, callerId === 'phrase' ? 'find_umbrella' : 'book'],
    );
  }
  // As it is done by itself: statistics, and what waits to be put into the indexes of words.
  await pool.query('vacuum analyze');
}

/** A moment in the month so many before this one; for this one, now. */
function monthsAgo(months: number): string {
  const now = new Date();
  if (months === 0) return now.toISOString();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 15)).toISOString();
}

function thisMonth() {
  const now = new Date();
  const name = `conversation_turns_${now.toISOString().slice(0, 7).replace('-', '_')}`;
  const at = (ahead: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead));
  return { name, from: at(0), to: at(1) };
}
