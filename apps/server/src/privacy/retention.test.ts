import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { applyRetention } from './retention.ts';
import type { RetentionDefaults } from './retention-repository.ts';

const organizationId = defaultOrganizationId;
const keeper = '00000000-0000-4000-8000-00000000000c';
const never = new AbortController().signal;
const keepAll: RetentionDefaults = { transcripts: undefined, events: undefined, contexts: undefined };
const small = { batchSize: 3 };

describe.each(databaseKinds)('what is kept for how long (%s)', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase(kind);
    await test.pool.query(`insert into organizations (organization_id, name) values ($1, 'Keeper')`, [keeper]);
  });
  afterAll(() => test?.close());

  const setting = (of: string, retentionDays: object) =>
    test.pool.query('update organizations set settings = $2 where organization_id = $1', [
      of,
      JSON.stringify({ retention_days: retentionDays }),
    ]);

  const conversation = async (of: string, daysAgo: number, isOver = true) => {
    const id = randomUUID();
    await test.pool.query(`select parley_turn_partition(now() - make_interval(days => $1))`, [daysAgo]);
    await test.pool.query(
      `insert into sessions (session_id, organization_id, channel_type, agent_id, time_zone, language, token_hash, caller_id,
        started_at, ended_at, context)
       values ($1, $2, 'chat', 'a', 'UTC', 'en', 'x', '+1', now() - make_interval(days => $3),
        case when $4 then now() - make_interval(days => $3) + interval '60 s' end, '{"a":1}')`,
      [id, of, daysAgo, isOver],
    );
    await test.pool.query(
      `insert into conversation_turns (organization_id, session_id, session_started_at, turn_number, speaker, cause,
        user_input_text, timestamp, waterfall)
       select $1, session_id, started_at, n, 'user', 'turn', 'hello', now(), '{}' from sessions, generate_series(1, 2) n
       where session_id = $2`,
      [of, id],
    );
    return id;
  };
  const audited = (of: string, daysAgo: number) =>
    test.pool.query(
      `insert into audit_logs (organization_id, actor_kind, actor_id, action, resource_type, at)
       values ($1, 'user', 'user:x', 'users:write', 'user', now() - make_interval(days => $2))`,
      [of, daysAgo],
    );
  const turnsOf = async (id: string) =>
    (await test.pool.query('select 1 from conversation_turns where session_id = $1', [id])).rowCount;
  const lastAudit = async (of: string) =>
    (
      await test.pool.query(
        `select after from audit_logs where organization_id = $1 and action = 'privacy:retention' order by audit_id desc limit 1`,
        [of],
      )
    ).rows[0]?.after;

  beforeEach(async () => {
    await test.pool.query('delete from sessions');
    await test.pool.query('delete from outbox');
    await setting(organizationId, {});
    await setting(keeper, {});
  });

  it('is forgotten after the days of each organization, and its log says how much', async () => {
    await setting(organizationId, { transcripts: 30 });
    const old = await Promise.all(Array.from({ length: 7 }, () => conversation(organizationId, 40)));
    const young = await conversation(organizationId, 20);
    const open = await conversation(organizationId, 40, false);
    const kept = await conversation(keeper, 400);
    for (const [of, id] of [
      [organizationId, old[0]],
      [organizationId, young],
      [keeper, kept],
    ]) {
      await test.pool.query(
        `insert into calls (organization_id, session_id, direction, from_number, to_number, end_detail, status, created_at, ended_at)
         select $1, session_id, 'inbound', '+1', '+2', '404 no +2', 'completed', started_at, ended_at from sessions where session_id = $2`,
        [of, id],
      );
    }
    await applyRetention(test.database, keepAll, never, small);
    const called = await test.pool.query(
      'select session_id as id, from_number as from, end_detail as detail, status from calls',
    );
    expect(new Map(called.rows.map(({ id, from, detail, status }) => [id, [from, detail, status]]))).toEqual(
      new Map([
        [old[0], [null, null, 'completed']],
        [young, ['+1', '404 no +2', 'completed']],
        [kept, ['+1', '404 no +2', 'completed']],
      ]),
    );
    for (const id of old) expect(await turnsOf(id)).toBe(0);
    for (const id of [young, open, kept]) expect(await turnsOf(id)).toBe(2);
    const { rows } = await test.pool.query(
      'select caller_id, context, duration_seconds from sessions where session_id = $1',
      [old[0]],
    );
    expect(rows).toEqual([{ caller_id: null, context: null, duration_seconds: 60 }]);
    expect(await lastAudit(organizationId)).toMatchObject({
      kept_days: { transcripts: 30 },
      forgotten: { transcripts: 7 * 2 + 7 + 1 },
    });
    expect(await lastAudit(keeper)).toBeUndefined();
  });

  it("is the server's to say where an organization says nothing, and null keeps it all the same", async () => {
    await setting(keeper, { transcripts: null, contexts: null, events: null });
    const theirs = await conversation(keeper, 100);
    const ours = await conversation(organizationId, 100);
    await applyRetention(test.database, { transcripts: 50, events: 30, contexts: 10 }, never, small);
    expect(await turnsOf(ours)).toBe(0);
    expect(await turnsOf(theirs)).toBe(2);
  });

  it('is dropped by whole months once nobody keeps any of it', async () => {
    await conversation(organizationId, 400);
    await conversation(keeper, 400);
    const recent = await conversation(keeper, 5);
    const partitions = async () =>
      (await test.pool.query(`select 1 from pg_inherits where inhparent = 'conversation_turns'::regclass`)).rowCount;
    const before = (await partitions()) ?? 0;
    await applyRetention(test.database, { ...keepAll, transcripts: 90 }, never, small);
    expect(await partitions()).toBeLessThan(before);
    expect(await turnsOf(recent)).toBe(2);
  });

  it('of events is what was handed on, and never what still waits', async () => {
    const event = (published: string) =>
      test.pool.query(
        `insert into outbox (organization_id, topic, type, payload, occurred_at, published_at)
         values ($1, 'chat-events', 'turn_completed', '{}', now() - interval '60 days', ${published})`,
        [organizationId],
      );
    for (let at = 0; at < 5; at += 1) await event(`now() - interval '50 days'`);
    await event('null');
    await applyRetention(test.database, { ...keepAll, events: 30 }, never, small);
    const { rows } = await test.pool.query('select published_at from outbox');
    expect(rows).toEqual([{ published_at: null }]);
  });

  it('of the audit log is only what the organization itself says, never under 90 days, and nobody deletes or changes the rest', async () => {
    for (const of of [organizationId, keeper]) for (const days of [10, 80, 100, 300]) await audited(of, days);
    await setting(organizationId, { audit: 30 });
    await applyRetention(test.database, keepAll, never, { batchSize: 1 });
    const ages = async (of: string) =>
      (
        await test.pool.query(
          `select extract(day from now() - at)::int as days from audit_logs
           where organization_id = $1 and action = 'users:write' order by 1`,
          [of],
        )
      ).rows.map(({ days }) => days);
    expect(await ages(organizationId)).toEqual([10, 80]);
    expect(await ages(keeper)).toEqual([10, 80, 100, 300]);

    // Neither the role that the server takes, nor the tables' owner, nor one that sees all organizations.
    const attempts = ["update audit_logs set action = 'x'", 'delete from audit_logs', 'truncate audit_logs'];
    for (const attempt of attempts) {
      await expect(test.pool.query(attempt)).rejects.toThrow();
      await expect(test.database.inOrganization(keeper, (tx) => tx.execute(sql.raw(attempt)))).rejects.toThrow();
      await expect(test.database.acrossOrganizations((tx) => tx.execute(sql.raw(attempt)))).rejects.toThrow();
      await expect(test.database.asOwner((tx) => tx.execute(sql.raw(attempt)))).rejects.toThrow();
    }
    expect(await ages(keeper)).toEqual([10, 80, 100, 300]);
  });
});
