import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { hasRedis, type RedisServer, startRedisServer } from '../testing/redis-server.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../testing/server-process.ts';

const openedSchema = z.object({ conversation_id: z.string(), token: z.string() });
const processedSchema = z.object({ turn_number: z.int(), response: z.object({ text: z.string() }) });
const messageSchema = z.object({
  type: z.string(),
  data: z.looseObject({
    turn: z.looseObject({ user: z.looseObject({ message_id: z.string().nullable() }).nullable() }).optional(),
  }),
});

const kind = databaseKinds.at(-1) ?? 'embedded';

describe.runIf(hasRedis)(`two servers that share a database (${kind}) and a Redis`, () => {
  let opened: TestDatabase;
  let redis: RedisServer;
  const servers: ServerProcess[] = [];

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    const started = await startRedisServer();
    if (started === undefined) throw new Error('There is no Redis.');
    redis = started;
    const env = {
      ...typedOnly,
      DATABASE_URL: urlOf(opened.connection),
      REDIS_URL: redis.url,
      // What one seals the other opens.
      PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
    };
    // One after the other: the first one makes what both share.
    servers.push(await startServerProcess({ env }));
    servers.push(await startServerProcess({ env }));
  }, 180_000);

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await redis?.stop();
    await opened?.close();
  }, 60_000);

  it('answer each message of one conversation once, by requests and by chat at the same time', async () => {
    const { conversation_id: id, token } = openedSchema.parse(
      await (await post(servers[0], '/v1/conversations', undefined, { channel_type: 'chat' })).json(),
    );
    const requests = Array.from({ length: 24 }, (_, n) => ask(n, id, token));
    const chats = [chat(0, id, token, 6), chat(1, id, token, 6)];
    const answers = await Promise.all(requests);
    const typed = (await Promise.all(chats)).flat();
    const { rows } = await opened.pool.query(
      'select turn_number, message_id from conversation_turns where session_id = $1 order by turn_number',
      [id],
    );
    const turns = z.array(z.object({ turn_number: z.int(), message_id: z.string().nullable() })).parse(rows);
    // The greeting, and one turn for each message: no number is left out, none comes twice.
    expect(turns.map(({ turn_number }) => turn_number)).toEqual(Array.from({ length: 37 }, (_, n) => n + 1));
    const ids = turns.flatMap(({ message_id }) => message_id ?? []);
    expect(new Set(ids).size).toBe(36);
    expect(new Set(answers.map(({ turn_number }) => turn_number)).size).toBe(24);
    expect(ids).toEqual(expect.arrayContaining(typed));
  }, 120_000);

  /** Tries again as clients are told to, at the other server. */
  async function ask(n: number, id: string, token: string): Promise<z.infer<typeof processedSchema>> {
    const key = randomUUID();
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const server = servers[(n + attempt) % 2];
      const body = { input_type: 'text', text: `What are your opening hours? (${n})` };
      const answer = await post(server, `/v1/conversations/${id}/process`, token, body, { 'idempotency-key': key });
      const json: unknown = await answer.json();
      if (answer.status === 200) return processedSchema.parse(json);
      // What may be tried again, and nothing else.
      expect(json).toMatchObject({
        code: expect.stringMatching(/^(conversation_busy|turn_timeout|too_many_messages)$/),
      });
    }
    throw new Error('It was never answered.');
  }

  /** A chat window: connects again when it is told to, and sends again what was not acknowledged. */
  async function chat(first: number, id: string, token: string, count: number): Promise<string[]> {
    const messageIds = Array.from({ length: count }, () => randomUUID());
    const waiting = new Set<string>(messageIds);
    for (let attempt = 0; waiting.size > 0 && attempt < 100; attempt += 1) {
      const url = servers[(first + attempt) % 2]?.url.replace('http', 'ws');
      const socket = new WebSocket(`${url}/v1/conversations/${id}/chat`, ['parley.v1', `parley.token.${token}`]);
      await new Promise<void>((resolve) => {
        const send = () => {
          const [messageId] = waiting;
          if (messageId === undefined) return socket.close();
          const data = { conversationId: id, messageId, text: 'Do you cut beards?' };
          socket.send(JSON.stringify({ type: 'user_text', data }));
        };
        const timer = setTimeout(() => socket.terminate(), 10_000);
        socket.on('open', send);
        socket.on('error', () => {});
        socket.on('close', () => {
          clearTimeout(timer);
          resolve();
        });
        socket.on('message', (text) => {
          const message = messageSchema.parse(JSON.parse(String(text)));
          const messageId = message.data.turn?.user?.message_id;
          if (message.type === 'turn_recorded' && messageId != null && waiting.delete(messageId)) send();
        });
      });
    }
    expect(waiting.size).toBe(0);
    return messageIds;
  }
});

function post(
  server: ServerProcess | undefined,
  path: string,
  token: string | undefined,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${server?.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(40_000),
  });
}

function urlOf(connection: TestDatabase['connection']): string {
  if ('connectionString' in connection) return connection.connectionString;
  const { host, port, user, password, database } = connection;
  const where = host.startsWith('/') ? `localhost:${port}` : `${host}:${port}`;
  const socket = host.startsWith('/') ? `?host=${encodeURIComponent(host)}` : '';
  return `postgresql://${user}:${encodeURIComponent(password)}@${where}/${database}${socket}`;
}
