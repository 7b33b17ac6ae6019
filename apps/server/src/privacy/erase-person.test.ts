import { randomUUID } from 'node:crypto';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appendEvents } from '../events/outbox.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSessions } from '../testing/sessions.ts';
import { recordAudit } from './audit.ts';
import { erasePerson } from './erase-person.ts';
import { exportPerson } from './export-person.ts';
import { parsePerson } from './person.ts';
import { createRedactor } from './redact.ts';
import { redactionPolicyOf } from './redaction-policy.ts';

const organizationId = defaultOrganizationId;
const other = '00000000-0000-4000-8000-00000000000b';
const never = new AbortController().signal;
const exports = createRedactor(redactionPolicyOf({}, 'exports'));

/** Everything by which Zebulon is known, in all the ways in which it was written down. */
const zebulon = ['zebulon', 'quist', '0903 123 456', '0903123456', '903123456', '84903123456', 'zq@quist.example'];

describe.each(databaseKinds)('what is stored of a person (%s)', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase(kind);
    await test.pool.query(`insert into organizations (organization_id, name) values ($1, 'Other')`, [other]);
  });
  afterAll(() => test?.close());

  const session = async (of: string, callerId: string | null, said: readonly string[], entities: unknown[] = []) => {
    const id = randomUUID();
    await test.pool.query(
      `insert into sessions (session_id, organization_id, channel_type, agent_id, time_zone, language, token_hash, caller_id,
        started_at, ended_at, context, initial_context, summary)
       values ($1, $2, 'chat', 'receptionist', 'UTC', 'en', 'x', $3, now() - interval '90 seconds', now(), '{"step":1}',
        jsonb_build_object('name', $4::text), $4)`,
      [id, of, callerId, said[0]],
    );
    for (const [at, text] of said.entries()) {
      await test.pool.query(
        `insert into conversation_turns (organization_id, session_id, session_started_at, turn_number, speaker, cause,
          user_input_text, message_id, bot_response_text, heard_text, extracted_entities, detected_intent, timestamp, waterfall)
         select $1, $2, started_at, $3, 'user', 'turn', $4, $5, $6, $6, $7, 'book', now(), '{}' from sessions where session_id = $2`,
        [of, id, at + 1, text, randomUUID(), `You said: ${text}`, JSON.stringify(entities)],
      );
    }
    return id;
  };

  let ids: Record<'called' | 'mentioned' | 'understood' | 'booked' | 'stranger' | 'foreign', string>;
  beforeEach(async () => {
    for (const table of ['sessions', 'outbox', 'webhooks', 'users', 'people', 'recordings']) {
      await test.pool.query(`delete from ${table}`);
    }
    ids = {
      called: await session(organizationId, '+84903123456', ['I am Zebulon Quist', 'a room please']),
      mentioned: await session(organizationId, null, ['hello', 'call 0903 123 456']),
      understood: await session(
        organizationId,
        null,
        ['không chín không ba'],
        [{ type: 'phone', text: 'không chín không ba', value: '+84903123456' }],
      ),
      booked: await session(organizationId, null, ['A haircut for Quist']),
      stranger: await session(organizationId, '+14155550123', ['I am Ottoline']),
      foreign: await session(other, '+84903123456', ['Zebulon here']),
    };
    await test.pool.query(
      `insert into appointments (organization_id, session_id, service, chair_id, starts_at, ends_at, time_zone, name, phone)
       values ($1, $2, 'haircut', $3, now() + interval '1 day', now() + interval '25 hours', 'UTC', 'Zebulon Quist', '0903123456')`,
      [organizationId, ids.booked, randomUUID()],
    );
    await test.pool.query(
      `insert into recordings (organization_id, session_id, url, status, started_at, sample_rate_hz, sealed_key, duration_ms)
       values ($1, $2, 'disk:x', 'complete', now(), 8000, 'p1.key', 90000)`,
      [organizationId, ids.called],
    );
    await test.pool.query(
      `insert into calls (organization_id, session_id, direction, from_number, to_number, provider_call_id, status, transfers)
       values ($1, $2, 'inbound', '+84903123456', '+35315550100', 'CA1', 'completed', '[]'),
         ($1, $3, 'inbound', '+14155550123', '+35315550100', 'CA2', 'completed',
           '[{"at":"2026-01-01T00:00:00Z","kind":"warm","target":"+84903123456","outcome":"busy"}]')`,
      [organizationId, ids.called, ids.stranger],
    );
    const { rows } = await test.pool.query(
      `insert into users (organization_id, email, name, role, status) values
        ($1, 'zq@quist.example', 'Zebulon Quist', 'admin', 'active'), ($1, 'boss@example.com', 'Boss', 'admin', 'active')
       returning user_id`,
      [organizationId],
    );
    const webhook = await test.pool.query(
      `insert into webhooks (organization_id, url, sealed_secret) values ($1, 'https://example.com', 'p1.x') returning webhook_id`,
      [organizationId],
    );
    await test.pool.query(
      `insert into webhook_deliveries (organization_id, webhook_id, event_id, event_type, payload, position)
       values ($1, $2, gen_random_uuid(), 'turn_completed', '{"text":"Zebulon at 0903 123 456"}', 1)`,
      [organizationId, webhook.rows[0].webhook_id],
    );
    await test.database.inOrganization(organizationId, async (tx) => {
      await appendEvents(tx, [
        {
          organizationId,
          conversationId: ids.called,
          topic: 'chat-events',
          type: 'turn_completed',
          payload: { user: { text: 'I, Zebulon', confidence: 1 } },
        },
      ]);
      await recordAudit(
        tx,
        { actor: { kind: 'user', userId: rows[0].user_id }, organizationId, clientAddress: '127.0.0.1', traceId: 't' },
        {
          action: 'calls:write',
          resourceType: 'call',
          resourceId: randomUUID(),
          after: { from: '+35315550100', to: '+84903123456', conversation_id: ids.called },
        },
      );
      await recordAudit(
        tx,
        { actor: { kind: 'user', userId: rows[0].user_id }, organizationId, clientAddress: '127.0.0.1', traceId: 't' },
        {
          action: 'users:write',
          resourceType: 'user',
          resourceId: 'zq@quist.example',
          before: { email: 'zq@quist.example', name: 'Zebulon Quist', role: 'viewer' },
          after: { email: 'zq@quist.example', role: 'admin', note: 'call 0903 123 456', password: 'hunter2-planted' },
        },
      );
    });
  });

  /** Rows of the organization, in any table, in which one of the words stands: as a dump of the database would show it. */
  const grep = async (of: string, words: readonly string[]) => {
    const { rows: tables } = await test.pool.query(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
       where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = current_schema()::regnamespace`,
    );
    expect(tables.length).toBeGreaterThan(20);
    const found: string[] = [];
    for (const { name } of tables) {
      const { rows } = await test.pool.query(
        `select row_to_json(t)::text as row from "${name}" t where organization_id = $1`,
        [of],
      );
      for (const { row } of rows) {
        for (const word of words) if (row.toLowerCase().includes(word)) found.push(`${name}: ${word}`);
      }
    }
    return found;
  };

  const eraseAll = async () => [
    await erasePerson(test.database, organizationId, parsePerson('+84 903 123 456'), never),
    await erasePerson(test.database, organizationId, parsePerson('ZQ@Quist.example'), never),
  ];

  it('is gone from every table after an erasure, and only there and only of that person', async () => {
    const before = await grep(organizationId, zebulon);
    for (const table of [
      'sessions',
      'conversation_turns',
      'appointments',
      'calls',
      'users',
      'outbox',
      'webhook_deliveries',
      'people',
    ]) {
      expect(before.some((found) => found.startsWith(`${table}:`))).toBe(true);
    }
    const foreign = await grep(other, zebulon);
    await eraseAll();
    expect(await grep(organizationId, zebulon)).toEqual([]);
    expect(await grep(organizationId, ['ottoline'])).not.toEqual([]);
    expect(await grep(organizationId, ['14155550123'])).toContain('calls: 14155550123');
    expect(await grep(other, zebulon)).toEqual(foreign);
    expect(foreign).not.toEqual([]);
  });

  it('leaves figures behind: how many conversations, how long, with how many turns about what', async () => {
    const figures = () =>
      test.pool
        .query(
          `select s.session_id, duration_seconds, count(t.*)::int as turns, min(detected_intent) as intent from sessions s
           join conversation_turns t using (session_id) group by 1, 2 order by 1`,
        )
        .then(({ rows }) => rows);
    const before = await figures();
    const [byPhone] = await eraseAll();
    expect(await figures()).toEqual(before);
    expect(byPhone).toMatchObject({ conversations: 4, turns: 6, recordings: 1, appointments: 1 });
    expect(Object.keys(byPhone ?? {}).filter((name) => name.startsWith('left.'))).toEqual([]);
    const { rows } = await test.pool.query('select status, sealed_key, duration_ms from recordings');
    expect(rows).toEqual([{ status: 'deleted', sealed_key: '', duration_ms: 90000 }]);
  });

  it('can be erased again, and what was missed is told with where it stands', async () => {
    await eraseAll();
    await test.pool.query(
      `insert into dialogue_flows (organization_id, flow_name, draft, saved_by) values ($1, $2, '{"say":"Call 0903-123-456"}', 'x')`,
      [organizationId, randomUUID()],
    );
    const [byPhone] = await eraseAll();
    expect(byPhone).toMatchObject({ conversations: 0, 'left.dialogue_flows.draft': 1 });
    await test.pool.query('delete from dialogue_flows');
  });

  it('is not erased with the last admin: somebody must be able to sign in', async () => {
    await test.pool.query(`delete from users where email = 'boss@example.com'`);
    const erasing = erasePerson(test.database, organizationId, parsePerson('zq@quist.example'), never);
    await expect(erasing).rejects.toMatchObject({ code: 'last_admin' });
  });

  it('is not erased with the last admin while another is being taken away', async () => {
    const taking = await test.pool.connect();
    try {
      await taking.query('begin');
      await taking.query(`update users set role = 'viewer' where email = 'boss@example.com'`);
      const erasing = erasePerson(test.database, organizationId, parsePerson('zq@quist.example'), never);
      const refused = expect(erasing).rejects.toMatchObject({ code: 'last_admin' });
      const waits = async () =>
        (await test.pool.query(`select from pg_stat_activity where wait_event_type = 'Lock'`)).rowCount ?? 0;
      await expect.poll(waits, { timeout: 5000 }).toBeGreaterThan(0);
      await taking.query('commit');
      await refused;
    } finally {
      taking.release();
    }
  });

  it('does not come back by a turn that waited for the database meanwhile', async () => {
    const { open, recorder } = createTestSessions(test.database);
    const [live, over] = [await open({ callerId: '0903123456' }), await open({ callerId: '0903123456' })];
    const stay = recorder({ version: 0 });
    await stay.recordTurn(turn(live, 1, 'I am Zebulon'));
    await recorder({ version: 0 }).recordEnd(over, 'completed', Date.now());
    const told: string[] = [];
    await erasePerson(test.database, organizationId, parsePerson('0903123456'), never, (id) => told.push(id));
    // Whatever else is kept of them, all of them are told.
    expect(told).toEqual(expect.arrayContaining([live, over]));
    // Whoever is at it leaves it; what a journal held is brought in by whoever reads the journal.
    await expect(stay.recordTurn(turn(live, 2, 'Zebulon Quist'))).rejects.toMatchObject({
      cause: { code: 'conversation_moved' },
    });
    for (const id of [live, over]) {
      await expect(recorder().recordTurn(turn(id, 2, 'Zebulon Quist'))).rejects.toMatchObject({
        cause: { code: 'conversation_not_found' },
      });
      await expect(recorder().recordTurn(turn(id, 1, 'Zebulon Quist'))).rejects.toThrow();
    }
    const { rows } = await test.pool.query(
      'select t.user_input_text as said, context from sessions left join conversation_turns t using (session_id) where session_id = any($1)',
      [[live, over]],
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { said: '[erased]', context: null },
        { said: null, context: null },
      ]),
    );
    expect(rows).toHaveLength(2);
  });

  it('is exported whole, to be read by people and by programs', async () => {
    const data = await exportPerson(test.database, organizationId, parsePerson('0903 123 456'), exports, never);
    expect(data.conversations.map(({ conversation_id: id }) => id).toSorted()).toEqual(
      [ids.called, ids.mentioned, ids.understood, ids.booked].toSorted(),
    );
    expect(data.appointments).toMatchObject([{ name: 'Zebulon Quist', phone: '0903123456' }]);
    expect(data.transcript).toContain('caller: I am Zebulon Quist');
    expect(data.transcript).toContain('receptionist: You said: call 0903 123 456');
    expect(JSON.stringify(data)).not.toContain('Ottoline');
    const byMail = await exportPerson(test.database, organizationId, parsePerson('zq@quist.example'), exports, never);
    expect(byMail.users).toMatchObject([{ email: 'zq@quist.example', name: 'Zebulon Quist' }]);
    expect(JSON.stringify(byMail)).not.toMatch(/password|hash/);
  });

  it('stands in the audit log by an id that tells nothing, and secrets not at all', async () => {
    const { rows } = await test.pool.query(
      'select before, after, resource_id from audit_logs order by audit_id desc limit 1',
    );
    expect(JSON.stringify(rows)).not.toMatch(/zebulon|zq@|hunter2|0903\s?123/i);
    expect(rows[0].resource_id).toMatch(/^person:[0-9a-f-]{36}$/);
    expect(rows[0].before.email).toBe(rows[0].after.email);
    expect(rows[0].after.password).toBe('[secret]');
  });
});

function turn(conversationId: string, turnNumber: number, text: string): TurnRecord {
  return {
    conversationId,
    turnNumber,
    cause: 'turn',
    startedAtEpochMs: Date.now(),
    caller: { text, confidence: 0.9, rejected: false, modality: 'voice', messageId: undefined },
    understanding: undefined,
    reply: { text, heardText: text, interrupted: false, tone: 'neutral', actions: [] },
    waterfall: {
      endOfTurnMs: 300,
      transcriptMs: undefined,
      agentMs: 20,
      sentenceMs: 1,
      synthesisMs: 80,
      playoutMs: 5,
      voiceToVoiceMs: 406,
    },
    memory: { said: text },
    expects: undefined,
  };
}

describe('whom one asks for', () => {
  it.each(['+84 903 123 456', '0903123456', '0084903123456', '(0903) 123-456'])('a telephone number: %s', (text) => {
    expect(parsePerson(text)).toMatchObject({ kind: 'phone', needle: '903123456' });
  });
  it.each(['', 'a', '12345', 'Mary', '4711'])('is refused when it would find half of everybody: %j', (text) => {
    expect(() => parsePerson(text)).toThrow();
  });
});
