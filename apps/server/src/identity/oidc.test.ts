import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { adminPassword, type IdentityReplica, startIdentity } from './identity-harness.ts';

/** Who has an account at the provider. */
const people: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  linh: { email: 'Linh@example.com', email_verified: true, name: 'Linh Tran' },
  impostor: { email: 'admin@example.com', email_verified: false, name: 'Admin' },
  outsider: { email: 'someone@elsewhere.example', email_verified: true, name: 'Someone' },
  admin: { email: 'admin@example.com', email_verified: true, name: 'Ada' },
  boss: { email: 'boss@example.com', email_verified: true, name: 'Boss' },
};

let opened: TestDatabase;
let replica: IdentityReplica;
let provider: Server;

beforeAll(async () => {
  opened = await openTestDatabase('embedded');
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  provider = createServer();
  const issuer = await listening(provider);
  const real = new Provider(issuer, {
    clients: [
      {
        client_id: 'parley',
        client_secret: 'a secret of 32 characters or more',
        redirect_uris: [`${publicUrl}/auth/oidc/callback`],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key for cookies'] },
    pkce: { required: () => true },
    findAccount: async (_context, accountId) => ({
      accountId,
      claims: async () => ({ sub: accountId, ...people[accountId] }),
    }),
  });
  provider.on('request', real.callback());
  replica = await startIdentity(
    opened.database,
    {
      PARLEY_ADMIN_EMAIL: 'admin@example.com',
      PARLEY_ADMIN_PASSWORD: adminPassword,
      PUBLIC_URL: publicUrl,
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: 'parley',
      OIDC_CLIENT_SECRET: 'a secret of 32 characters or more',
      OIDC_ALLOWED_DOMAINS: 'example.com',
      OIDC_DEFAULT_ROLE: 'viewer',
    },
    port,
  );
}, 60_000);
afterAll(async () => {
  await replica?.close();
  provider?.close();
  provider?.closeAllConnections();
  await opened?.close();
});

it('makes an account for somebody of an allowed domain, once, and knows them again', async () => {
  const first = await signIn('linh', '/conversations?page=2');
  expect(first.end).toBe(`${replica.url}/conversations?page=2`);
  const me = await replica.call('GET', '/v1/me', { cookie: first.cookies() });
  expect(me.body).toMatchObject({ email: 'linh@example.com', name: 'Linh Tran', role: 'viewer', status: 'active' });
  const again = await signIn('linh');
  const same = await replica.call('GET', '/v1/me', { cookie: again.cookies() });
  expect(same.body.user_id).toBe(me.body.user_id);
});

it('lets into an existing account only by an address that the provider has verified', async () => {
  const impostor = await signIn('impostor');
  expect(impostor.end).toBe(`${replica.url}/#sign-in-failed=email_not_verified`);
  expect((await replica.call('GET', '/v1/me', { cookie: impostor.cookies() })).status).toBe(401);
  const admin = await signIn('admin');
  const me = await replica.call('GET', '/v1/me', { cookie: admin.cookies() });
  expect(me.body).toMatchObject({ email: 'admin@example.com', role: 'admin' });
});

it('lets in nobody of another domain, nobody who is disabled, and nobody into another organization', async () => {
  expect((await signIn('outsider')).end).toContain('#sign-in-failed=domain_not_allowed');
  await opened.pool.query(`update users set status = 'disabled' where email = 'linh@example.com'`);
  expect((await signIn('linh')).end).toContain('#sign-in-failed=account_disabled');
  const admin = (await signIn('admin')).cookies();
  const made = await replica.call('POST', '/v1/organizations', {
    cookie: admin,
    body: { name: 'B', admin: { email: 'boss@example.com', name: 'Boss' } },
  });
  expect(made.status).toBe(201);
  expect((await signIn('boss')).end).toContain('#sign-in-failed=not_invited');
});

it('finishes only what this browser began: not without its cookie, not with another state, not twice', async () => {
  const foreign = await signIn('admin', '/', { dropCookies: true });
  expect(foreign.end).toBe(`${replica.url}/#sign-in-failed=not_begun_here`);
  const mixed = await signIn('admin', '/', { changeCallback: (url) => url.replace(/state=[^&]+/, 'state=another') });
  expect(mixed.end).toBe(`${replica.url}/#sign-in-failed=provider_refused`);
  expect(replica.errors.splice(0)).toEqual([expect.objectContaining({ message: expect.stringContaining('state') })]);
  let callback = '';
  const done = await signIn('admin', '/', {
    changeCallback: (url) => {
      callback = url;
      return url;
    },
  });
  expect(done.end).toBe(`${replica.url}/`);
  const twice = await fetch(callback, { redirect: 'manual', headers: { cookie: done.cookies() } });
  expect(twice.headers.get('location')).toBe(`${replica.url}/#sign-in-failed=not_begun_here`);
});

it('returns nowhere but to this server', async () => {
  for (const target of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    expect((await signIn('admin', target)).end, target).toBe(`${replica.url}/`);
  }
});

it('says where to begin, and that the provider cannot be reached when it cannot', async () => {
  expect((await replica.call('GET', '/v1/sign-in-methods')).body).toEqual({
    oidc_start_url: `${replica.url}/auth/oidc/start`,
    sends_mail: false,
  });
  const alone = await startIdentity(opened.database, {
    OIDC_ISSUER: 'http://127.0.0.1:9',
    OIDC_CLIENT_ID: 'parley',
    OIDC_CLIENT_SECRET: 'secret',
  });
  const begun = await alone.call('GET', '/auth/oidc/start');
  expect(begun.headers.get('location')).toMatch(/#sign-in-failed=provider_unavailable$/);
  expect(alone.errors.splice(0)).toHaveLength(1);
  await alone.close();
});

interface Browser {
  /** Where it came to rest. */
  readonly end: string;
  /** What it would send to the replica. */
  cookies(): string;
}

/** A browser that follows redirects, keeps cookies by origin, and signs in at the provider's page as the person. */
async function signIn(
  person: string,
  returnTo = '/',
  { dropCookies = false, changeCallback = (url: string) => url } = {},
): Promise<Browser> {
  const jars = new Map<string, Map<string, string>>();
  const cookiesOf = (origin: string) =>
    [...(jars.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  const visit = async (url: string, form?: Readonly<Record<string, string>>) => {
    const { origin } = new URL(url);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: cookiesOf(origin) },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      signal: AbortSignal.timeout(10_000),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(';');
      const at = pair.indexOf('=');
      const jar = jars.get(origin) ?? new Map<string, string>();
      jars.set(origin, jar);
      if (attributes.some((attribute) => /max-age=0|expires=thu, 01 jan 1970/i.test(attribute)))
        jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  };
  let url = `${replica.url}/auth/oidc/start?return_to=${encodeURIComponent(returnTo)}`;
  let form: Readonly<Record<string, string>> | undefined;
  for (let step = 0; step < 20; step += 1) {
    const isCallback = url.startsWith(`${replica.url}/auth/oidc/callback`);
    if (isCallback && dropCookies) jars.delete(replica.url);
    const response = await visit(isCallback ? changeCallback(url) : url, form);
    form = undefined;
    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url).href;
      const isHome = url.startsWith(`${replica.url}/`) && !url.startsWith(`${replica.url}/auth/`);
      if (isHome) return { end: url, cookies: () => cookiesOf(replica.url) };
      continue;
    }
    const page = await response.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (action === undefined || prompt === undefined)
      throw new Error(`${url} is no page to sign in: ${page.slice(0, 500)}`);
    url = new URL(action, url).href;
    form = { prompt, login: person, password: 'any' };
  }
  throw new Error('The redirects have no end.');
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${portOf(server)}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await listening(server);
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return address.port;
}
