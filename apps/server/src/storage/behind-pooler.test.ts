import { randomUUID } from 'node:crypto';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import { sql } from 'drizzle-orm';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSessions } from '../testing/sessions.ts';
import { openTransactionPooler, type TransactionPooler } from '../testing/transaction-pooler.ts';
import { type ConnectionSettings, type Database, openDatabase } from './database.ts';
import { databaseDefaults } from './database-options.ts';
import { migrateDatabase } from './migrate.ts';
import { defaultOrganizationId } from './schema/organizations.ts';

const options = { ...databaseDefaults, isBehindPooler: true };

describe('behind a pooler that gives a connection to somebody else after each transaction', () => {
  let opened: TestDatabase;
  let pooler: TransactionPooler;
  let connection: ConnectionSettings;
  let database: Database;

  beforeAll(async () => {
    opened = await openTestDatabase('embedded', { isMigrated: false });
    pooler = await openTransactionPooler(opened.connection);
    connection = { host: '127.0.0.1', port: pooler.port, user: 'any', password: 'any', database: 'any' };
    await migrateDatabase(connection, options);
    database = openDatabase(connection, () => {}, options);
  }, 60_000);
  afterAll(async () => {
    await database?.close();
    await pooler?.close();
    await opened?.close();
  });

  it('one organization sees nothing of another, however their transactions take turns, and nothing stays behind', async () => {
    const other = randomUUID();
    await opened.pool.query(`insert into organizations (organization_id, name) values ($1, 'Other')`, [other]);
    const { open, recorder } = createTestSessions(database);
    await open();
    const count = async (organizationId: string) =>
      await database.inOrganization(organizationId, async (tx) => {
        const { rows } = await tx.execute(
          sql`select count(*)::int as n, current_setting('statement_timeout') as "limit" from sessions`,
        );
        return rows[0];
      });
    expect(
      await Promise.all([count(defaultOrganizationId), count(other), count(defaultOrganizationId), count(other)]),
    ).toEqual([1, 0, 1, 0].map((n) => ({ n, limit: '10s' })));

    const id = await open();
    await recorder({ version: 0 }).recordTurn(turn(id));
    const { rows } = await opened.pool.query('select user_input_text from conversation_turns where session_id = $1', [
      id,
    ]);
    expect(rows).toEqual([{ user_input_text: 'hello' }]);

    const next = new Client(connection);
    await next.connect();
    const found = await next.query(
      `select coalesce(current_setting('parley.scope', true), '') as scope, current_setting('statement_timeout') as "limit",
        coalesce(current_setting('parley.organization', true), '') as organization,
        (select count(*)::int from pg_prepared_statements) as prepared`,
    );
    await next.end();
    expect(found.rows).toEqual([{ scope: '', organization: '', limit: '0', prepared: 0 }]);
  });

  it('a turn that the database refuses leaves no transaction open for the next', async () => {
    const { open, recorder } = createTestSessions(database);
    const id = await open();
    await expect(recorder({ version: 0 }).recordTurn({ ...turn(id), turnNumber: 0 })).rejects.toThrow();
    await database.ping();
    await recorder({ version: 0 }).recordTurn(turn(id));
  });

  it('a server that was not told of it says what to set', async () => {
    await expect(migrateDatabase(connection)).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/unsupported startup parameter: statement_timeout.*DATABASE_POOLER=on/),
    });
  });
});

function turn(conversationId: string): TurnRecord {
  return {
    conversationId,
    turnNumber: 1,
    cause: 'turn',
    startedAtEpochMs: Date.now(),
    caller: { text: 'hello', confidence: 1, rejected: false, modality: 'text', messageId: undefined },
    understanding: undefined,
    reply: { text: 'Hello there', heardText: 'Hello there', interrupted: false, tone: 'neutral', actions: [] },
    waterfall: {
      endOfTurnMs: undefined,
      transcriptMs: undefined,
      agentMs: 3,
      sentenceMs: 1,
      synthesisMs: undefined,
      playoutMs: undefined,
      voiceToVoiceMs: undefined,
    },
    memory: undefined,
    expects: undefined,
  };
}
