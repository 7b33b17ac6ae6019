import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSessions } from '../testing/sessions.ts';
import { createConversationsRepository } from './conversations-repository.ts';
import { openDataFolder } from './data-folder.ts';
import type { Database } from './database.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { migrateDatabase } from './migrate.ts';
import { defaultOrganizationId } from './schema/organizations.ts';

describe.each(databaseKinds)('what is stored (%s)', (kind) => {
  let opened: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    database = opened.database;
  }, 60_000);

  afterAll(() => opened?.close());
  it('can be migrated again, by several servers at once, without harm', async () => {
    await Promise.all([migrateDatabase(opened.connection), migrateDatabase(opened.connection)]);
    await database.ping();
    const { rows } = await opened.pool.query('select count(*)::int as n from organizations');
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('is left alone by a server that is older than its tables', async () => {
    const newer = Date.now() + 10 * 365 * 86_400_000;
    await opened.pool.query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [
      'x',
      newer,
    ]);
    try {
      await expect(migrateDatabase(opened.connection)).rejects.toMatchObject({
        name: 'StartError',
        code: 'database_too_new',
        message: expect.stringContaining('it has 1 change(s) that this one does not know'),
      });
    } finally {
      await opened.pool.query('delete from drizzle.__drizzle_migrations where created_at = $1', [newer]);
    }
    await migrateDatabase(opened.connection);
  });

  it('is written for good before it is acknowledged', async () => {
    const { rows } = await opened.pool.query('select current_setting($1) as fsync, current_setting($2) as commit', [
      'fsync',
      'synchronous_commit',
    ]);
    expect(rows).toEqual([{ fsync: 'on', commit: 'on' }]);
  });

  it('is never replaced by an older write that was given up and comes through later', async () => {
    const { id, recorder, sessions } = await conversation();
    await recorder.recordTurn(turn(id, 1, {}));
    // Somebody holds the conversation's row: writes hang.
    const blocker = await opened.pool.connect();
    try {
      await blocker.query('begin');
      await blocker.query('select 1 from sessions where session_id = $1 for update', [id]);
      const stop = new AbortController();
      // It was on its way when it was given up: it lands before the newer one, or is refused after it.
      const older = Promise.allSettled([
        recorder.recordTurn(turn(id, 1, { heard: 'Hello', memory: { step: 'old' } }), stop.signal),
      ]);
      await expect
        .poll(async () => {
          const { rows } = await opened.pool.query(
            "select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
          );
          return rows[0].n;
        })
        .toBe(1);
      stop.abort(new Error('given up'));
      const newer = recorder.recordTurn(turn(id, 1, { heard: 'Hello there', memory: { step: 'new' } }));
      await blocker.query('commit');
      await newer;
      await older;
    } finally {
      blocker.release();
    }
    const { rows } = await opened.pool.query('select heard_text from conversation_turns where session_id = $1', [id]);
    expect(rows).toEqual([{ heard_text: 'Hello there' }]);
    expect((await sessions.load(id, undefined))?.state.memory).toEqual({ step: 'new' });
  });

  it('replaces a turn that is recorded again, and keeps the memory of the latest', async () => {
    const { id, recorder, sessions } = await conversation();
    await recorder.recordTurn(turn(id, 1, { memory: { step: 'one' }, expects: 'service' }));
    await recorder.recordTurn(turn(id, 2, { memory: { step: 'two' }, expects: 'time' }));
    await recorder.recordTurn(turn(id, 1, { memory: { step: 'one' }, heard: 'Hel' }));
    const state = (await sessions.load(id, undefined))?.state;
    expect(state).toMatchObject({ memory: { step: 'two' }, expects: 'time' });
    expect(state?.recentTurns.map(({ reply }) => reply?.heardText)).toEqual(['Hel', undefined]);
  });

  it('holds one turn for a message that is sent twice', async () => {
    const { id, recorder, conversations } = await conversation();
    await recorder.recordTurn(turn(id, 1, { messageId: 'm1' }));
    await recorder.recordTurn(turn(id, 2, { messageId: 'm1' }));
    expect((await conversations.view(defaultOrganizationId, id))?.turns.map(({ turn_number }) => turn_number)).toEqual([
      1,
    ]);
    expect((await conversations.findTurnByMessageId(defaultOrganizationId, id, 'm1'))?.turnNumber).toBe(1);
  });

  it('is not told to the log by an error: what callers say is theirs', async () => {
    const { id, recorder } = await conversation();
    const error: unknown = await recorder
      // No turn has this number: the database refuses the row, and would say which row that was.
      .recordTurn(turn(id, 0, { memory: { phone: 'four one five' }, messageId: 'a secret' }))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/secret|four one five|hello/i);
  });

  async function conversation() {
    const { sessions, open, recorder } = createTestSessions(database);
    const id = await open();
    return { id, sessions, conversations: createConversationsRepository(database), recorder: recorder({ version: 0 }) };
  }
});

describe('a data folder', () => {
  it('is refused to a second process, which is told who has it', async () => {
    // The home of root is closed to others: the hard case when the tests run as root, an ordinary one otherwise.
    const path = await mkdtemp(join(homedir(), '.parley-test-'));
    const folder = await openDataFolder(path);
    const postgres = await startEmbeddedPostgres({ dataFolder: folder, signal: AbortSignal.timeout(60_000) });
    await expect(openDataFolder(path)).rejects.toMatchObject({
      code: 'data_folder_in_use',
      message: expect.stringContaining(String(process.pid)),
    });
    await postgres.stop();
    await folder.close();
    await rm(path, { recursive: true });
  });

  it('is refused in one sentence when its path leads through a file', async () => {
    const base = await mkdtemp(join(tmpdir(), 'parley-test-'));
    await writeFile(join(base, 'file'), '');
    await expect(openDataFolder(join(base, 'file', 'data'))).rejects.toMatchObject({ code: 'data_folder_unusable' });
    await rm(base, { recursive: true });
  });
});

function turn(
  id: string,
  turnNumber: number,
  given: { memory?: Record<string, unknown>; expects?: string; heard?: string; messageId?: string },
): TurnRecord {
  return {
    conversationId: id,
    turnNumber,
    cause: 'turn',
    startedAtEpochMs: 1_700_000_000_000 + turnNumber,
    caller: { text: 'hello', confidence: 1, rejected: false, modality: 'text', messageId: given.messageId },
    understanding: undefined,
    reply: { text: 'Hello there', heardText: given.heard, interrupted: false, tone: 'warm', actions: [] },
    waterfall: {
      endOfTurnMs: undefined,
      transcriptMs: undefined,
      agentMs: 3,
      sentenceMs: 1,
      synthesisMs: undefined,
      playoutMs: undefined,
      voiceToVoiceMs: undefined,
    },
    memory: given.memory,
    expects: given.expects,
  };
}
