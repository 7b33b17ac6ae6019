import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { migrateUpTo } from '../testing/old-migrations.ts';
import { createTestSessions } from '../testing/sessions.ts';
import { migrateDatabase } from './migrate.ts';
import { defaultOrganizationId } from './schema/organizations.ts';
import { dropTurnPartitionsBefore, makeTurnPartitions } from './turn-partitions.ts';

describe.each(databaseKinds)('turns from before there were months of them (%s)', (kind) => {
  let old: TestDatabase;
  /** Sessions of several months, with the numbers of their turns. */
  const sessions = new Map<string, { readonly startedAt: string; readonly turnCount: number }>();

  beforeAll(async () => {
    old = await openTestDatabase(kind, { isMigrated: false });
    await migrateUpTo(old.pool, 2);
    await old.pool.query(`insert into organizations (organization_id, name) values ($1, 'Default')`, [
      defaultOrganizationId,
    ]);
    const starts = [
      '2025-11-30T23:59:59.999Z',
      '2025-12-01T00:00:00Z',
      '2026-03-15T12:00:00Z',
      new Date().toISOString(),
    ];
    for (const [at, startedAt] of starts.entries()) {
      const id = randomUUID();
      sessions.set(id, { startedAt, turnCount: at + 2 });
      await old.pool.query(
        `insert into sessions (session_id, channel_type, agent_id, time_zone, language, token_hash, started_at, context)
         values ($1, 'chat', 'receptionist', 'Europe/London', 'vi', 'x', $2, '{"step":"time"}')`,
        [id, startedAt],
      );
      for (let number = 1; number <= at + 2; number += 1) {
        await old.pool.query(
          `insert into conversation_turns (session_id, turn_number, speaker, cause, user_input_text, message_id, modality,
             asr_confidence, bot_response_text, heard_text, tone, timestamp, waterfall, extracted_entities)
           values ($1, $2, 'user', 'turn', 'Đặt bàn lúc bảy giờ', $3, 'text', 1, 'Vâng ạ', 'Vâng', 'warm',
             $4::timestamptz + interval '40 days', '{"agentMs":3}', '[{"type":"time","text":"bảy giờ","value":"19:00"}]')`,
          [id, number, `m${number}`, startedAt],
        );
      }
    }
    await migrateDatabase(old.connection);
  }, 60_000);

  afterAll(() => old?.close());

  it('are all there, as they were, each in the month in which its conversation began', async () => {
    const { sessions: stored } = createTestSessions(old.database);
    for (const [id, { turnCount }] of sessions) {
      const state = (await stored.load(id, undefined))?.state;
      expect(state?.memory).toEqual({ step: 'time' });
      expect(state?.recentTurns.map(({ turnNumber, caller, reply }) => [turnNumber, caller, reply])).toEqual(
        Array.from({ length: turnCount }, (_, at) => [
          at + 1,
          expect.objectContaining({ text: 'Đặt bàn lúc bảy giờ', messageId: `m${at + 1}` }),
          expect.objectContaining({ text: 'Vâng ạ', heardText: 'Vâng', tone: 'warm' }),
        ]),
      );
    }
    const { rows } = await old.pool.query(
      'select distinct tableoid::regclass::text as part, session_started_at as at from conversation_turns order by 2',
    );
    expect(partsSchema.parse(rows).map(({ part }) => part)).toEqual(
      [...sessions.values()].map(({ startedAt }) => `conversation_turns_${startedAt.slice(0, 7).replace('-', '_')}`),
    );
  });

  it('are found by their words, typed with marks or without', async () => {
    const { rows } = await old.pool.query(
      `select count(*)::int as n from conversation_turns where search @@ websearch_to_tsquery('simple', parley_fold('dat ban'))`,
    );
    expect(rows).toEqual([{ n: 2 + 3 + 4 + 5 }]);
  });

  it('go on with numbers of their own', async () => {
    const { rows } = await old.pool.query(
      'select count(distinct turn_id)::int as n, max(turn_id)::int as top from conversation_turns',
    );
    const [{ n, top }] = z.tuple([z.object({ n: z.number(), top: z.number() })]).parse(rows);
    expect(n).toBe(14);
    const { rows: next } = await old.pool.query(
      `select nextval(pg_get_serial_sequence('conversation_turns', 'turn_id'))::int as id`,
    );
    expect(next).toEqual([{ id: top + 1 }]);
  });

  it('are forgotten by whole months that have ended, and no others', async () => {
    const before = await partsOf(old.pool);
    // In the middle of a month: it has not ended by then.
    expect(await dropTurnPartitionsBefore(old.database, Date.parse('2026-03-20T00:00:00Z'))).toEqual([
      '2025-11',
      '2025-12',
      '2026-01',
      '2026-02',
    ]);
    expect(await partsOf(old.pool)).toEqual(before.slice(4));
    const { rows } = await old.pool.query('select count(*)::int as n from conversation_turns');
    expect(rows).toEqual([{ n: 4 + 5 }]);
  });
});

describe.each(databaseKinds)('the months of turns (%s)', (kind) => {
  let opened: TestDatabase;

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
  }, 60_000);

  afterAll(() => opened?.close());

  it('are there three ahead, and made again when they are missing, by several servers at once', async () => {
    const now = new Date();
    const expected = Array.from(
      { length: 4 },
      (_, ahead) =>
        `conversation_turns_${new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead)).toISOString().slice(0, 7).replace('-', '_')}`,
    );
    expect(await partsOf(opened.pool)).toEqual(expected);
    await opened.pool.query(`drop table ${expected[2]}, ${expected[3]}`);
    await Promise.all(Array.from({ length: 5 }, () => makeTurnPartitions(opened.database)));
    expect(await partsOf(opened.pool)).toEqual(expected);
  });

  it('are not waited for long when somebody holds the table: callers come first', async () => {
    const holder = await opened.pool.connect();
    try {
      await holder.query('begin');
      await holder.query('select 1 from conversation_turns');
      await expect(dropTurnPartitionsBefore(opened.database, Date.now() + 400 * 24 * 3_600_000)).rejects.toMatchObject({
        code: '55P03',
      });
    } finally {
      await holder.query('rollback');
      holder.release();
    }
  });
});

const partsSchema = z.array(z.object({ part: z.string() }));

async function partsOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query(
    `select inhrelid::regclass::text as part from pg_inherits where inhparent = 'conversation_turns'::regclass order by 1`,
  );
  return partsSchema.parse(rows).map(({ part }) => part);
}
