import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSessions, type TestSessions } from '../testing/sessions.ts';
import type { Database } from './database.ts';
import { defaultOrganizationId } from './schema/organizations.ts';
import { createTurnWriter, type TurnWrite, type TurnWriter, turnWriterDefaults } from './turn-writer-repository.ts';

describe.each(databaseKinds)('turns that come at the same time (%s)', (kind) => {
  let opened: TestDatabase;
  let sessions: TestSessions;
  /** How many turns each statement held. */
  let statements: number[];
  let writer: TurnWriter;

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    sessions = createTestSessions(opened.database);
    const counted: Database = {
      ...opened.database,
      call: (statement) =>
        opened.database.call((walled) => {
          const made = statement(walled);
          statements.push(Number(made.name.split('_').at(-1)));
          return made;
        }),
    };
    writer = createTurnWriter(counted);
  });
  afterAll(() => opened.close());

  const openMany = (count: number) => Promise.all(Array.from({ length: count }, () => sessions.open()));
  const stored = async (ids: readonly string[]) => {
    const { rows } = await opened.pool.query(
      'select session_id from conversation_turns where session_id = any($1::uuid[]) order by array_position($1::uuid[], session_id)',
      [ids],
    );
    return rows.map(({ session_id }) => session_id);
  };

  it('are written together, each once', async () => {
    const ids = await openMany(20);
    statements = [];
    const outcomes = await Promise.all(ids.map((id) => writer.write(turn(id))));
    expect(outcomes).toEqual(ids.map(() => 'written'));
    expect(await stored(ids)).toEqual(ids);
    expect(statements).toEqual([16, 4]);
  });

  it('do not suffer from one that the database refuses', async () => {
    const ids = await openMany(3);
    const results = await Promise.allSettled([
      writer.write(turn(ids[0])),
      writer.write({ ...turn(ids[1]), turn: JSON.stringify({ ...columns, user_input_text: 'a \u0000 is no text' }) }),
      writer.write(turn(ids[2])),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await stored(ids)).toEqual([ids[0], ids[2]]);
  });

  it('do not wait for one whose conversation somebody else is writing', async () => {
    const ids = await openMany(3);
    const blocker = await opened.pool.connect();
    try {
      await blocker.query('begin');
      await blocker.query('select from sessions where session_id = $1 for update', [ids[1]]);
      const held = Promise.all([writer.write(turn(ids[1]))]);
      const others = await Promise.all([writer.write(turn(ids[0])), writer.write(turn(ids[2]))]);
      expect(others).toEqual(['written', 'written']);
      expect(await stored(ids)).toEqual([ids[0], ids[2]]);
      await blocker.query('commit');
      expect(await held).toEqual(['written']);
    } finally {
      blocker.release();
    }
  });

  it('reach no conversation of another organization, although many organizations share a statement', async () => {
    const ids = await openMany(2);
    const outcomes = await Promise.all([
      writer.write(turn(ids[0])),
      writer.write({ ...turn(ids[1]), organizationId: randomUUID() }),
      writer.write(turn(randomUUID())),
    ]);
    expect(outcomes).toEqual(['written', 'unknown', 'unknown']);
    expect(await stored(ids)).toEqual([ids[0]]);
  });

  it('wait a little for others while nobody waits for them, unless one comes alone or is waited for', async () => {
    const ids = await openMany(8);
    const patient = (id: string | undefined) => writer.write({ ...turn(id), isPatient: true });
    // What was written before is longer ago.
    await new Promise((resolve) => setTimeout(resolve, 2 * turnWriterDefaults.gatherMs));
    statements = [];
    const first = patient(ids[0]);
    await expect.poll(() => statements, { interval: 1 }).toEqual([1]);
    const some = ids.slice(1, 4).map(patient);
    await first;
    expect(await Promise.all(some)).toEqual(['written', 'written', 'written']);
    expect(statements).toEqual([1, 3]);
    const waiting = ids.slice(4, 7).map(patient);
    expect(await writer.write(turn(ids[7]))).toBe('written');
    expect(statements).toEqual([1, 3, 4]);
    expect(await Promise.all(waiting)).toEqual(['written', 'written', 'written']);
    expect(await stored(ids)).toEqual(ids);
  });

  it('are not written when they were given up before they were sent', async () => {
    const ids = await openMany(2);
    const stop = new AbortController();
    const results = Promise.allSettled([
      writer.write({ ...turn(ids[0]), signal: stop.signal }),
      writer.write(turn(ids[1])),
    ]);
    stop.abort(new Error('given up'));
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await stored(ids)).toEqual([ids[1]]);
  });
});

const columns = {
  turn_number: 1,
  speaker: 'user',
  cause: 'turn',
  user_input_text: 'Where are you?',
  rejected: false,
  extracted_entities: [],
  interrupted: false,
  bot_action: [],
  timestamp: '2026-11-21T12:00:00.000Z',
  waterfall: {},
};

function turn(sessionId: string | undefined): TurnWrite {
  return {
    organizationId: defaultOrganizationId,
    sessionId: sessionId ?? '',
    writer: randomUUID(),
    known: null,
    next: 1,
    turn: JSON.stringify(columns),
    memory: null,
    expects: null,
    events: '[]',
  };
}
