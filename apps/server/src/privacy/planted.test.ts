import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redactionClasses } from '@parley/contract/organization-settings.ts';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { openToolStorage } from '../storage/open-tool-database.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../testing/server-process.ts';
import { keysCommand } from './keys-command.ts';
import { privacyCommand } from './privacy-command.ts';
import { createRedactingDestination } from './redacting-destination.ts';

/** What a caller tells, and what would betray it. */
const planted: Readonly<Record<string, { readonly said: string; readonly traces: readonly string[] }>> = {
  email: { said: 'write to mary.planted@example.com', traces: ['mary.planted', 'planted@example'] },
  phone: { said: 'my number is +44 20 7946 0958', traces: ['7946 0958', '2079460958'] },
  card: { said: 'my card is 4111 1111 1111 1111', traces: ['4111 1111', '41111111'] },
  iban: { said: 'the account is GB82 WEST 1234 5698 7654 32', traces: ['1234 5698', '12345698'] },
  secret: { said: 'my password is hunter2planted', traces: ['hunter2planted'] },
  name: { said: 'my name is Zebulon Quist', traces: ['zebulon', 'quist'] },
  address: { said: 'I live at 221b Baker Street', traces: ['baker street'] },
};

const found = (text: string) => {
  const lower = text.toLowerCase();
  return Object.keys(planted).filter((kind) => planted[kind]?.traces.some((trace) => lower.includes(trace)));
};

/** Whoever the server is told at its start is its admin. */
const admin = { PARLEY_ADMIN_EMAIL: 'root@parley.example', PARLEY_ADMIN_PASSWORD: 'plum-anvil-raven-88' };

async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: admin.PARLEY_ADMIN_EMAIL, password: admin.PARLEY_ADMIN_PASSWORD }),
  });
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
}

interface Run {
  readonly log: () => string;
  readonly webhooks: string[];
  readonly errors: string[];
  metrics: string;
  outbox: string;
  turns: string;
}

/** Tell the server everything, in every way that it takes: in conversations, in requests that fail, in signing in. */
async function tellEverything(dataDir: string, env: Record<string, string>, settings: object): Promise<Run> {
  await mkdir(dataDir);
  let output = '';
  const webhooks: string[] = [];
  const receiver = createServer(async (request, response) => {
    webhooks.push(Buffer.concat(await request.toArray()).toString());
    response.end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  const receiverPort = typeof address === 'object' && address !== null ? address.port : 0;
  const server = await startServerProcess({
    dataDir,
    env: { ...typedOnly, ...admin, ...env, LOG_LEVEL: 'debug', OUTGOING_ALLOWED_HOSTS: '127.0.0.1' },
    onOutput: (text) => {
      output += text;
    },
  });
  const errors: string[] = [];
  try {
    await withStorage(dataDir, (database) =>
      database.acrossOrganizations((tx) =>
        tx.execute(sql`update organizations set settings = ${JSON.stringify(settings)}::jsonb`),
      ),
    );
    const token = await signIn(server.url);
    const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      fetch(`${server.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
    const fails = async (...request: Parameters<typeof ask>) => {
      const answer = await ask(...request);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      errors.push(await answer.text());
    };
    await hook(ask, receiverPort);
    const said = Object.values(planted).map((one) => one.said);
    let id = '';
    // One each: an agent that does not understand hands over after a while.
    for (const text of said) {
      const start = await ask('POST', '/v1/conversations/start', {
        channel_type: 'api',
        caller_id: '+442079460958',
        user_id: 'mary.planted@example.com',
        initial_context: { full_name: 'Zebulon Quist', password: 'hunter2planted' },
      });
      expect(start.status).toBe(201);
      id = z.object({ session_id: z.string() }).parse(await start.json()).session_id;
      const turn = await ask('POST', `/v1/conversations/${id}/process`, { input_type: 'text', text });
      expect(turn.status).toBe(200);
      const end = await ask('POST', `/v1/conversations/${id}/end`, { reason: 'completed' });
      expect(end.status).toBe(200);
    }
    const all = said.join(', ');
    await fails('POST', '/v1/conversations/start', { channel_type: all, caller_id: { [all]: all } });
    await fails('POST', `/v1/conversations/${id}/process`, `{"text":"${all}"`);
    await fails('POST', `/v1/conversations/${id}/process`, { input_type: 'smell', text: all, metadata: all });
    await fails('GET', `/v1/conversations?limit=${encodeURIComponent(all)}`);
    await fails('GET', `/v1/nothing/${encodeURIComponent(all)}`);
    await fails('GET', '/v1/audit-logs', undefined, { authorization: 'Bearer hunter2planted.hunter2planted' });
    await fails('POST', '/v1/auth/sign-in', { email: 'mary.planted@example.com', password: 'hunter2planted' });
    await fails('POST', '/v1/privacy/erasures', { person: 'mary.planted@example.com', confirm: 'Zebulon Quist' });
    await fails('POST', `/v1/conversations/${randomUUID()}/process`, { input_type: 'text', text: all });
    // Events of one conversation come in order: after its end all of them are there.
    const ended = () => webhooks.filter((body) => body.includes('conversation_ended')).length;
    await expect.poll(ended, { timeout: 30_000 }).toBe(said.length);
    const metrics = await (await ask('GET', '/metrics')).text();
    const stored = await withStorage(dataDir, async (database) => {
      const read = async (query: ReturnType<typeof sql>) =>
        JSON.stringify((await database.acrossOrganizations((tx) => tx.execute(query))).rows);
      return {
        outbox:
          (await read(sql`select payload from outbox`)) + (await read(sql`select payload from webhook_deliveries`)),
        turns: await read(sql`select * from conversation_turns`),
      };
    });
    return { log: () => output, webhooks, errors, metrics, ...stored };
  } finally {
    await server.stop();
    receiver.closeAllConnections();
    receiver.close();
  }
}

async function hook(
  ask: (method: string, path: string, body: unknown) => Promise<Response>,
  port: number,
): Promise<void> {
  const hooked = await ask('POST', '/v1/webhooks', { url: `http://127.0.0.1:${port}/` });
  expect(hooked.status).toBe(201);
}

async function withStorage<T>(
  dataDir: string,
  work: (database: Awaited<ReturnType<typeof openToolStorage>>['database']) => Promise<T>,
): Promise<T> {
  const storage = await openToolStorage(readConfig({ DATA_DIR: dataDir }), () => {}, AbortSignal.timeout(30_000));
  try {
    return await work(storage.database);
  } finally {
    await storage.close();
  }
}

describe('secrets and personal data that callers and clients send', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-planted-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('are in what is told and stored when nothing is redacted: this test would find them', async () => {
    const off = Object.fromEntries(redactionClasses.map((name) => [name, 'off']));
    const settings = { redaction: { destinations: { events: off, transcripts: off } } };
    const run = await tellEverything(join(dataDir, 'off'), { LOG_REDACTION: 'off' }, settings);
    for (const place of [run.webhooks.join('\n'), run.outbox, run.turns]) {
      expect(found(place)).toEqual(Object.keys(planted));
    }
  }, 180_000);

  it('are in no line of the log, no event, no webhook, no metric and no error otherwise', async () => {
    const run = await tellEverything(join(dataDir, 'on'), {}, {});
    // The log is there at all, and says of each request what became of it.
    expect(run.log().length).toBeGreaterThan(1000);
    expect(run.webhooks.length).toBeGreaterThan(7);
    expect(found(run.log())).toEqual([]);
    expect(found(run.webhooks.join('\n'))).toEqual([]);
    expect(found(run.outbox)).toEqual([]);
    expect(found(run.metrics)).toEqual([]);
    for (const error of run.errors) expect({ error, found: found(error) }).toEqual({ error, found: [] });
    // The record is what people work with; but cards, accounts and passwords are nobody's work.
    expect(found(run.turns)).toEqual(['email', 'phone', 'name', 'address']);
  }, 180_000);

  it('are in no line of a log, whoever wrote it and wherever in it they stand', async () => {
    const all = Object.values(planted)
      .map(({ said }) => said)
      .join(', ');
    const write = (through: (out: { write(line: string): unknown }) => { write(line: string): unknown }) => {
      const lines: string[] = [];
      const log = pino({ level: 'trace' }, through({ write: (line) => lines.push(line) }));
      log.error({ err: new Error(all, { cause: new TypeError(all) }) }, 'it failed');
      log.info(
        { req: { headers: { authorization: 'Bearer hunter2planted', cookie: 'a=hunter2planted' } } },
        'a request',
      );
      log.debug({ body: { nested: [{ password: 'hunter2planted', note: all }] } });
      log.trace(all);
      return lines.join('');
    };
    expect(found(write((out) => out))).toEqual(Object.keys(planted));
    expect(found(write(createRedactingDestination))).toEqual([]);
  });
});

describe('commands beside a server that runs', () => {
  let server: ServerProcess;
  let dataDir: string;
  let token: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-commands-'));
    server = await startServerProcess({ dataDir, env: { ...typedOnly, ...admin } });
    token = await signIn(server.url);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  const ask = async (path: string, body: unknown) => {
    const answer = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return z.looseObject({ session_id: z.string().optional() }).parse(await answer.json());
  };

  it('rotate the keys under a conversation, which goes on', async () => {
    const { session_id: id } = await ask('/v1/conversations/start', {
      channel_type: 'api',
      caller_id: '+442079460958',
    });
    await ask(`/v1/conversations/${id}/process`, { input_type: 'text', text: 'hello' });
    const config = readConfig({ DATA_DIR: dataDir });
    const storage = await openToolStorage(config, () => {}, AbortSignal.timeout(30_000));
    try {
      const printed: string[] = [];
      const run = (command: string) =>
        keysCommand(
          [command],
          { ...storage, settings: config.privacy },
          (line) => printed.push(line),
          AbortSignal.timeout(30_000),
        );
      expect(await run('rotate')).toBe(0);
      expect(await run('rewrap')).toBe(0);
      expect(await run('status')).toBe(0);
      expect(printed.join('\n')).toMatch(/in service, seals [1-9]/);
      expect(printed.join('\n')).toMatch(/retired \S+, seals 0/);
      expect(await run('frobnicate')).toBe(2);
    } finally {
      await storage.close();
    }
    const turn = await ask(`/v1/conversations/${id}/process`, { input_type: 'text', text: 'and again' });
    expect(turn).toMatchObject({ session_id: id });
  });

  it('export what is stored of somebody, and erase it once that is confirmed', async () => {
    const out = join(dataDir, 'export.json');
    await withStorage(dataDir, async (database) => {
      const printed: string[] = [];
      const run = (args: string[], answer = '') =>
        privacyCommand(
          args,
          database,
          (line) => printed.push(line),
          AbortSignal.timeout(30_000),
          async () => answer,
        );
      expect(await run(['export'])).toBe(2);
      expect(await run(['export', '--person', '020 7946 0958', '--out', out])).toBe(0);
      expect(JSON.parse(await readFile(out, 'utf8')).conversations).toHaveLength(1);
      expect(await readFile(`${out}.txt`, 'utf8')).toContain('caller: and again');
      expect(await run(['erase', '--person', '020 7946 0958'], 'no')).toBe(1);
      expect(printed.at(-1)).toBe('Nothing was erased.');
      expect(await run(['erase', '--person', '020 7946 0958'], '020 7946 0958')).toBe(0);
      expect(printed.join('\n')).toContain('conversations: 1');
      expect(await run(['erase', '--person', '020 7946 0958', '--yes'])).toBe(0);
      expect(printed.at(-1)).toBe('Erased.');
    });
  });
});
