import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from './databases.ts';
import { hasRedis, startRedisServer } from './redis-server.ts';

describe.each(databaseKinds)('a test database (%s)', (kind) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase(kind);
  }, 60_000);
  afterAll(() => opened?.close());

  it('has the tables, and lets the owner see all rows', async () => {
    await opened.database.ping();
    const { rows } = await opened.pool.query('select organization_id from organizations');
    expect(rows).toEqual([{ organization_id: defaultOrganizationId }]);
  });
});

describe.skipIf(!hasRedis)('a Redis of the test', () => {
  it('can be killed and come back at the same address', async () => {
    const redis = await startRedisServer();
    expect(redis?.url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
    await redis?.kill();
    await redis?.restart();
    await redis?.stop();
  });
});
