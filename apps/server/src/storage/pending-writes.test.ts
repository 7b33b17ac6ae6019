import { randomUUID } from 'node:crypto';
import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recorder, TurnRecord } from '@parley/engine/ports/recorder.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedaction } from '../privacy/redaction.ts';
import type { Sealer } from '../privacy/sealer.ts';
import { guardDatabase } from '../resilience/guarded-database.ts';
import { createOutsideCalls } from '../resilience/outside-call.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { type CuttableLine, openCuttableLine } from '../testing/cuttable-line.ts';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSealer } from '../testing/test-sealer.ts';
import { type Database, openDatabase } from './database.ts';
import { databaseDefaults } from './database-options.ts';
import { openPendingWrites, type PendingWrites, pendingWritesDefaults } from './pending-writes.ts';
import { createRecorder } from './recorder.ts';
import { defaultOrganizationId as organizationId } from './schema/organizations.ts';
import { createTurnWriter } from './turn-writer-repository.ts';

const quick = {
  ...pendingWritesDefaults,
  patienceMs: 300,
  retryMs: 30,
  attemptTimeoutMs: 500,
  flushTimeoutMs: 5000,
  lostAfterMs: 600,
};
const channelType = 'voice';

let opened: TestDatabase;
let sealer: Sealer;
let line: CuttableLine;
let database: Database;
let folder: string;
let pending: PendingWrites;
let said: string[];
let errors: string[];
let onReplayed: () => void;
let metrics: ReturnType<typeof createMetrics>;

beforeAll(async () => {
  opened = await openTestDatabase('embedded');
  sealer = await createTestSealer();
}, 60_000);
afterAll(() => opened?.close());

beforeEach(async () => {
  line = await openCuttableLine(opened.connection);
  metrics = createMetrics();
  const { connection } = opened;
  if ('connectionString' in connection) throw new Error('The embedded database has an address in parts.');
  database = guardDatabase(
    openDatabase({ ...connection, host: '127.0.0.1', port: line.port }, () => {}, {
      ...databaseDefaults,
      connectTimeoutMs: 300,
    }),
    createOutsideCalls(metrics),
    metrics,
  );
  folder = await mkdtemp(join(tmpdir(), 'parley-pending-'));
  said = [];
  errors = [];
  onReplayed = () => {};
  pending = await open(folder);
});

afterEach(async () => {
  line.mend();
  await pending.close();
  await database.close();
  await line.close();
  await rm(folder, { recursive: true, force: true });
});

describe('while the database is away', () => {
  it.each(['refuse', 'hang'] as const)(
    'what is said (%s) is kept and written when it is back: nothing lost, nothing twice',
    async (how) => {
      const { id, recorder } = await conversation();
      await recorder.recordTurn(turn(id, 1, 'before'));
      line.cut(how);
      await recorder.recordTurn(turn(id, 2, 'one', undefined));
      await recorder.recordTurn(turn(id, 3, 'two', undefined));
      // More is known of it later, as of every spoken turn.
      await recorder.recordTurn(turn(id, 2, 'one'));
      await recorder.recordTurn(turn(id, 3, 'two'));
      await recorder.recordEnd(id, 'completed', Date.now());
      expect(await rows(id)).toEqual([{ turn_number: 1, said: 'before', heard: 'before' }]);
      // One is in the middle of an attempt perhaps; more of the others is written with them.
      expect(pending.waiting).toBeGreaterThanOrEqual(3);
      line.mend();
      await pending.flush();
      expect(pending.waiting).toBe(0);
      expect(await rows(id)).toEqual([
        { turn_number: 1, said: 'before', heard: 'before' },
        { turn_number: 2, said: 'one', heard: 'one' },
        { turn_number: 3, said: 'two', heard: 'two' },
      ]);
      expect(await endOf(id)).toBe('completed');
      expect(errors).toEqual([]);
    },
  );

  it('what is learned of a turn at the moment it was written is not lost', async () => {
    const { id, recorder } = await conversation();
    line.cut('refuse');
    await recorder.recordTurn(turn(id, 1, 'one', undefined));
    const learned = Promise.withResolvers<void>();
    onReplayed = () => {
      onReplayed = () => {};
      // Before whoever wrote it goes on.
      queueMicrotask(() => recorder.recordTurn(turn(id, 1, 'one')).then(learned.resolve, learned.reject));
    };
    line.mend();
    await pending.flush();
    await learned.promise;
    await pending.flush();
    expect(await rows(id)).toEqual([{ turn_number: 1, said: 'one', heard: 'one' }]);
  });

  it('a message that was typed is not taken, and is told so', async () => {
    const { id, recorder } = await conversation();
    line.cut('refuse');
    await recorder.recordTurn(turn(id, 1, 'spoken'));
    await expect(recorder.recordTurn(typed(id, 2, 'typed'))).rejects.toMatchObject({ code: 'storage_unavailable' });
    line.mend();
    // Behind what was said before it.
    await expect
      .poll(() =>
        recorder.recordTurn(typed(id, 2, 'typed')).then(
          () => 'taken',
          () => 'refused',
        ),
      )
      .toBe('taken');
    expect(await rows(id)).toEqual([
      { turn_number: 1, said: 'spoken', heard: 'spoken' },
      { turn_number: 2, said: 'typed', heard: 'typed' },
    ]);
  });

  it('the log, /ready and the metrics say so, and that it is over', async () => {
    const { id, recorder } = await conversation();
    expect(await pending.dependency.check(AbortSignal.timeout(1000))).toEqual({ state: 'ok' });
    line.cut('refuse');
    await recorder.recordTurn(turn(id, 1, 'one'));
    expect(await pending.dependency.check(AbortSignal.timeout(1000))).toMatchObject({ state: 'degraded' });
    expect(await metrics.scrape()).toContain('\nparley_pending_writes 1\n');
    expect(said).toEqual(['the database is away: turns are kept in the data folder until it is back']);
    line.mend();
    await pending.flush();
    await expect.poll(() => said.at(-1)).toBe('the database has all that waited for it');
    expect(await metrics.scrape()).toContain('\nparley_pending_writes_replayed_total 1\n');
    expect(await metrics.scrape()).toContain('\nparley_pending_write_bytes 0\n');
  });

  it('what was said is written also when the conversation was given up for abandoned meanwhile', async () => {
    const { id, recorder } = await conversation();
    await recorder.recordTurn(turn(id, 1, 'one'));
    line.cut('refuse');
    await recorder.recordTurn(turn(id, 2, 'two'));
    await opened.pool.query(
      "update sessions set ended_at = now(), end_reason = 'abandoned', current_state = 'ended', version = version + 1, last_writer = null where session_id = $1",
      [id],
    );
    line.mend();
    await pending.flush();
    expect(await rows(id)).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('no more is kept than there is room for', async () => {
    await pending.close();
    pending = await open(folder, { maxWrites: 2, flushTimeoutMs: 50 });
    const { id, recorder } = await conversation();
    line.cut('refuse');
    await recorder.recordTurn(turn(id, 1, 'one'));
    await recorder.recordTurn(turn(id, 2, 'two'));
    // It is tried several times, and again with what was heard of it.
    for (const heard of [undefined, undefined, 'three']) {
      await expect(recorder.recordTurn(turn(id, 3, 'three', heard))).rejects.toMatchObject({
        code: 'storage_unavailable',
      });
    }
    expect(errors).toEqual([]);
    await expect.poll(() => errors, { timeout: 5000 }).toEqual([expect.stringContaining('turn 3')]);
    await expect(recorder.recordTurn(turn(id, 3, 'three'))).rejects.toMatchObject({ code: 'storage_unavailable' });
    await pending.close();
    expect(errors).toHaveLength(1);
    expect(await metrics.scrape()).toContain('parley_pending_writes_dropped_total{reason="full"} 1');
  });

  it('a turn that found room at a later try is not told of as lost', async () => {
    await pending.close();
    pending = await open(folder, { maxWrites: 1, lostAfterMs: 10_000 });
    const { id, recorder } = await conversation();
    line.cut('refuse');
    await recorder.recordTurn(turn(id, 1, 'one'));
    await expect(recorder.recordTurn(turn(id, 2, 'two'))).rejects.toMatchObject({ code: 'storage_unavailable' });
    line.mend();
    await pending.flush();
    await recorder.recordTurn(turn(id, 2, 'two'));
    await pending.close();
    expect(await rows(id)).toHaveLength(2);
    expect(errors).toEqual([]);
    expect(await metrics.scrape()).not.toContain('reason="full"} 1');
  });
});

describe('what waits in the data folder', () => {
  it('is written at the next start when the process was killed meanwhile', async () => {
    const { id, recorder } = await conversation();
    line.cut('refuse');
    await recorder.recordTurn(turn(id, 1, 'one'));
    await recorder.recordTurn(turn(id, 2, 'two'));
    await recorder.recordEnd(id, 'caller_left', Date.now());
    // As the folder lies there after SIGKILL.
    const left = await leftBehind();
    // The one that was killed never finds the database again.
    const next = await open(left, {}, opened.database);
    await next.flush();
    const expected = [
      { turn_number: 1, said: 'one', heard: 'one' },
      { turn_number: 2, said: 'two', heard: 'two' },
    ];
    expect(await rows(id)).toEqual(expected);
    expect(await endOf(id)).toBe('caller_left');
    await next.close();
    // Nothing is left of it for the start after that.
    expect(await readFile(join(left, 'pending-writes.journal'), 'utf8')).toBe('');
    await rm(left, { recursive: true });
  });

  it('cannot be read without the key', async () => {
    const { id, recorder } = await conversation();
    line.cut('refuse');
    await recorder.recordTurn(turn(id, 1, 'my card number is 4111'));
    const content = await readFile(join(folder, 'pending-writes.journal'), 'utf8');
    expect(content).toMatch(/^\+1 \S{200,}\n$/);
    for (const plain of ['card', '4111', id, Buffer.from('my card').toString('base64url')])
      expect(content).not.toContain(plain);
  });

  it('is written as far as it is whole when a crash cut a line off', async () => {
    const { id, recorder } = await conversation();
    line.cut('refuse');
    await recorder.recordTurn(turn(id, 1, 'one'));
    const left = await leftBehind();
    await appendFile(join(left, 'pending-writes.journal'), '+2 abcde');
    // The one that was killed never finds the database again.
    const next = await open(left, {}, opened.database);
    await next.flush();
    expect(await rows(id)).toEqual([{ turn_number: 1, said: 'one', heard: 'one' }]);
    expect(errors).toEqual([expect.stringContaining('a line of the journal')]);
    await next.close();
    await rm(left, { recursive: true });
  });
});

function open(where: string, options: Partial<typeof quick> = {}, to = database): Promise<PendingWrites> {
  return openPendingWrites(
    {
      folder: where,
      sealer,
      recorderFor: (write) => recorderOf(to, write.organizationId, undefined),
      report: (message) => said.push(message),
      onError: (error, context) => errors.push(`${context}: ${error}`),
      metrics: {
        ...metrics,
        count: (name, ...rest) => {
          metrics.count(name, ...rest);
          if (name === 'parley_pending_writes_replayed_total') onReplayed();
        },
      },
    },
    { ...quick, ...options },
  );
}

function recorderOf(to: Database, organization: string, version: number | undefined): Recorder {
  const parts = { database: to, sealer, redaction: createRedaction(to), turns: createTurnWriter(to) };
  return createRecorder(parts, { organizationId: organization, channelType, version });
}

async function leftBehind(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'parley-pending-'));
  await cp(folder, copy, { recursive: true });
  return copy;
}

async function conversation(): Promise<{ id: string; recorder: Recorder }> {
  const id = randomUUID();
  await opened.pool.query(
    `insert into sessions (session_id, organization_id, channel_type, agent_id, time_zone, language, token_hash)
     values ($1, $2, $3, 'receptionist', 'Europe/London', 'en-US', 'none')`,
    [id, organizationId, channelType],
  );
  const recorder = recorderOf(database, organizationId, 0);
  return { id, recorder: pending.keepFor({ organizationId, channelType }, recorder) };
}

async function rows(id: string): Promise<unknown[]> {
  const { rows: found } = await opened.pool.query(
    'select turn_number, user_input_text as said, heard_text as heard from conversation_turns where session_id = $1 order by 1',
    [id],
  );
  return found;
}

async function endOf(id: string): Promise<unknown> {
  const { rows: found } = await opened.pool.query('select end_reason from sessions where session_id = $1', [id]);
  return found[0].end_reason;
}

function typed(id: string, turnNumber: number, text: string): TurnRecord {
  const spoken = turn(id, turnNumber, text);
  return {
    ...spoken,
    caller: { text, confidence: 1, rejected: false, modality: 'text', messageId: `message-${turnNumber}` },
  };
}

function turn(
  conversationId: string,
  turnNumber: number,
  text: string,
  // Given as undefined it is not known yet.
  ...heard: readonly (string | undefined)[]
): TurnRecord {
  const heardText = heard.length === 0 ? text : heard[0];
  return {
    conversationId,
    turnNumber,
    cause: 'turn',
    startedAtEpochMs: Date.now(),
    caller: { text, confidence: 0.9, rejected: false, modality: 'voice', messageId: undefined },
    understanding: undefined,
    reply: { text, heardText, interrupted: false, tone: 'neutral', actions: [] },
    waterfall: {
      endOfTurnMs: 300,
      transcriptMs: undefined,
      agentMs: 20,
      sentenceMs: 1,
      synthesisMs: 80,
      playoutMs: 5,
      voiceToVoiceMs: 406,
    },
    memory: { turn: turnNumber },
    expects: undefined,
  };
}
