import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { type Answer, adminPassword, type IdentityReplica, startIdentity } from './identity-harness.ts';

const email = 'admin@localhost';
const password = 'river otter lamp quilt';

describe.each(databaseKinds)('people, keys and organizations (%s)', (kind) => {
  let opened: TestDatabase;
  let replica: IdentityReplica;
  let admin: string | undefined;
  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    replica = await startIdentity(opened.database);
    admin = (await signIn(email, adminPassword)).body.access_token;
  }, 60_000);
  afterAll(async () => {
    await replica?.close();
    await opened?.close();
  });

  const signIn = (address: string, secret: string) =>
    replica.call('POST', '/v1/auth/sign-in', { body: { email: address, password: secret } });
  const asAdmin = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) =>
    replica.call(method, path, { token: admin, body, ...(headers && { headers }) });
  const invite = (address: string, role: string) =>
    asAdmin('POST', '/v1/users/invitations', { email: address, name: 'Linh Tran', role });
  const tokenIn = ({ body }: Answer) => body.url?.split('=')[1];
  const accept = (token: string | undefined, secret = password) =>
    replica.call('POST', '/v1/auth/invitations/accept', { body: { token, password: secret } });
  /** Somebody of the role who has accepted and signed in. */
  const join = async (address: string, role: string) => {
    const accepted = await accept(tokenIn(await invite(address, role)));
    const signedIn = await signIn(address, password);
    return { userId: accepted.body.user_id, token: signedIn.body.access_token };
  };
  const makeKey = (permissions: readonly string[], more = {}) =>
    asAdmin('POST', '/v1/api-keys', { name: 'CRM', permissions, ...more });

  it('invites somebody by a link that works once, newest link only, and only with a good password', async () => {
    const first = await invite('Linh@Example.com ', 'developer');
    expect(first.body).toMatchObject({ delivery: 'link', user: { email: 'linh@example.com', status: 'invited' } });
    expect(first.body.url).toMatch(/^http:\/\/localhost:\d+\/#invitation=prt_[\w-]{43}$/);
    const second = await invite('linh@example.com', 'analyst');
    expect((await accept(tokenIn(first))).body.code).toBe('link_invalid');
    expect((await accept(tokenIn(second), 'linhtran2026')).body.code).toBe('password_refused');
    const [accepted, twice] = await Promise.all([accept(tokenIn(second)), accept(tokenIn(second))]);
    expect([accepted.status, twice.status].toSorted()).toEqual([200, 400]);
    expect((await signIn('linh@example.com', password)).body).toMatchObject({ user: { role: 'analyst' } });
    expect((await invite('linh@example.com', 'viewer')).body.code).toBe('email_taken');
    const late = await invite('late@example.com', 'viewer');
    replica.pass(7 * 24 * 3_600_000 + 1000);
    expect((await accept(tokenIn(late))).body.code).toBe('link_invalid');
    admin = (await signIn(email, adminPassword)).body.access_token;
  });

  it('disables somebody at once, and lets them in again', async () => {
    const { userId, token } = await join('dora@example.com', 'developer');
    expect((await replica.call('GET', '/v1/me', { token })).status).toBe(200);
    expect((await asAdmin('PATCH', `/v1/users/${userId}`, { status: 'disabled' })).body).toMatchObject({
      status: 'disabled',
    });
    expect((await replica.call('GET', '/v1/me', { token })).status).toBe(401);
    expect((await signIn('dora@example.com', password)).status).toBe(401);
    await asAdmin('PATCH', `/v1/users/${userId}`, { status: 'active' });
    expect((await signIn('dora@example.com', password)).status).toBe(200);
  });

  it('lets a new role hold at once for tokens of the old one', async () => {
    const { userId, token } = await join('vera@example.com', 'viewer');
    const users = () => replica.call('GET', '/v1/users', { token });
    expect((await users()).status).toBe(403);
    await asAdmin('PATCH', `/v1/users/${userId}`, { role: 'admin' });
    expect((await users()).status).toBe(200);
    await asAdmin('PATCH', `/v1/users/${userId}`, { role: 'viewer' });
    expect((await users()).status).toBe(403);
  });

  it('keeps the last admin, also when two remove one another at the same moment', async () => {
    const me = (await asAdmin('GET', '/v1/me')).body.user_id;
    for (const change of [{ role: 'viewer' }, { status: 'disabled' }]) {
      expect((await asAdmin('PATCH', `/v1/users/${me}`, change)).body.code).toBe('last_admin');
    }
    expect((await asAdmin('DELETE', `/v1/users/${me}`)).body.code).toBe('last_admin');
    const other = await join('second@example.com', 'admin');
    const both = await Promise.all([
      asAdmin('PATCH', `/v1/users/${other.userId}`, { role: 'viewer' }),
      replica.call('PATCH', `/v1/users/${me}`, { token: other.token, body: { role: 'viewer' } }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).not.toEqual([200, 200]);
    const { rows } = await opened.pool.query(`select count(*)::int as admins from users where role = 'admin'`);
    expect(rows).toEqual([{ admins: 1 }]);
    await opened.pool.query(`update users set role = 'admin' where user_id = $1`, [me]);
    replica.pass(11_000);
  });

  it('lets nobody make or manage somebody who may more than they do', async () => {
    const key = (await makeKey(['users:write', 'users:read', 'conversations:read'])).body.key;
    const withKey = (method: string, path: string, body?: unknown) => replica.call(method, path, { token: key, body });
    const someone = { email: 'climber@example.com', name: 'Climber', role: 'admin' };
    expect((await withKey('POST', '/v1/users/invitations', someone)).body.code).toBe('role_above_own');
    const me = (await asAdmin('GET', '/v1/me')).body.user_id;
    expect((await withKey('POST', `/v1/users/${me}/password-reset`)).body.code).toBe('role_above_own');
    expect((await withKey('PATCH', `/v1/users/${me}`, { name: 'X' })).body.code).toBe('role_above_own');
    expect((await withKey('DELETE', `/v1/users/${me}`)).body.code).toBe('role_above_own');
    const keyMaker = (await makeKey(['api_keys:write'])).body.key;
    const above = await replica.call('POST', '/v1/api-keys', {
      token: keyMaker,
      body: { name: 'More', permissions: ['api_keys:write', 'users:write'] },
    });
    expect(above.body).toMatchObject({ code: 'permission_above_own', details: { permissions: ['users:write'] } });
  });

  it('makes keys that may what they say, are shown once, tell when they were used, and end at once', async () => {
    const made = await makeKey(['users:read'], { expires_in_days: 1 });
    const { key } = made.body;
    expect(key).toMatch(/^prl_[\w-]{43}$/);
    const using = (path: string) => replica.call('GET', path, { token: key });
    expect((await using('/v1/users')).status).toBe(200);
    expect((await using('/v1/api-keys')).body).toMatchObject({
      code: 'forbidden',
      details: { permission: 'api_keys:read' },
    });
    // A key is nobody in person.
    expect((await using('/v1/me')).status).toBe(403);
    await expect
      .poll(async () => (await asAdmin('GET', '/v1/api-keys?limit=1')).body, { timeout: 5000 })
      .toMatchObject({ api_keys: [{ prefix: key?.slice(0, 10), last_used_at: expect.any(String), revoked_at: null }] });
    const { rows } = await opened.pool.query(
      `select count(*)::int as found from api_keys k where k::text like '%' || $1 || '%'`,
      [key?.slice(12)],
    );
    expect(rows).toEqual([{ found: 0 }]);
    const [listed] = (await opened.pool.query('select api_key_id from api_keys order by created_at desc limit 1')).rows;
    expect((await asAdmin('DELETE', `/v1/api-keys/${listed.api_key_id}`)).status).toBe(204);
    expect((await using('/v1/users')).status).toBe(401);
    expect((await asAdmin('DELETE', `/v1/api-keys/${listed.api_key_id}`)).status).toBe(204);
  });

  it('makes service tokens, and refuses what has expired', async () => {
    const { body } = await makeKey(['conversations:write', 'users:read'], { kind: 'service', expires_in_days: 1 });
    expect(body.key).toMatch(/^prs_/);
    expect((await replica.call('GET', '/v1/users', { token: body.key })).status).toBe(200);
    await opened.pool.query(`update api_keys set expires_at = now() - interval '1 second' where kind = 'service'`);
    const other = await startIdentity(opened.database);
    expect((await other.call('GET', '/v1/users', { token: body.key })).status).toBe(401);
    await other.close();
  });

  it('lets an admin make a link by which somebody sets a new password; it ends their sessions', async () => {
    const { userId, token } = await join('reset@example.com', 'viewer');
    const asked = await replica.call('POST', '/v1/auth/password-resets', { body: { email: 'reset@example.com' } });
    expect(asked.body).toEqual({ delivery: 'admin' });
    const made = await asAdmin('POST', `/v1/users/${userId}/password-reset`);
    expect(made.body).toMatchObject({ delivery: 'link', url: expect.stringContaining('#password-reset=prt_') });
    const complete = (secret: string) =>
      replica.call('POST', '/v1/auth/password-resets/complete', {
        body: { token: tokenIn(made), new_password: secret },
      });
    expect((await complete('marble wagon on fridays')).status).toBe(204);
    expect((await complete('marble wagon on sundays')).body.code).toBe('link_invalid');
    expect((await replica.call('GET', '/v1/me', { token })).status).toBe(401);
    expect((await signIn('reset@example.com', 'marble wagon on fridays')).status).toBe(200);
    // A link of one purpose is none of another.
    const invited = await invite('purpose@example.com', 'viewer');
    const crossed = await replica.call('POST', '/v1/auth/password-resets/complete', {
      body: { token: tokenIn(invited), new_password: password },
    });
    expect(crossed.body.code).toBe('link_invalid');
  });

  it('lists users page by page, each once', async () => {
    const seen: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await asAdmin('GET', `/v1/users?limit=2${cursor}`);
      if (!Array.isArray(body.users)) throw new Error('There is no list of users.');
      seen.push(...body.users.map(({ user_id: id }) => id));
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(seen.length);
    const { rows } = await opened.pool.query('select count(*)::int as users from users');
    expect(seen).toHaveLength(rows[0].users);
    expect((await asAdmin('GET', '/v1/users?cursor=nonsense')).body.code).toBe('invalid_request');
  });

  it('has human agents who say themselves whether they answer now', async () => {
    const { userId, token } = await join('helper@example.com', 'agent');
    const online = () => replica.call('PUT', '/v1/me/availability', { token, body: { is_online: true } });
    expect((await online()).body.code).toBe('not_a_human_agent');
    const set = { skill_tags: ['billing', 'vi', 'vi'], max_concurrent_sessions: 3 };
    expect((await asAdmin('PUT', `/v1/human-agents/${userId}`, set)).body).toMatchObject({
      skill_tags: ['billing', 'vi'],
      max_concurrent_sessions: 3,
      is_online: false,
    });
    expect((await online()).body).toMatchObject({ is_online: true });
    expect((await replica.call('GET', '/v1/me', { token })).body).toMatchObject({ human_agent: { is_online: true } });
    await asAdmin('PATCH', `/v1/users/${userId}`, { status: 'disabled' });
    expect((await asAdmin('GET', '/v1/human-agents')).body).toMatchObject({ human_agents: [{ is_online: false }] });
    expect((await asAdmin('DELETE', `/v1/human-agents/${userId}`)).status).toBe(204);
    expect((await asAdmin('DELETE', `/v1/human-agents/${userId}`)).status).toBe(404);
  });

  it('changes settings only for whoever saw their state, one by one, and refuses what means nothing', async () => {
    const read = await asAdmin('GET', '/v1/organization');
    const etag = String(read.headers.get('etag'));
    const change = (settings: unknown, tag = etag) =>
      asAdmin('PATCH', '/v1/organization', { settings }, { 'if-match': tag });
    expect((await asAdmin('PATCH', '/v1/organization', { name: 'X' })).body.code).toBe('precondition_required');
    const first = await change({ retention_days: { transcripts: 30 }, allowed_origins: ['https://app.example.com'] });
    expect(first.status).toBe(200);
    expect((await change({ limits: { max_conversations: 5 } })).body.code).toBe('precondition_failed');
    const next = await change(
      { limits: { max_conversations: 5 }, allowed_origins: null },
      String(first.headers.get('etag')),
    );
    expect(next.body.settings).toEqual({ retention_days: { transcripts: 30 }, limits: { max_conversations: 5 } });
    for (const wrong of [
      { retention_dayz: {} },
      { retention_days: { transcripts: 0 } },
      { allowed_origins: ['https://app.example.com/path'] },
      { allowed_origins: ['*'] },
      { redaction: { custom_patterns: [{ name: 'x', pattern: '(' }] } },
    ]) {
      expect((await change(wrong, '*')).body.code, JSON.stringify(wrong)).toBe('invalid_request');
    }
  });

  it('makes organizations whose people see nothing of one another', async () => {
    const made = await asAdmin('POST', '/v1/organizations', {
      name: 'Acme',
      region: 'eu-west',
      admin: { email: 'boss@acme.example', name: 'Boss' },
    });
    expect(made.body).toMatchObject({ organization: { name: 'Acme', region: 'eu-west' }, admin: { role: 'admin' } });
    await accept(String(made.body.invitation_url).split('=')[1]);
    const boss = (await signIn('boss@acme.example', password)).body.access_token;
    const asBoss = (method: string, path: string, body?: unknown) => replica.call(method, path, { token: boss, body });
    expect((await asBoss('GET', '/v1/users')).body).toMatchObject({ users: [{ email: 'boss@acme.example' }] });
    const me = (await asAdmin('GET', '/v1/me')).body.user_id;
    for (const [method, path, body] of [
      ['GET', `/v1/users/${me}`],
      ['PATCH', `/v1/users/${me}`, { name: 'Owned' }],
      ['DELETE', `/v1/users/${me}`],
      ['POST', `/v1/users/${me}/password-reset`],
      ['PUT', `/v1/human-agents/${me}`, { skill_tags: [] }],
    ] as const) {
      expect((await asBoss(method, path, body)).status, `${method} ${path}`).toBe(404);
    }
    const more = { name: 'More', admin: { email: 'x@acme.example', name: 'X' } };
    expect((await asBoss('POST', '/v1/organizations', more)).status).toBe(403);
  });

  it('writes down who did what, and neither names nor addresses nor secrets', async () => {
    const { rows } = await opened.pool.query('select action, actor_id, before, after from audit_logs');
    const actions = new Set(rows.map(({ action }) => action));
    for (const action of [
      'users:write',
      'api_keys:write',
      'organization:write',
      'auth:sign_in',
      'auth:invitation_used',
    ]) {
      expect(actions).toContain(action);
    }
    const all = JSON.stringify(rows);
    for (const secret of ['@example.com', 'Linh', password, adminPassword, 'argon2', 'prt_', 'prr_']) {
      expect(all).not.toContain(secret);
    }
    // What is shown of a key, and no more of it.
    expect(all.match(/prl_[\w-]*/g)?.every((shown) => shown.length === 10)).toBe(true);
  });
});
