import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerMessage, serverMessageSchema } from '@parley/contract/app-messages.ts';
import {
  type ConversationOpened,
  conversationListSchema,
  conversationOpenedSchema,
  conversationViewSchema,
} from '@parley/contract/conversations.ts';
import { errorBodySchema } from '@parley/contract/errors.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type ServerProcess, startServerProcess, typedOnly } from './testing/server-process.ts';

let dataDir: string;
let server: ServerProcess;

// Some start a server anew: seconds on a machine of one's own, many more beside other builds.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-server-test-'));
  server = await startServerProcess({ dataDir, env: typedOnly, isFirstStart: true });
});

afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('a chat', () => {
  it('ends with a booking in the record', async () => {
    const chat = await openChat();
    for (const text of ["I'd like to book a haircut for Friday at three", 'my name is Alice', '415 555 1234', 'yes']) {
      await chat.say(text);
    }
    const record = await view(chat.opened);
    expect(record.bookings).toHaveLength(1);
    expect(record.bookings[0]).toMatchObject({ service: 'haircut', name: 'Alice', status: 'booked' });
    expect(record.turns.filter((turn) => turn.user !== null)).toHaveLength(4);
    chat.close();
  });

  it('goes on where it was after the process was killed, with nothing lost and nothing twice', async () => {
    const before = await openChat();
    await before.say('a haircut please');
    await before.say('Friday at three pm');
    await server.kill();
    server = await startServerProcess({ dataDir, env: typedOnly });

    const after = await enterChat(before.opened);
    // The message that was answered before the crash is sent again, as a client does that missed the acknowledgement.
    await after.say('Friday at three pm', before.lastMessageId);
    await after.say('my name is Alice');
    const record = await view(before.opened);
    expect(record.turns.map((turn) => turn.user?.text).filter((text) => text !== undefined)).toEqual([
      'a haircut please',
      'Friday at three pm',
      'my name is Alice',
    ]);
    expect(record.turns.at(-1)?.reply?.text).toMatch(/number/i);
    after.close();
  });

  it('survives every kind of bad message, and so do the others', async () => {
    const good = await openChat();
    const bad = await openChat();
    const cases: [string | Buffer, string][] = [
      ['{', 'invalid_json'],
      ['{"type":"nonsense","data":{}}', 'unknown_message_type'],
      [
        JSON.stringify({ type: 'user_text', data: { conversationId: bad.opened.conversation_id, messageId: 'x' } }),
        'invalid_request',
      ],
      [
        JSON.stringify({
          type: 'user_text',
          data: { conversationId: bad.opened.conversation_id, messageId: 'x\u0000', text: 'hello' },
        }),
        'invalid_request',
      ],
      ['x'.repeat(100_000), 'message_too_large'],
      [Buffer.from([0, 255, 254]), 'binary_not_expected'],
      [
        JSON.stringify({
          type: 'user_text',
          data: { conversationId: good.opened.conversation_id, messageId: 'x', text: 'not mine' },
        }),
        'forbidden',
      ],
    ];
    for (const [message, code] of cases) {
      bad.send(message);
      const error = await bad.until((answer) => answer.type === 'error');
      expect(error).toMatchObject({ type: 'error', data: { code } });
    }
    // Characters that a database cannot keep: the message counts without them.
    await bad.say('a haircut\u0000 please\ud800');
    await good.say('a haircut please');
    expect((await view(good.opened)).turns).toHaveLength(2);
    bad.close();
    good.close();
  });
});

describe('the front desk', () => {
  it('keeps what was booked over a restart, and offers other times to whoever comes too late', async () => {
    // A day that no other test books.
    const slot = `a haircut on ${openDay(30)} at 10 AM`;
    const first = await openChat();
    for (const text of [slot, 'my name is Alice Brown', '415 555 1234', 'yes']) await first.say(text);
    const second = await openChat();
    for (const text of [slot, 'my name is Ben Stone', '415 555 9876', 'yes']) await second.say(text);
    const [made, beside] = [(await view(first.opened)).bookings[0], (await view(second.opened)).bookings[0]];
    expect(shopTime(made?.starts_at)).toBe(`${openDay(30)} at 10:00 AM`);
    // The other chair.
    expect(beside?.starts_at).toBe(made?.starts_at);
    await server.kill();
    server = await startServerProcess({ dataDir, env: typedOnly });

    const third = await openChat();
    await third.say(slot);
    expect((await view(third.opened)).turns.at(-1)?.reply?.text).toMatch(/taken.*9:30 AM.*10:30 AM/i);
    for (const text of ['10:30 AM', 'my name is Carol Jones', '415 555 4321', 'yes']) await third.say(text);
    const [later] = (await view(third.opened)).bookings;
    expect(later).toMatchObject({ name: 'Carol Jones', status: 'booked' });
    expect(shopTime(later?.starts_at)).toBe(`${openDay(30)} at 10:30 AM`);
    expect((await view(first.opened)).bookings).toEqual([made]);
  });

  it('moves and cancels in later calls what was booked in an earlier one, which shows it', async () => {
    const booking = await openChat();
    const slot = `a haircut on ${openDay(40)} at 11 AM`;
    for (const text of [slot, 'my name is Dora Lee', '415 555 2222', 'yes']) await booking.say(text);
    const [made] = (await view(booking.opened)).bookings;
    expect(made).toMatchObject({ status: 'booked' });

    const moving = await openChat();
    const who = ['415 555 2222', 'Dora Lee'];
    for (const text of ['I want to move my appointment', ...who, `${openDay(50)} at 2 PM`, 'yes']) {
      await moving.say(text);
    }
    const [moved] = (await view(booking.opened)).bookings;
    expect(moved).toEqual({ ...made, starts_at: moved?.starts_at });
    expect(shopTime(moved?.starts_at)).toBe(`${openDay(50)} at 2:00 PM`);
    expect((await view(moving.opened)).bookings).toEqual([moved]);

    const cancelling = await openChat();
    for (const text of ['please cancel my appointment', ...who, 'yes']) await cancelling.say(text);
    for (const { opened } of [booking, moving, cancelling]) {
      expect((await view(opened)).bookings).toEqual([{ ...moved, status: 'cancelled' }]);
    }
  });
});

describe('the API', () => {
  it.each([
    ['POST', '/v1/conversations', '{', 400, 'invalid_json'],
    ['POST', '/v1/conversations', '{"time_zone":"Mars/Base"}', 400, 'invalid_request'],
    ['POST', '/v1/conversations', '{"agent_id":"nobody"}', 400, 'invalid_request'],
    ['POST', '/v1/conversations', `{"agent_id":"${'x'.repeat(200_000)}"}`, 413, 'body_too_large'],
    ['GET', '/v1/conversations', undefined, 401, 'unauthorized'],
    ['GET', '/v1/conversations/not-an-id', undefined, 401, 'unauthorized'],
    ['GET', '/v1/conversations/018f0000-0000-4000-8000-000000000000', undefined, 401, 'unauthorized'],
    ['GET', '/nowhere', undefined, 404, 'not_found'],
  ])('answers %s %s with a coded error', async (method, path, body, status, code) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
    expect(response.status).toBe(status);
    expect(errorBodySchema.parse(await response.json()).code).toBe(code);
  });

  it.each(['', 'v=0', 'v=0\r\nm=video 9 UDP 1\r\n', `v=0\r\n${'a=x\r\n'.repeat(5000)}`, '\u0000\uffff'])(
    'refuses an offer that is none (%#)',
    async (sdp) => {
      const opened = await start('voice');
      const response = await fetch(`${server.url}/v1/conversations/${opened.conversation_id}/webrtc`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${opened.token}` },
        body: JSON.stringify({ sdp }),
      });
      expect(response.status).toBe(400);
      expect(['invalid_sdp', 'invalid_request']).toContain(errorBodySchema.parse(await response.json()).code);
    },
  );

  it('opens a conversation to its own token and to the operator only', async () => {
    const [mine, other] = [await start('chat'), await start('chat')];
    const get = (key: string) =>
      fetch(`${server.url}/v1/conversations/${mine.conversation_id}`, { headers: { authorization: `Bearer ${key}` } });
    expect((await get(mine.token)).status).toBe(200);
    expect((await get(other.token)).status).toBe(403);
    expect((await get(server.operatorKey)).status).toBe(200);
  });

  it('lets the operator choose who listens and speaks, and nothing else of the organization or the server', async () => {
    const ask = (path: string, method = 'GET', body?: unknown) =>
      fetch(`${server.url}/v1/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${server.operatorKey}`,
          'if-match': '*',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    const statusOf = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).status;
    expect(await statusOf('providers')).toBe(200);
    expect(await statusOf('voices')).toBe(200);
    expect(await statusOf('organization', 'PATCH', { settings: { speech: { recognizers: ['embedded'] } } })).toBe(200);
    expect(await statusOf('organization', 'PATCH', { settings: { speech: null } })).toBe(200);
    for (const [path, method, body] of [
      ['organization', 'PATCH', { name: 'Mine now' }],
      ['organization', 'PATCH', { settings: { retention_days: { transcripts: 1 } } }],
      ['organization', 'PATCH', { settings: { speech: null, allowed_origins: ['https://evil.example.com'] } }],
      ['organizations', 'POST', { name: 'Another', admin: { email: 'me@example.com', name: 'Me' } }],
      ['users'],
      ['api-keys'],
      ['audit-logs'],
      ['integrations'],
    ] as const) {
      expect([path, body, await statusOf(path, method, body)]).toEqual([path, body, 403]);
    }
  });

  it('lists conversations for the operator, page by page', async () => {
    const opened: string[] = [];
    for (let n = 0; n < 5; n += 1) opened.push((await start('chat')).conversation_id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const response = await fetch(`${server.url}/v1/conversations?limit=2${query}`, {
        headers: { authorization: `Bearer ${server.operatorKey}` },
      });
      const page = conversationListSchema.parse(await response.json());
      seen.push(...page.conversations.map(({ conversation_id }) => conversation_id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    // Newest first.
    expect(seen.slice(0, 5)).toEqual(opened.toReversed());
  });

  it('says that it is well and ready', async () => {
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    const ready = await fetch(`${server.url}/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'ready', parts: { database: 'ok' } });
  });
});

describe('the process', () => {
  it('lets no second one onto its data folder', async () => {
    await expect(startServerProcess({ dataDir, env: typedOnly })).rejects.toThrow('exit code 1');
  });

  it('says so when its port is taken', async () => {
    const port = new URL(server.url).port;
    await expect(startServerProcess({ env: { ...typedOnly, PORT: port } })).rejects.toThrow('exit code 1');
  });

  it('stops with exit code 0 on SIGTERM, chats open or not', async () => {
    const chat = await openChat();
    expect(await server.stop()).toBe(0);
    expect(await chat.closed).toBe(1012);
    server = await startServerProcess({ dataDir, env: typedOnly });
  });

  it('keeps no connection that it refused, and does not wait at its end for clients that hang', async () => {
    const { port } = new URL(server.url);
    const hanging = async (bytes: string) => {
      const socket = connect({ port: Number(port), host: 'localhost', allowHalfOpen: true });
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(bytes);
      return socket;
    };
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const refused = await hanging(`GET /nowhere HTTP/1.1\r\nHost: localhost\r\n${upgrade}`);
    refused.resume();
    await once(refused, 'end');
    // The far side never closes; the server does not keep its half for it.
    const closed = new Promise((resolve) => refused.once('close', resolve));
    // The first byte tells the client nothing; those after it break on a connection that is gone.
    const poke = setInterval(() => refused.write('.'), 50);
    await closed.finally(() => clearInterval(poke));

    await hanging('POST /v1/conversations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    const chat = await openChat();
    chat.ignore();
    const startedMs = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    server = await startServerProcess({ dataDir, env: typedOnly });
  });
});

const shopTimeZone = 'America/New_York';

/** A day so far ahead on which the shop is open, as callers say it, such as "December 9". */
function openDay(daysAhead: number): string {
  const day = (days: number) => new Date(Date.now() + days * 86_400_000);
  const weekday = new Intl.DateTimeFormat('en-US', { weekday: 'long', timeZone: shopTimeZone });
  const isSunday = weekday.format(day(daysAhead)) === 'Sunday';
  return new Intl.DateTimeFormat('en-US', { month: 'long', day: 'numeric', timeZone: shopTimeZone }).format(
    day(isSunday ? daysAhead + 1 : daysAhead),
  );
}

/** Such as "December 9 at 10:00 AM". */
function shopTime(iso: string | undefined): string | undefined {
  if (iso === undefined) return undefined;
  const [day, time] = [{ month: 'long', day: 'numeric' } as const, { hour: 'numeric', minute: '2-digit' } as const].map(
    (options) => new Intl.DateTimeFormat('en-US', { ...options, timeZone: shopTimeZone }).format(new Date(iso)),
  );
  // Newer releases put a narrow no-break space before AM.
  return `${day} at ${time}`.replace(/\s/g, ' ');
}

interface Chat {
  readonly opened: ConversationOpened;
  readonly lastMessageId: string;
  /** The close code. */
  readonly closed: Promise<number>;
  send(message: string | Buffer): void;
  /** Say it, and wait until it is answered and stored. */
  say(text: string, messageId?: string): Promise<void>;
  /** Read nothing any more and answer nothing, as a page that hangs. */
  ignore(): void;
  /** The first message from now on, or of those not looked at yet, that fits. */
  until(fits: (message: ServerMessage) => boolean): Promise<ServerMessage>;
  close(): void;
}

async function start(channel: 'voice' | 'chat'): Promise<ConversationOpened> {
  const response = await fetch(`${server.url}/v1/conversations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel_type: channel, time_zone: 'Europe/London' }),
  });
  return conversationOpenedSchema.parse(await response.json());
}

async function openChat(): Promise<Chat> {
  const chat = await enterChat(await start('chat'));
  await chat.until((message) => message.type === 'turn_recorded');
  return chat;
}

async function enterChat(opened: ConversationOpened): Promise<Chat> {
  const url = `${server.url.replace('http', 'ws')}/v1/conversations/${opened.conversation_id}/chat`;
  const socket = new WebSocket(url, ['parley.v1', `parley.token.${opened.token}`]);
  const messages: ServerMessage[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    messages.push(serverMessageSchema.parse(JSON.parse(data.toString())));
    for (const wake of waiting) wake();
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  let lastMessageId = '';

  const until = (fits: (message: ServerMessage) => boolean): Promise<ServerMessage> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look);
        reject(new Error(`It did not come within 10 s; came: ${JSON.stringify(messages.slice(-5))}`));
      }, 10_000);
      const look = () => {
        for (let next = messages.shift(); next !== undefined; next = messages.shift()) {
          if (!fits(next)) continue;
          clearTimeout(timer);
          waiting.delete(look);
          return resolve(next);
        }
      };
      waiting.add(look);
      look();
    });

  return {
    opened,
    get lastMessageId() {
      return lastMessageId;
    },
    closed,
    send: (message) => socket.send(message),
    async say(text, messageId = randomUUID()) {
      lastMessageId = messageId;
      const data = { conversationId: opened.conversation_id, messageId, text };
      socket.send(JSON.stringify({ type: 'user_text', data }));
      await until((message) => message.type === 'turn_recorded' && message.data.turn.user?.message_id === messageId);
    },
    ignore: () => socket.pause(),
    until,
    close: () => socket.close(),
  };
}

async function view(opened: ConversationOpened) {
  const response = await fetch(`${server.url}/v1/conversations/${opened.conversation_id}`, {
    headers: { authorization: `Bearer ${opened.token}` },
  });
  return conversationViewSchema.parse(await response.json());
}
