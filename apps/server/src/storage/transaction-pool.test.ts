import { once } from 'node:events';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectTo } from '../testing/cuttable-line.ts';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { openDatabase } from './database.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase('embedded');
}, 60_000);
afterAll(() => opened?.close());

it('tells of an idle connection that breaks without the connection itself, which holds the password', async () => {
  const { connection } = opened;
  if ('connectionString' in connection) throw new Error('The embedded database has an address in parts.');
  const broke = Promise.withResolvers<unknown>();
  const database = openDatabase(connection, broke.resolve);
  try {
    await database.ping();
    await opened.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'parley' and pid <> pg_backend_pid()",
    );
    const error = await broke.promise;
    expect(error).toBeInstanceOf(Error);
    expect(Object.keys(Object(error))).not.toContain('client');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(connection.password);
    await database.ping();
  } finally {
    await database.close();
  }
});

it('tells nothing of connections that the database ends, once they were closed', async () => {
  const { connection } = opened;
  if ('connectionString' in connection) throw new Error('The embedded database has an address in parts.');
  const told: unknown[] = [];
  // A database that is stopped at this very moment: it answers the goodbye with its own.
  const stopping = createServer((client) => {
    const server = connectTo(connection);
    server.pipe(client);
    client.on('data', (bytes: Buffer) => {
      if (!bytes.subarray(-goodbye.length).equals(goodbye)) return void server.write(bytes);
      server.unpipe(client);
      server.destroy();
      client.end(terminated);
    });
    for (const socket of [client, server]) socket.on('error', () => socket.destroy());
  });
  stopping.listen(0, '127.0.0.1');
  await once(stopping, 'listening');
  const address = stopping.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const database = openDatabase({ ...connection, host: '127.0.0.1', port }, (error) => told.push(error));
  await database.ping();
  await database.close();
  stopping.close();
  await once(stopping, 'close');
  // What was written on this machine is there to be read; each round of the event loop reads.
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([]);
});

/** PostgreSQL's own messages: a client leaves; the server ends what it was at. */
const goodbye = Buffer.from([0x58, 0, 0, 0, 4]);
const fields = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
const terminated = Buffer.concat([Buffer.from([0x45, 0, 0, 0, fields.length + 4]), Buffer.from(fields)]);
