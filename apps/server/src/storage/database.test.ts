import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { type Database, openDatabase, type Transaction } from './database.ts';
import { databaseDefaults } from './database-options.ts';
import { defaultOrganizationId } from './schema/organizations.ts';

describe.each(databaseKinds)('reports (%s)', (kind) => {
  let main: TestDatabase;
  /** Stands for the replica: the test tells by the name of the organization which of the two was read. */
  let copy: TestDatabase;
  const opened: Database[] = [];
  const errors: unknown[] = [];
  const open = (options: Partial<typeof databaseDefaults>, replica?: TestDatabase['connection']) => {
    const database = openDatabase(
      main.connection,
      (error) => errors.push(error),
      { ...databaseDefaults, ...options },
      replica,
    );
    opened.push(database);
    return database;
  };

  beforeAll(async () => {
    [main, copy] = await Promise.all([openTestDatabase(kind), openTestDatabase(kind)]);
    await copy.pool.query("update organizations set name = 'The replica'");
  }, 60_000);

  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await Promise.all([main?.close(), copy?.close()]);
  });

  it('are read from the replica, and all else from the database itself', async () => {
    const database = open({}, copy.connection);
    expect(await database.inReports(defaultOrganizationId, nameOf)).toBe('The replica');
    expect(await database.inOrganization(defaultOrganizationId, nameOf)).toBe('Default');
  });

  it('are read from the database itself when there is no replica, or when it cannot be reached', async () => {
    expect(await open({}).inReports(defaultOrganizationId, nameOf)).toBe('Default');
    const nobody = { connectionString: 'postgresql://nobody@127.0.0.1:1/nothing' };
    errors.length = 0;
    expect(await open({}, nobody).inReports(defaultOrganizationId, nameOf)).toBe('Default');
    expect(errors).toEqual([expect.objectContaining({ code: 'ECONNREFUSED' })]);
  });

  it('write nothing, on the database itself neither', async () => {
    const writing = open({}).inReports(defaultOrganizationId, (transaction) =>
      transaction.execute(sql`update organizations set name = 'changed'`),
    );
    await expect(writing).rejects.toMatchObject({ code: '25006' });
  });

  it('stand behind the wall too', async () => {
    const seen = await open({}).inReports('00000000-0000-4000-8000-0000000000ff', (transaction) =>
      transaction.execute(sql`select 1 from organizations`),
    );
    expect(seen.rows).toEqual([]);
  });

  it('are given up after their time, and never keep a caller waiting for a connection', async () => {
    const database = open({ poolSize: 1, reportPoolSize: 1, reportTimeoutMs: 300 });
    const slow = database.inReports(defaultOrganizationId, (transaction) =>
      transaction.execute(sql`select pg_sleep(20)`),
    );
    // It is settled below; until then its failure must not be an unhandled one.
    slow.catch(() => {});
    expect(await database.inOrganization(defaultOrganizationId, nameOf)).toBe('Default');
    await expect(slow).rejects.toMatchObject({ code: '57014' });
  });
});

describe.each(databaseKinds)('what the database refuses (%s)', (kind) => {
  let main: TestDatabase;
  beforeAll(async () => {
    main = await openTestDatabase(kind);
  }, 60_000);
  afterAll(() => main?.close());

  const told = async (work: Promise<unknown>) => {
    const error = await work.catch((failed: unknown) => failed);
    // As a log writes it: all that it has of its own, and its message.
    return error instanceof Error ? { ...error, message: error.message } : {};
  };

  it('is told by what was violated, without a word of the row', async () => {
    const refused = main.database.asOwner((transaction) =>
      transaction.execute(
        sql`insert into organizations (organization_id, name, settings) values (gen_random_uuid(), 'What Ann said', null)`,
      ),
    );
    const error = await told(refused);
    expect(error).toMatchObject({ code: '23502', column: 'settings' });
    expect(JSON.stringify(error)).not.toContain('Ann');
  });

  it('is told without what could not be read as JSON', async () => {
    const text = '{"said":"What Ann said\\u0000"}';
    const refused = main.database.inOrganization(defaultOrganizationId, (transaction) =>
      transaction.execute(sql`select ${text}::jsonb`),
    );
    const error = await told(refused);
    expect(error).toMatchObject({ code: '22P05' });
    expect(JSON.stringify(error)).not.toContain('Ann');
  });
});

async function nameOf(transaction: Transaction): Promise<string | undefined> {
  const { rows } = await transaction.execute(sql`select name from organizations`);
  return z.array(z.object({ name: z.string() })).parse(rows)[0]?.name;
}
