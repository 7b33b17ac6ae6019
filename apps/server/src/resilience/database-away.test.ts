import { rm } from 'node:fs/promises';
import type { CallEvent } from '@parley/call/call-events.ts';
import { placeCall } from '@parley/call/synthetic-caller.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type CuttableLine, openCuttableLine } from '../testing/cuttable-line.ts';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { hasRedis, type RedisServer, startRedisServer } from '../testing/redis-server.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../testing/server-process.ts';

// A real server with a database of one's own at the other end of a line that is cut in the middle of calls.
let database: TestDatabase;
let line: CuttableLine;
let redis: RedisServer | undefined;
let server: ServerProcess;

beforeAll(async () => {
  [database, redis] = await Promise.all([openTestDatabase('embedded'), startRedisServer()]);
  line = await openCuttableLine(database.connection);
  server = await startServerProcess({ env: serverEnv() });
}, 90_000);

afterAll(async () => {
  line?.mend();
  await server?.stop();
  // It was started again in the folder of the one before, and leaves it there.
  if (server !== undefined) await rm(server.dataDir, { recursive: true, force: true });
  await line?.close();
  await database?.close();
  await redis?.stop();
}, 60_000);

afterEach(async () => {
  line.mend();
  await ready({ parts: { database: 'ok', pending_writes: 'ok' } });
}, 30_000);

describe('when the database goes away in the middle of a call', () => {
  it('the call goes on as if nothing were, and all of it is in the record afterwards, once', async () => {
    const events: CallEvent[] = [];
    const observed = Promise.withResolvers<{ report: unknown; stored: number }>();
    const observe = async (conversationId: string) => {
      const report = await readiness();
      const stored = (await turnsOf(conversationId)).length;
      line.mend();
      return { report, stored };
    };
    let conversationId = '';
    const call = await placeCall({
      url: server.url,
      steps: ['I would like to book a haircut', 'on Friday'].map((text) => ({ type: 'say', text })),
      // The database comes back while the caller is still there.
      lingerMs: 5000,
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'connected') ({ conversationId } = event);
        // The greeting was heard: from here on there is no database.
        if (event.type === 'caller' && count(events, 'caller') === 1) line.cut('refuse');
        if (event.type === 'turn' && count(events, 'turn') === 3) observed.resolve(observe(conversationId));
      },
    });
    expect(call.failure).toBeUndefined();
    expect(events.filter(({ type }) => type === 'trouble')).toEqual([]);
    const { report, stored } = await observed.promise;
    expect(report).toMatchObject({ status: 'not_ready', parts: { database: 'down', pending_writes: 'degraded' } });
    // The greeting alone.
    expect(stored).toBe(1);
    expect(call.turns.filter(({ user }) => user !== null)).toHaveLength(2);

    await ready({ status: 'ready', parts: { pending_writes: 'ok' } });
    expect(await turnsOf(call.conversationId)).toEqual(
      call.turns.map((turn) => ({
        turn_number: turn.turn_number,
        said: turn.user?.text ?? null,
        heard: turn.reply?.heard_text ?? null,
      })),
    );
  }, 90_000);

  it('nothing is lost when the server is killed before the database is back', async () => {
    const call = await placeCall({
      url: server.url,
      steps: [{ type: 'say', text: 'I would like to book a haircut' }],
      onEvent: (event) => {
        // Nobody answers any more, and nothing breaks.
        if (event.type === 'caller') line.cut('hang');
      },
    });
    // Its record cannot be read now; the caller has noticed nothing.
    expect(call.failure).toMatchObject({ code: 'connection_failed' });
    expect(call.turns).toHaveLength(2);
    expect(await turnsOf(call.conversationId)).toHaveLength(1);
    const { dataDir } = server;
    await server.kill();
    line.mend();
    server = await startServerProcess({ dataDir, env: serverEnv() });
    expect(await turnsOf(call.conversationId)).toEqual(
      call.turns.map((turn) => ({
        turn_number: turn.turn_number,
        said: turn.user?.text ?? null,
        heard: turn.reply?.heard_text ?? null,
      })),
    );
  }, 90_000);

  it('whoever types is told that it was not stored, and can send it again', async () => {
    const events: CallEvent[] = [];
    const call = await placeCall({
      url: server.url,
      channel: 'chat',
      steps: [
        { type: 'text', text: 'book a haircut' },
        { type: 'text', text: 'Friday at three pm' },
      ],
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'caller' && event.text.startsWith('Friday')) line.cut('refuse');
        if (event.type === 'trouble') line.mend();
      },
    });
    expect(events.filter(({ type }) => type === 'trouble')).toMatchObject([{ code: 'storage_unavailable' }]);
    const stored = await turnsOf(call.conversationId);
    expect(stored.map(({ said }) => said)).toEqual([null, 'book a haircut']);
  }, 90_000);
});

describe.skipIf(!hasRedis)('when Redis goes away', () => {
  it('conversations go on, and /ready says that each process is alone', async () => {
    await ready({ parts: { redis: 'ok' } });
    const events: CallEvent[] = [];
    const call = await placeCall({
      url: server.url,
      channel: 'chat',
      steps: ['book a haircut', 'Friday at three pm', 'my name is Alice'].map((text) => ({ type: 'text', text })),
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'caller' && event.text.startsWith('Friday')) void redis?.kill();
      },
    });
    expect(call.failure).toBeUndefined();
    expect(call.turns.filter(({ user }) => user !== null)).toHaveLength(3);
    await ready({ status: 'ready', parts: { redis: 'degraded' } });
    await redis?.restart();
    await ready({ status: 'ready', parts: { redis: 'ok' } });
  }, 60_000);

  it('a server starts without it, and finds it when it is there', async () => {
    await redis?.kill();
    const other = await startServerProcess({
      env: { ...typedOnly, ...(redis !== undefined && { REDIS_URL: redis.url }) },
    });
    try {
      const call = await placeCall({
        url: other.url,
        channel: 'chat',
        steps: [{ type: 'text', text: 'book a haircut' }],
      });
      expect(call.failure).toBeUndefined();
      await redis?.restart();
      await vi.waitFor(async () => expect(await readiness(other.url)).toMatchObject({ parts: { redis: 'ok' } }), {
        timeout: 15_000,
        interval: 100,
      });
    } finally {
      await other.stop();
    }
  }, 90_000);
});

function serverEnv(): Record<string, string> {
  const { connection } = database;
  if ('connectionString' in connection) throw new Error('The embedded database has an address in parts.');
  const { user, password, database: name } = connection;
  return {
    DATABASE_URL: `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${line.port}/${name}`,
    ...(redis !== undefined && { REDIS_URL: redis.url }),
    LOG_LEVEL: 'fatal',
  };
}

function count(events: readonly CallEvent[], type: CallEvent['type']): number {
  return events.filter((event) => event.type === type).length;
}

const readinessSchema = z.object({ status: z.string(), parts: z.record(z.string(), z.string()) });

async function readiness(url = server.url): Promise<z.output<typeof readinessSchema>> {
  return readinessSchema.parse(await (await fetch(`${url}/ready`)).json());
}

function ready(state: object): Promise<unknown> {
  return vi.waitFor(async () => expect(await readiness()).toMatchObject(state), { timeout: 15_000, interval: 100 });
}

const rowsSchema = z.array(
  z.object({ turn_number: z.number(), said: z.string().nullable(), heard: z.string().nullable() }),
);

async function turnsOf(conversationId: string | undefined): Promise<z.output<typeof rowsSchema>> {
  const { rows } = await database.pool.query(
    'select turn_number, user_input_text as said, heard_text as heard from conversation_turns where session_id = $1 order by 1',
    [conversationId],
  );
  return rowsSchema.parse(rows);
}
