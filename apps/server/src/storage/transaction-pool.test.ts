import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
