import { randomUUID } from 'node:crypto';
import { type Role, rolePermissions, roles } from '@parley/contract/api/permissions.ts';
import type { Route } from '@parley/contract/api/route.ts';
import { apiRoutes } from '@parley/contract/api/routes.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseKinds, databaseUrl, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../testing/server-process.ts';
import { accessFixtures, type FixtureWorld } from './access-fixtures.ts';

const adminPassword = 'violet teapot on mars';
const password = 'river otter lamp quilt';

/** Who asks. Organization A is the one that the server was started with; B is another. */
const subjects = [
  ...roles,
  'key without permissions',
  'nobody',
  'caller of another conversation',
  'admin of B',
] as const;
type Subject = (typeof subjects)[number];

/** What the gate says: the catalogue's codes, or that it lets the request through to whatever comes of it. */
type Verdict = 'unauthorized' | 'forbidden' | 'no such conversation' | 'let through';

/** What the contract says. */
function expected({ access }: Route, subject: Subject): Verdict {
  if (subject === 'nobody') return access.kind === 'public' ? 'let through' : 'unauthorized';
  if (subject === 'caller of another conversation') {
    return access.kind === 'conversation' ? 'no such conversation' : 'unauthorized';
  }
  if (access.kind === 'public') return 'let through';
  if (subject === 'key without permissions') return 'forbidden';
  if (access.kind === 'signed_in') return 'let through';
  if (subject === 'admin of B' && access.kind === 'permission' && access.within !== undefined) return 'forbidden';
  const role: Role = subject === 'admin of B' ? 'admin' : subject;
  return rolePermissions[role].includes(access.permission) ? 'let through' : 'forbidden';
}

/** Bodies of routes that would do something with an empty one to whoever asks. */
const harmless: Readonly<Record<string, unknown>> = { sign_out: { refresh_token: 'of nobody' } };

const answerSchema = z.looseObject({ code: z.string().optional() });

describe.each(databaseKinds)('who may what (%s)', (kind) => {
  let stored: TestDatabase;
  let server: ServerProcess;
  const tokens = new Map<Subject, string | undefined>();
  let ownConversation: { readonly id: string; readonly token: string };
  let world: FixtureWorld;

  beforeAll(async () => {
    stored = await openTestDatabase(kind);
    server = await startServerProcess({
      env: { ...typedOnly, DATABASE_URL: databaseUrl(stored.connection), PARLEY_ADMIN_PASSWORD: adminPassword },
    });
    const make = async (method: string, path: string, body: unknown, token = tokens.get('admin')) => {
      const { status, answer } = await send(method, path, { token, body, isWrite: true });
      if (status >= 300) throw new Error(`${method} ${path} was answered with ${status}: ${JSON.stringify(answer)}`);
      return answer;
    };
    const signIn = async (email: string, secret: string) => {
      const answer = await make('POST', '/v1/auth/sign-in', { email, password: secret }, undefined);
      return z.object({ access_token: z.string() }).parse(answer).access_token;
    };
    const accept = async (email: string, url: unknown) => {
      const token = z.string().parse(url).split('=')[1];
      await make('POST', '/v1/auth/invitations/accept', { token, password }, undefined);
      return signIn(email, password);
    };
    tokens.set('admin', await signIn('admin@localhost', adminPassword));
    world = { organizationId: defaultOrganizationId, pool: stored.pool, make };
    for (const role of roles.filter((name) => name !== 'admin')) {
      const email = `${role}@example.com`;
      const invited = await make('POST', '/v1/users/invitations', { email, name: role, role });
      tokens.set(role, await accept(email, answerSchema.parse(invited).url));
    }
    const key = answerSchema.parse(await make('POST', '/v1/api-keys', { name: 'Nothing', permissions: [] }));
    tokens.set('key without permissions', z.string().parse(key.key));
    const admin = { email: 'boss@b.example', name: 'Boss' };
    const b = answerSchema.parse(await make('POST', '/v1/organizations', { name: 'B', admin }));
    tokens.set('admin of B', await accept(admin.email, b.invitation_url));
    const open = async () => {
      const opened = await make('POST', '/v1/conversations', {}, undefined);
      const { conversation_id: id, token } = z.object({ conversation_id: z.string(), token: z.string() }).parse(opened);
      return { id, token };
    };
    ownConversation = await open();
    tokens.set('caller of another conversation', (await open()).token);
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    await stored?.close();
  });

  async function send(
    method: string,
    path: string,
    { token, body, isWrite = false }: { token?: string | undefined; body?: unknown; isWrite?: boolean },
  ) {
    const response = await fetch(`${server.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(isWrite && { 'if-match': '*' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('application/json') === true;
    return { status: response.status, answer: answerSchema.catch({}).parse(isJson ? JSON.parse(text) : {}) };
  }

  async function ask(route: Route, token: string | undefined, params: Readonly<Record<string, string>>, body: unknown) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
      return encodeURIComponent(params[name] ?? (/(version|number)$/.test(name) ? '1' : randomUUID()));
    });
    const hasBody = 'body' in route.input.shape;
    return send(route.method, path, {
      token,
      body: hasBody ? (body ?? harmless[route.id] ?? {}) : undefined,
      isWrite: route.etag === 'write',
    });
  }

  function verdict({ status, answer }: Awaited<ReturnType<typeof send>>): Verdict | `failed with ${number}` {
    // Others of this kind are in the catalogue: a part that is not there, a fixture's key that opens nothing.
    if (status >= 500 && (answer.code ?? 'internal_error') === 'internal_error') return `failed with ${status}`;
    if (status === 401 && answer.code === 'unauthorized') return 'unauthorized';
    if (status === 403 && answer.code === 'forbidden') return 'forbidden';
    return 'let through';
  }

  it.each(apiRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (_name, route) => {
    const conversation = route.access.kind === 'conversation' ? { conversation_id: ownConversation.id } : {};
    const found = await Promise.all(
      subjects.map(async (subject) => {
        // Whoever is let through asks for what does not exist, so that nothing comes of it.
        const isCaller = subject === 'caller of another conversation';
        const answer = await ask(route, tokens.get(subject), isCaller ? conversation : {}, undefined);
        const isNoSuch = isCaller && route.access.kind === 'conversation' && [403, 404].includes(answer.status);
        return [subject, isNoSuch ? 'no such conversation' : verdict(answer)] as const;
      }),
    );
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(subjects.map((subject) => [subject, expected(route, subject)])),
    );
  });

  it.each(apiRoutes.filter(({ access }) => access.kind === 'conversation').map((route) => [route.id, route] as const))(
    'the caller of a conversation is let through to it by its token: %s',
    async (_name, route) => {
      const opened = await world.make('POST', '/v1/conversations', {});
      const { conversation_id: id, token } = z.object({ conversation_id: z.string(), token: z.string() }).parse(opened);
      const made = await accessFixtures[route.id]?.(world);
      const answer = await ask(route, token, { conversation_id: id }, made?.body);
      expect(verdict(answer)).toBe('let through');
      expect(answer.status).not.toBe(404);
    },
  );

  it.each(apiRoutes.filter(({ path }) => path.includes('{')).map((route) => [route.id, route] as const))(
    'what belongs to A is not there for B: %s',
    async (_name, route) => {
      const make = accessFixtures[route.id];
      if (make === undefined) {
        throw new Error(
          `Add ${route.id} to accessFixtures in access-fixtures.ts: how to make one of what it is about.`,
        );
      }
      const { params, body, sameForAll, eachTheirOwn } = await make(world);
      const before = eachTheirOwn && (await world.make('GET', eachTheirOwn, undefined));
      const foreign = await ask(route, tokens.get('admin of B'), params, body);
      if (eachTheirOwn !== undefined) {
        expect(verdict(foreign)).toBe('let through');
        expect(await world.make('GET', eachTheirOwn, undefined)).toEqual(before);
        return;
      }
      if (sameForAll !== undefined) {
        const nothing = await ask(route, tokens.get('admin of B'), {}, body);
        expect([foreign.answer.code, nothing.answer.code]).toEqual([sameForAll, sameForAll]);
        return;
      }
      expect([foreign.status, foreign.answer.code]).toEqual([404, expect.stringMatching(/not_found$/)]);
      // And it is there for its owner: else the above would prove nothing.
      const own = await ask(route, tokens.get('admin'), params, body);
      expect(own.status, JSON.stringify(own.answer)).not.toBe(404);
      expect(verdict(own)).toBe('let through');
    },
  );

  it('changes nothing for a page by its cookies alone, but with what only its own script can read', async () => {
    const signedIn = await fetch(`${server.url}/v1/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'viewer@example.com', password, transport: 'cookie' }),
    });
    const { csrf_token: csrfToken } = z.object({ csrf_token: z.string() }).parse(await signedIn.json());
    const cookie = signedIn.headers
      .getSetCookie()
      .map((set) => set.split(';')[0])
      .join('; ');
    const rename = async (headers: Readonly<Record<string, string>>) => {
      const response = await fetch(`${server.url}/v1/me`, {
        method: 'PATCH',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ name: 'Renamed' }),
      });
      return [response.status, answerSchema.parse(await response.json()).code];
    };
    expect(await rename({})).toEqual([403, 'csrf_rejected']);
    expect(await rename({ 'x-csrf-token': 'guessed' })).toEqual([403, 'csrf_rejected']);
    expect(await rename({ 'x-csrf-token': csrfToken })).toEqual([200, undefined]);
  });

  it('has no fixture of a route that is no more', () => {
    const known = new Set(apiRoutes.map(({ id }) => id));
    expect(Object.keys(accessFixtures).filter((id) => !known.has(id))).toEqual([]);
  });
});
