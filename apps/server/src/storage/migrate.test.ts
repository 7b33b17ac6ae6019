import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectTo } from '../testing/cuttable-line.ts';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { migrateDatabase } from './migrate.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase('embedded', { isMigrated: false });
}, 60_000);
afterAll(() => opened?.close());

it('leaves nothing behind on a connection that a pooler gives to somebody else afterwards', async () => {
  // The first brings all tables, the second has nothing to do.
  for (let run = 0; run < 2; run += 1) expect(await leftBehind()).toBe('scope=<> locks=0 in transaction=no');
});

/** What the next client of the connection finds on it, which goes on when the one that migrates takes its leave. */
async function leftBehind(): Promise<string> {
  const { connection } = opened;
  if ('connectionString' in connection) throw new Error('The embedded database has an address in parts.');
  const found = Promise.withResolvers<string>();
  const sockets: Socket[] = [];
  const pooler = createServer((client) => {
    const server = connectTo(connection);
    sockets.push(client, server);
    let isNextClient = false;
    let answer = '';
    client.on('data', (chunk: Buffer) => {
      if (!chunk.subarray(-terminate.length).equals(terminate)) return void server.write(chunk);
      isNextClient = true;
      server.write(chunk.subarray(0, -terminate.length));
      server.write(query);
      client.end();
    });
    server.on('data', (chunk: Buffer) => {
      if (!isNextClient) return void client.write(chunk);
      answer += chunk.toString('latin1');
      const [, told] = /(scope=<.*)\$/.exec(answer) ?? [];
      if (told !== undefined) found.resolve(told);
    });
    for (const socket of [client, server]) socket.on('error', found.reject);
  });
  await new Promise<void>((resolve) => pooler.listen(0, '127.0.0.1', resolve));
  try {
    const address = pooler.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await migrateDatabase({ ...connection, host: '127.0.0.1', port });
    return await found.promise;
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => pooler.close(resolve));
  }
}

/** PostgreSQL's own messages: a client leaves, and one statement. */
const terminate = Buffer.from([0x58, 0, 0, 0, 4]);
const statement = `select 'scope=<' || coalesce(current_setting('parley.scope', true), '') || '> locks='
  || (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())
  || ' in transaction=' || case when now() = statement_timestamp() then 'no' else 'yes' end || '$'\0`;
const length = Buffer.alloc(4);
length.writeInt32BE(4 + Buffer.byteLength(statement));
const query = Buffer.concat([Buffer.from('Q'), length, Buffer.from(statement)]);
