import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { startIdentity } from './identity-harness.ts';

describe.each(databaseKinds)('the first start (%s)', (kind) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase(kind);
  }, 60_000);
  afterAll(() => opened?.close());

  it('makes one admin although two servers start at once, and tells the password once and stores it nowhere', async () => {
    const replicas = await Promise.all([startIdentity(opened.database, {}), startIdentity(opened.database, {})]);
    const again = await startIdentity(opened.database, {});
    try {
      const lines = [...replicas, again].flatMap(({ reported }) => reported);
      expect(lines).toHaveLength(1);
      const password = /as admin@localhost with the password ([a-z2-9-]{27}) /.exec(String(lines))?.[1];
      const signedIn = await again.call('POST', '/v1/auth/sign-in', { body: { email: 'admin@localhost', password } });
      expect(signedIn.body).toMatchObject({ user: { role: 'admin' } });
      const { rows } = await opened.pool.query(
        `select count(*)::int as found from users u, audit_logs a where u::text || a::text like '%' || $1 || '%'`,
        [password],
      );
      expect(rows).toEqual([{ found: 0 }]);
    } finally {
      await Promise.all([...replicas, again].map((replica) => replica.close()));
    }
  });
});

it('lets an admin in again who was locked out, disabled or forgot the password, when the settings say so', async () => {
  const opened = await openTestDatabase('embedded');
  try {
    const before = await startIdentity(opened.database);
    await before.close();
    await opened.pool.query(
      `update users set status = 'disabled', role = 'viewer', failed_sign_ins = 9, locked_until = now() + interval '1 hour'`,
    );
    const password = 'marble wagon on fridays';
    const reset = await startIdentity(opened.database, { PARLEY_ADMIN_PASSWORD: password, PARLEY_ADMIN_RESET: 'on' });
    const body = { email: 'admin@localhost', password };
    expect((await reset.call('POST', '/v1/auth/sign-in', { body })).body).toMatchObject({ user: { role: 'admin' } });
    expect(reset.reported).toEqual([expect.stringContaining('Turn PARLEY_ADMIN_RESET off')]);
    await reset.close();
  } finally {
    await opened.close();
  }
});

it('refuses a first password that is too easy to guess, in one sentence', async () => {
  const opened = await openTestDatabase('embedded');
  try {
    await expect(startIdentity(opened.database, { PARLEY_ADMIN_PASSWORD: 'password1234' })).rejects.toThrow(
      'PARLEY_ADMIN_PASSWORD is too easy to guess. Choose another and start again.',
    );
  } finally {
    await opened.close();
  }
});
