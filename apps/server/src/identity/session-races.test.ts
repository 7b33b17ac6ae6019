import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../storage/database.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { hashSecret } from './secrets.ts';
import { createSessions } from './sessions.ts';
import { addUser, changeUser, type StoredUser } from './users-repository.ts';

const client = { clientAddress: '203.0.113.7', traceId: '0'.repeat(32), userAgent: undefined };

describe.each(databaseKinds)('a session that ends while its tokens are being renewed (%s)', (kind) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase(kind);
  }, 60_000);
  afterAll(() => opened?.close());

  const signedIn = async () => {
    const sessions = createSessions(opened.database);
    const begun = await opened.database.acrossOrganizations(async (transaction) => {
      const user = await addUser(transaction, {
        organizationId: defaultOrganizationId,
        email: `${crypto.randomUUID()}@example.com`,
        name: 'Ann',
        role: 'viewer',
        status: 'active',
      });
      if (user === undefined) throw new Error('nobody has that address');
      return sessions.begin(transaction, user, client);
    });
    return { sessions, begun };
  };
  /** Another replica, whose renewal is held just before its commit. */
  const heldReplica = () => {
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const database: Database = {
      ...opened.database,
      acrossOrganizations: (work, options) =>
        opened.database.acrossOrganizations(async (transaction) => {
          const result = await work(transaction);
          reached.resolve();
          await go.promise;
          return result;
        }, options),
    };
    return { sessions: createSessions(database), reached: reached.promise, go: go.resolve };
  };
  const somebodyWaitsForALock = () =>
    expect
      .poll(
        async () =>
          (await opened.pool.query('select count(*)::int as n from pg_locks where not granted')).rows[0]?.n ?? 0,
        { timeout: 5000 },
      )
      .toBeGreaterThan(0);
  const isOver = async (refreshToken: string) =>
    createSessions(opened.database)
      .refresh(refreshToken, client)
      .then(
        () => false,
        (error: unknown) => error instanceof Error && 'code' in error && error.code === 'session_ended',
      );

  it.each([
    [
      'signs out',
      async (user: StoredUser, sessionId: string) =>
        createSessions(opened.database).end({ ...user, sessionId }, client),
    ],
    [
      'signs out with the token itself',
      async (_user: StoredUser, _sessionId: string, refreshToken: string) =>
        createSessions(opened.database).endByToken(refreshToken, client),
    ],
    [
      'changes the password',
      async (user: StoredUser) =>
        opened.database.inOrganization(user.organizationId, async (transaction) => {
          // As the route does it: the password first.
          await changeUser(transaction, user.userId, { failedSignIns: 0 });
          await createSessions(opened.database).endAllOf(transaction, user.userId);
        }),
    ],
  ])('is over when its owner %s', async (_how, end) => {
    const { begun } = await signedIn();
    const other = heldReplica();
    const renewing = other.sessions.refresh(begun.refreshToken, client);
    await other.reached;
    const ending = end(begun.user, begun.sessionId, begun.refreshToken);
    await somebodyWaitsForALock();
    other.go();
    const renewed = await renewing;
    await ending;
    expect(hashSecret(renewed.refreshToken)).not.toBe(hashSecret(begun.refreshToken));
    expect(await isOver(renewed.refreshToken)).toBe(true);
  });
});
