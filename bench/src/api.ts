import { randomBytes } from 'node:crypto';
import { createTestDatabaseUrl, type DatabaseKind, databaseKinds } from '@parley/server/testing/databases.ts';
import { startRedisServer } from '@parley/server/testing/redis-server.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '@parley/server/testing/server-process.ts';
import { type ApiCaller, createApiCaller } from './load/api-caller.ts';
import { openChat } from './load/chat-socket.ts';
import { machineBusyMs, processorMs } from './load/processor-time.ts';
import { percentile, print } from './statistics.ts';

/** Messages under way at once, each in a conversation of its own. */
const levels = [1, 8, 16, 32];
/** Until most of the code is compiled: before, a turn costs half as much again. */
const warmUpMs = 6000;
const measureMs = 6000;

const sockets = 2000;
/** Opened at once: a page that reconnects waits its turn as well. */
const socketsAtOnce = 50;

/** What people ask; none of it books anything, so that no answer depends on the ones before. */
const questions = [
  'What are your opening hours?',
  'How much is a haircut?',
  'Where are you?',
  'Do you cut beards?',
  'Are you open on Sunday?',
];

/**
 * Turns a second through HTTP, understanding, flow and the commit of the database, with messages sent as fast as they are answered,
 * and where the time of a turn goes; then what 2,000 open chats cost. The load comes from this machine too. With the embedded
 * database, and with the one of `TEST_DATABASE_URL` when it is set; there also with two servers that share it. About two minutes each. Where the whole machine is busier than
 * server, database and load together, others are at it: then the milliseconds of processor say more than the turns a second.
 */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const results: Partial<Record<DatabaseKind | 'twoServers', unknown>> = {};
  for (const kind of databaseKinds) {
    const outside = kind === 'postgres' ? await createTestDatabaseUrl() : undefined;
    try {
      const server = await startServerProcess({
        env: {
          RATE_LIMITS: 'off',
          LOG_LEVEL: 'fatal',
          ...typedOnly,
          ...(outside !== undefined && { DATABASE_URL: outside.url }),
        },
      });
      try {
        results[kind] = await measure(server, kind, json);
      } finally {
        await server.stop();
      }
      if (outside !== undefined) results.twoServers = await measureTwo(json);
    } finally {
      await outside?.remove();
    }
  }
  if (json) print(true, results);
  else if (!databaseKinds.includes('postgres')) {
    process.stdout.write('\nSet TEST_DATABASE_URL to measure with a PostgreSQL of your own too.\n');
  }
}

/** Two servers that share database and Redis: what one process's thread cannot do, a second one does. */
async function measureTwo(json: boolean) {
  const redis = await startRedisServer();
  // Two servers need one another's word: without a redis-server to start there is nothing to measure.
  if (redis === undefined) return undefined;
  const database = await createTestDatabaseUrl();
  const servers: ServerProcess[] = [];
  const callers: ApiCaller[] = [];
  try {
    const shared = {
      ...typedOnly,
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'fatal',
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
    };
    for (let n = 0; n < 2; n += 1) {
      const server = await startServerProcess({ env: shared });
      servers.push(server);
      callers.push(createApiCaller(server.url));
    }
    const turns: Record<string, Figures> = {};
    for (const level of levels.filter((one) => one > 1)) {
      const halves = await Promise.all(
        servers.map((server, n) => turnsAt(server, callers[n] ?? createApiCaller(server.url), level / 2)),
      );
      const sum = (name: string) => halves.reduce((total, half) => total + Number(half[name]), 0);
      const figures = {
        'turns a second': sum('turns a second'),
        'answer, median of either (ms)': halves.map((half) => half['answer, median (ms)']).join(', '),
        'answer, 99 % within, of either (ms)': halves.map((half) => half['answer, 99 % within (ms)']).join(', '),
        'processor of a server (ms a turn)': hundredths(sum('processor of the server (ms a turn)') / halves.length),
      };
      turns[String(level)] = figures;
      if (json) continue;
      process.stdout.write(`\nPostgreSQL of its own, two servers, ${level} at once\n`);
      print(false, figures);
    }
    return { turns };
  } finally {
    for (const caller of callers) caller.close();
    for (const server of servers) await server.stop();
    await redis.stop();
    await database.remove();
  }
}

type Figures = Record<string, number | string>;

async function measure(server: ServerProcess, kind: DatabaseKind, json: boolean) {
  const caller = createApiCaller(server.url);
  try {
    const turns: Record<string, Figures> = {};
    for (const level of levels) {
      const figures = await turnsAt(server, caller, level);
      turns[String(level)] = figures;
      if (json) continue;
      process.stdout.write(
        `\n${kind === 'embedded' ? 'embedded database' : 'PostgreSQL of its own'}, ${level} at once\n`,
      );
      print(false, figures);
    }
    const chats = await openChats(server, caller);
    if (!json) {
      process.stdout.write(`\n${sockets} open chats\n`);
      print(false, chats);
    }
    return { turns, chats };
  } finally {
    caller.close();
  }
}

/** Each conversation sends its next message as soon as the one before is answered. */
async function turnsAt(server: ServerProcess, caller: ApiCaller, level: number): Promise<Figures> {
  const conversations = await Promise.all(Array.from({ length: level }, () => caller.open()));
  const startedMs = performance.now();
  const [fromMs, untilMs] = [startedMs + warmUpMs, startedMs + warmUpMs + measureMs];
  const usedBefore = await processorMs(server.pid);
  const [loadBefore, busyBefore] = [process.cpuUsage(), await machineBusyMs()];
  let count = 0;
  const totalMs: number[] = [];
  const handlingMs: number[] = [];
  await Promise.all(
    conversations.map(async (conversation, n) => {
      for (let turn = 0; performance.now() < untilMs; turn += 1) {
        const sentMs = performance.now();
        const text = questions[(n + turn) % questions.length] ?? '';
        const { processing_time_ms } = await caller.process(conversation, text);
        const answeredMs = performance.now();
        count += 1;
        if (sentMs < fromMs || answeredMs > untilMs) continue;
        totalMs.push(answeredMs - sentMs);
        handlingMs.push(processing_time_ms);
      }
    }),
  );
  const usedAfter = await processorMs(server.pid);
  const lastedMs = performance.now() - startedMs;
  const [load, busyMs] = [process.cpuUsage(loadBefore), (await machineBusyMs()) - busyBefore];
  const loadMs = (load.user + load.system) / 1000;
  // What the agent took is in the record: understanding, flow and the cutting into sentences.
  const thinkingMs = (await Promise.all(conversations.slice(0, 8).map((one) => caller.thinkingMs(one)))).flat();
  const [total, handling, thinking] = [mean(totalMs), mean(handlingMs), mean(thinkingMs)];
  return {
    'turns a second': Math.round(totalMs.length / (measureMs / 1000)),
    'answer, median (ms)': rounded(percentile(totalMs, 0.5)),
    'answer, 99 % within (ms)': rounded(percentile(totalMs, 0.99)),
    'processor of the server (ms a turn)': hundredths((usedAfter.own - usedBefore.own) / count),
    'processor of its embedded database (ms a turn)': hundredths((usedAfter.children - usedBefore.children) / count),
    'processor of the load (ms a turn)': hundredths(loadMs / count),
    'processors of the server, and of the whole machine': `${hundredths((usedAfter.own - usedBefore.own) / lastedMs)}, ${hundredths(busyMs / lastedMs)}`,
    'of it HTTP and waiting for the processor (ms, mean)': rounded(total - handling),
    'of it understanding and flow (ms, mean)': rounded(thinking),
    'of it the database and what waits for it (ms, mean)': rounded(Math.max(0, handling - thinking)),
  };
}

async function openChats(server: ServerProcess, caller: ApiCaller): Promise<Record<string, number>> {
  const [rssBefore, filesBefore] = [await server.rssMb(), await server.openFiles()];
  const open: { close(): void }[] = [];
  const startedMs = performance.now();
  let begun = 0;
  await Promise.all(
    Array.from({ length: socketsAtOnce }, async () => {
      while (begun < sockets) {
        begun += 1;
        open.push(await openChat(server.url, await caller.open()));
      }
    }),
  );
  const openedMs = performance.now() - startedMs;
  const [rssOpen, filesOpen] = [await server.rssMb(), await server.openFiles()];
  for (const socket of open) socket.close();
  return {
    'open at once': open.length,
    'opened and greeted in (s)': rounded(openedMs / 1000),
    'memory before (MB)': Math.round(rssBefore),
    'memory with all open (MB)': Math.round(rssOpen),
    'memory for each (kB)': Math.round(((rssOpen - rssBefore) * 1024) / open.length),
    'files and sockets before': filesBefore,
    'files and sockets with all open': filesOpen,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
