import { createRemoteJWKSet, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { adminPassword, type IdentityReplica, startIdentity } from './identity-harness.ts';

const email = 'admin@localhost';

describe.each(databaseKinds)('signing in (%s)', (kind) => {
  let opened: TestDatabase;
  let replica: IdentityReplica;
  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    replica = await startIdentity(opened.database);
  }, 60_000);
  afterAll(async () => {
    await replica?.close();
    await opened?.close();
  });

  const signIn = (password = adminPassword, address = email) =>
    replica.call('POST', '/v1/auth/sign-in', { body: { email: address, password } });
  const refresh = (token: string | undefined) =>
    replica.call('POST', '/v1/auth/refresh', { body: { refresh_token: token } });
  const audited = async (action: string) => {
    const { rows } = await opened.pool.query('select resource_id, after from audit_logs where action = $1', [action]);
    return rows;
  };

  it('gives a token by which anybody can see who I am, with the keys that the server publishes', async () => {
    const { body } = await signIn();
    const me = await replica.call('GET', '/v1/me', { token: body.access_token });
    expect(me.body).toMatchObject({ email, role: 'admin', organization: { name: 'Default' }, human_agent: null });
    const keys = createRemoteJWKSet(new URL(`${replica.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(String(body.access_token), keys, { issuer: 'parley', audience: 'parley' });
    expect(payload).toMatchObject({ sub: me.body.user_id, role: 'admin', sid: expect.any(String) });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
    const published = await replica.call('GET', '/.well-known/jwks.json');
    expect(JSON.stringify(published.body)).toContain('"x":');
    expect(JSON.stringify(published.body)).not.toContain('"d":');
  });

  it('takes no token that is changed, unsigned, signed by somebody else or for something else, nor after a quarter of an hour', async () => {
    const { body } = await signIn();
    const [header = '', payload = '', signature = ''] = String(body.access_token).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { privateKey } = await generateKeyPair('EdDSA');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt' }).sign(privateKey);
    for (const token of [
      `${header}.${encode({ ...claims, org: '00000000-0000-4000-8000-000000000002' })}.${signature}`,
      `${encode({ alg: 'none', kid, typ: 'at+jwt' })}.${payload}.`,
      `${encode({ alg: 'none', kid, typ: 'at+jwt' })}.${payload}.x`,
      `${encode({ alg: 'EdDSA', kid: 'nobody', typ: 'at+jwt' })}.${payload}.${signature}`,
      forged,
      'a.b.c',
      'prl_unknown',
    ]) {
      expect((await replica.call('GET', '/v1/me', { token })).body, token).toMatchObject({ code: 'unauthorized' });
    }
    expect((await replica.call('GET', '/v1/me', { token: body.access_token })).status).toBe(200);
    replica.pass(16 * 60_000);
    expect((await replica.call('GET', '/v1/me', { token: body.access_token })).status).toBe(401);
  });

  it('goes on with a refresh token that works once; one that comes again later ends the session and is audited', async () => {
    const first = await signIn();
    const second = await refresh(first.body.refresh_token);
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.body.refresh_token);
    // The other tab, a moment later: refused, and the session lives.
    expect((await refresh(first.body.refresh_token)).body.code).toBe('refresh_superseded');
    expect((await replica.call('GET', '/v1/me', { token: second.body.access_token })).status).toBe(200);
    replica.pass(11_000);
    expect((await refresh(first.body.refresh_token)).body.code).toBe('session_ended');
    expect((await refresh(second.body.refresh_token)).body.code).toBe('session_ended');
    expect((await replica.call('GET', '/v1/me', { token: second.body.access_token })).status).toBe(401);
    expect(await audited('auth:refresh_token_reused')).toHaveLength(1);
  });

  it('gives one of many who refresh at once a new token, and none of the others anything', async () => {
    const { body } = await signIn();
    const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(body.refresh_token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body: { code } }) => code === 'refresh_superseded')).toHaveLength(5);
  });

  it('ends with 30 days, whatever was refreshed meanwhile', async () => {
    const { body } = await signIn();
    replica.pass(29 * 24 * 3_600_000);
    const late = await refresh(body.refresh_token);
    expect(late.status).toBe(200);
    replica.pass(24 * 3_600_000 + 1000);
    expect((await refresh(late.body.refresh_token)).body.code).toBe('session_ended');
  });

  it('ends by signing out, at once', async () => {
    const { body } = await signIn();
    const other = await signIn();
    expect((await replica.call('POST', '/v1/auth/sign-out', { token: body.access_token })).status).toBe(204);
    expect((await replica.call('GET', '/v1/me', { token: body.access_token })).status).toBe(401);
    expect((await refresh(body.refresh_token)).body.code).toBe('session_ended');
    expect((await replica.call('GET', '/v1/me', { token: other.body.access_token })).status).toBe(200);
    // Nobody who signs out twice is told off.
    const again = await replica.call('POST', '/v1/auth/sign-out', { body: { refresh_token: body.refresh_token } });
    expect(again.status).toBe(204);
  });

  it('locks an account at the fifth wrong password, longer each time, also against guesses at once; and lets the right one in later', async () => {
    const wrong = () => signIn('not the password');
    for (let failures = 1; failures < 5; failures += 1) expect((await wrong()).body.code).toBe('sign_in_failed');
    expect((await signIn()).status).toBe(200);
    await Promise.all(Array.from({ length: 5 }, wrong));
    const locked = await signIn();
    expect(locked.body.code).toBe('sign_in_failed');
    expect(await audited('auth:account_locked')).toMatchObject([{ after: { failed_sign_ins: 5 } }]);
    replica.pass(30_500);
    expect((await wrong()).status).toBe(401);
    replica.pass(30_500);
    expect((await signIn()).status).toBe(401);
    replica.pass(30_500);
    expect((await signIn()).status).toBe(200);
  });

  it('answers the same for an address that nobody has, and no sooner', async () => {
    const timed = async (address: string) => {
      const began = performance.now();
      const { status, body } = await signIn('not the password', address);
      const { trace_id: _, ...answer } = body;
      return { answer: { status, ...answer }, ms: performance.now() - began };
    };
    const known = await timed(email);
    const unknown = await timed('nobody@example.com');
    expect(unknown.answer).toEqual(known.answer);
    expect(known.ms).toBeGreaterThan(299);
    expect(unknown.ms).toBeGreaterThan(299);
    expect((await signIn()).status).toBe(200);
  });

  it('makes an address that guesses at many accounts wait', async () => {
    for (let guess = 0; guess < 30; guess += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, index) => signIn('guess', `user${guess + index}@example.com`)));
    }
    const refused = await signIn('guess', 'another@example.com');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(5);
    replica.pass(3_600_000);
    expect((await signIn()).status).toBe(200);
  });

  it('lets a page sign in with cookies that no script can read, and refresh and end by them', async () => {
    const signedIn = await replica.call('POST', '/v1/auth/sign-in', {
      body: { email, password: adminPassword, transport: 'cookie' },
    });
    expect(Object.keys(signedIn.body)).not.toContain('access_token');
    const cookies = signedIn.headers.getSetCookie();
    expect(cookies).toEqual([
      expect.stringMatching(/^parley_access=[\w.-]+; Path=\/; Max-Age=900; SameSite=Strict; HttpOnly$/),
      expect.stringMatching(/^parley_refresh=prr_[\w-]+; Path=\/; Max-Age=\d+; SameSite=Strict; HttpOnly$/),
      `parley_csrf=${signedIn.body.csrf_token}; Path=/; Max-Age=${cookies[2]?.match(/Max-Age=(\d+)/)?.[1]}; SameSite=Strict`,
    ]);
    const jar = (set: readonly string[]) => set.map((cookie) => cookie.split(';')[0]).join('; ');
    expect((await replica.call('GET', '/v1/me', { cookie: jar(cookies) })).body.email).toBe(email);
    const refreshed = await replica.call('POST', '/v1/auth/refresh', { cookie: jar(cookies) });
    expect(refreshed.body).toMatchObject({ transport: 'cookie', csrf_token: expect.any(String) });
    const next = jar(refreshed.headers.getSetCookie());
    const ended = await replica.call('POST', '/v1/auth/sign-out', { cookie: next });
    expect(ended.headers.getSetCookie().every((cookie) => cookie.includes('Max-Age=0'))).toBe(true);
    expect((await replica.call('GET', '/v1/me', { cookie: next })).status).toBe(401);
    // A stale cookie is nobody, and nobody may still sign in.
    const anew = await replica.call('POST', '/v1/auth/sign-in', {
      cookie: next,
      body: { email, password: adminPassword },
    });
    expect(anew.status).toBe(200);
  });

  it('changes my password when I know the old one, and ends my other sessions', async () => {
    const here = (await signIn()).body;
    const there = (await signIn()).body;
    const change = (current: string, next: string) =>
      replica.call('POST', '/v1/auth/change-password', {
        token: here.access_token,
        body: { current_password: current, new_password: next },
      });
    const next = 'purple gravel for thomas';
    expect((await change('wrong', next)).body.code).toBe('sign_in_failed');
    expect((await change(adminPassword, 'password1234')).body).toMatchObject({
      code: 'password_refused',
      details: { reason: expect.any(String) },
    });
    expect((await change(adminPassword, next)).status).toBe(204);
    expect((await replica.call('GET', '/v1/me', { token: there.access_token })).status).toBe(401);
    expect((await replica.call('GET', '/v1/me', { token: here.access_token })).status).toBe(200);
    expect((await signIn()).status).toBe(401);
    expect((await signIn(next)).status).toBe(200);
    expect((await change(next, adminPassword)).status).toBe(204);
  });

  it('goes on with tokens that another replica signed, and ends them within ten seconds of an end elsewhere', async () => {
    const other = await startIdentity(opened.database);
    try {
      expect(other.reported).toEqual([]);
      const { body } = await signIn();
      expect((await other.call('GET', '/v1/me', { token: body.access_token })).status).toBe(200);
      await replica.call('POST', '/v1/auth/sign-out', { token: body.access_token });
      other.pass(10_001);
      expect((await other.call('GET', '/v1/me', { token: body.access_token })).status).toBe(401);
    } finally {
      await other.close();
    }
  });
});
