import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AnyTool, JsonObject } from '@parley/dialogue/tools/tool.ts';
import { type OpenIntegration, openIntegration } from '@parley/integrations/create-integration.ts';
import type { IntegrationInput } from '@parley/integrations/definition.ts';
import { testContext, testParts } from '@parley/integrations/testing/api-server.ts';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createConnectionGuard } from '../edge/outgoing-hosts.ts';
import { type DataFolder, openDataFolder } from '../storage/data-folder.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../storage/embedded-postgres.ts';

type SqlInput = Extract<IntegrationInput, { kind: 'sql' }>;

let path: string;
let folder: DataFolder;
let postgres: EmbeddedPostgres;
let pool: Pool;
let door: Server;
let url: string;
const passing = new Set<Socket>();

beforeAll(async () => {
  path = await mkdtemp(join(homedir(), '.parley-test-'));
  folder = await openDataFolder(path);
  postgres = await startEmbeddedPostgres({ dataFolder: folder, signal: AbortSignal.timeout(60_000) });
  const { connection } = postgres;
  if ('connectionString' in connection) throw new Error('It listens by itself.');
  pool = new Pool(connection);
  // At the end the database may go before the last connection has.
  pool.on('error', () => {});
  await pool.query(`create table accounts (id int primary key, holder text not null, balance numeric not null,
    opened date, seen timestamptz, big int8, tags text[], extra jsonb, unique (holder))`);
  // The embedded database listens on a socket file; integrations go to hosts and ports.
  const { host, port, user, password, database } = connection;
  door = createServer((socket) => {
    const inner = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
    for (const [one, other] of [
      [socket, inner],
      [inner, socket],
    ] as const) {
      passing.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => passing.delete(one));
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const address = door.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  url = `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${address.port}/${database}`;
});

afterAll(async () => {
  for (const socket of passing) socket.destroy();
  await new Promise<void>((resolve) => door?.close(() => resolve()) ?? resolve());
  await pool?.end();
  await postgres?.stop();
  await folder?.close();
  await rm(path, { recursive: true, force: true });
});

const opened: OpenIntegration[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});
beforeEach(async () => {
  await pool.query('delete from accounts');
  await pool.query(`insert into accounts values
    (1, 'Ann', 10.50, '2020-03-01', '2026-03-01T10:00:00Z', 9007199254740993, '{a,b}', '{"vip": true}'),
    (2, 'Bob', 7, null, null, 5, null, null)`);
});

function open(
  operation: Partial<SqlInput['operations'][number]> & { statement: string },
  more: Partial<SqlInput> = {},
) {
  const parts = testParts({ DB: url });
  const integration = openIntegration(
    {
      id: 'core',
      kind: 'sql',
      connection: { secret: 'DB' },
      allowPrivateAddresses: true,
      retries: { maxAttempts: 1 },
      operations: [{ name: 'op', description: 'Does it.', ...operation }],
      ...more,
    },
    parts,
  );
  opened.push(integration);
  const [tool] = integration.tools;
  if (tool === undefined) throw new Error('No tool.');
  const use = (input: JsonObject = {}, used: AnyTool = tool) => used.run(input, testContext());
  return { use, tool, parts };
}

const count = async () => Number((await pool.query('select count(*) as n from accounts')).rows[0].n);

describe('an SQL operation', () => {
  it('reads rows as JSON, its values bound', async () => {
    const { use } = open({
      statement: 'select * from accounts where holder = $1 and $2::text[] is not null',
      parameters: [
        { type: 'text', name: 'holder', personal: true },
        { type: 'texts', name: 'tags' },
      ],
      values: ['{{ input.holder }}', '{{ input.tags }}'],
      result: { type: 'list', path: '$.rows[*]' },
    });
    expect(await use({ holder: 'Ann', tags: ['x'] })).toEqual([
      {
        id: 1,
        holder: 'Ann',
        balance: 10.5,
        opened: '2020-03-01',
        seen: '2026-03-01 10:00:00+00',
        big: '9007199254740993',
        tags: ['a', 'b'],
        extra: { vip: true },
      },
    ]);
    expect(await use({ holder: "x' or '1'='1", tags: [] })).toEqual([]);
    expect(await use({ holder: "'; drop table accounts; --", tags: [] })).toEqual([]);
    expect(await count()).toBe(2);
  });

  it('changes what it says, and gives how many rows', async () => {
    const { use } = open({
      effect: 'changes',
      statement: 'update accounts set balance = balance - $1 where id = $2 returning balance',
      parameters: [
        { type: 'number', name: 'amount' },
        { type: 'integer', name: 'id' },
      ],
      values: ['{{ input.amount }}', '{{ input.id }}'],
    });
    expect(await use({ amount: 0.5, id: 1 })).toEqual({ rows: [{ balance: 10 }], rowCount: 1 });
  });

  it('that only reads can change nothing', async () => {
    for (const statement of [
      'delete from accounts returning id',
      'with gone as (delete from accounts returning id) select * from gone',
      'commit; delete from accounts',
      'select 1; commit; delete from accounts',
    ]) {
      await expect(open({ statement }).use(), statement).rejects.toMatchObject({ code: 'sql_failed' });
    }
    expect(await count()).toBe(2);
  });

  it('leaves nothing behind when it fails, and tells no value in its error', async () => {
    const { use, parts } = open({
      effect: 'changes',
      statement: 'insert into accounts (id, holder, balance) values (7, $1, 0), (8, $1, 0)',
      parameters: [{ type: 'text', name: 'holder', personal: true }],
      values: ['{{ input.holder }}'],
    });
    const error = await use({ holder: 'Private Person' }).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'conflict', details: { reason: '23505: accounts_holder_key.' } });
    expect(JSON.stringify([parts.calls, String(error)])).not.toContain('Private');
    expect(await count()).toBe(2);
  });

  it('ends in the database too when it takes too long or nobody waits any more', async () => {
    const { use } = open({ statement: 'select pg_sleep(30)' }, { timeoutMs: 200 });
    await expect(use()).rejects.toMatchObject({ code: 'timed_out' });

    const { tool } = open({ statement: 'select pg_sleep(31)' }, { timeoutMs: 2000 });
    const stop = new AbortController();
    const waiting = tool.run({}, testContext({ signal: stop.signal }));
    const sleeping = async () =>
      (await pool.query("select 1 from pg_stat_activity where query like 'select pg_sleep(3%' and state = 'active'"))
        .rowCount;
    await expect.poll(sleeping).toBe(1);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(sleeping, { timeout: 10_000 }).toBe(0);
  });

  it('with more rows than it may have is an error, not half an answer', async () => {
    await expect(open({ statement: 'select 1 from accounts', maxRows: 1 }).use()).rejects.toMatchObject({
      code: 'response_too_large',
      details: { field: 'maxRows' },
    });
  });

  it('says when its credentials are wrong, and when nobody is there', async () => {
    const as = (secret: string) => {
      const parts = testParts({ DB: secret });
      const operations = [{ name: 'op', description: 'Does it.', statement: 'select 1' }];
      const integration = openIntegration(
        { id: 'core', kind: 'sql', connection: { secret: 'DB' }, allowPrivateAddresses: true, operations },
        parts,
      );
      opened.push(integration);
      return integration.tools[0]?.run({}, testContext());
    };
    await expect(as(url.replace(/:[^:@/]+@/, ':wrong@'))).rejects.toMatchObject({ code: 'auth_failed' });
    await expect(as('postgres://me@127.0.0.1:1/x')).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('does not reach a private address unless allowed', async () => {
    await expect(open({ statement: 'select 1' }, { allowPrivateAddresses: false }).use()).rejects.toMatchObject({
      code: 'address_refused',
      details: { field: 'connection' },
    });
  });

  it('reaches, where whoever runs the server decides, listed hosts by their names, and others on ports of databases', async () => {
    const named = url.replace('127.0.0.1', 'localhost');
    const use = async (allowed: readonly string[], ports: readonly number[]) => {
      const operations = [{ name: 'op', description: 'Does it.', statement: 'select 1 as one' }];
      const integration = openIntegration(
        { id: 'core', kind: 'sql', connection: { secret: 'DB' }, allowPrivateAddresses: true, operations },
        { ...testParts({ DB: named }), guard: createConnectionGuard(allowed, ports) },
      );
      opened.push(integration);
      return integration.tools[0]?.run({}, testContext());
    };
    expect(await use(['localhost'], [443])).toMatchObject({ rows: [{ one: 1 }] });
    await expect(use(['crm.internal'], [Number(new URL(url).port)])).rejects.toMatchObject({ code: 'address_refused' });
    await expect(use(['127.0.0.0/8', '::1'], [443])).rejects.toMatchObject({
      code: 'address_refused',
      message: expect.stringMatching(/Port \d+ of localhost/),
    });
    const guard = createConnectionGuard([], [443]);
    expect(guard.mayUsePort('db.example', 5432, 'postgres')).toBe(true);
    expect(guard.mayUsePort('db.example', 5432, 'http')).toBe(false);
  });

  it('whose values are not those of its statement is refused', () => {
    expect(() => open({ statement: 'select $1, $2', values: ['{{ context.language }}'] })).toThrow(
      '$2 as its last value',
    );
    expect(() => open({ statement: "select '{{ input.x }}'" })).toThrow('Values are bound');
  });
});
