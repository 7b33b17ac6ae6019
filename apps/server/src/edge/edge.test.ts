import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { openConversation } from '@parley/contract/api/conversations-api.ts';
import { defineRoute } from '@parley/contract/api/route.ts';
import { errorBodySchema } from '@parley/contract/errors.ts';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { installErrorHandling } from '../api/errors.ts';
import { handle } from '../api/handle.ts';
import { installRoutes } from '../api/install-routes.ts';
import type { Identity } from '../api/request-context.ts';
import { createEdge, type Edge } from './create-edge.ts';
import { type EdgeSettings, edgeSettingsOf, edgeSettingsShape } from './edge-settings.ts';
import { edgeServerOptions, type HttpLimits, httpLimitsDefaults } from './http-limits.ts';
import type { OrganizationLimits } from './organization-limits-store.ts';

const organizationId = '00000000-0000-4000-8000-000000000001';
const otherId = '00000000-0000-4000-8000-000000000002';
const tag = 'Test';
const access = { kind: 'permission', permission: 'flows:read' } as const;
const reply = { status: 200, schema: z.object({ ok: z.unknown() }) } as const;

const readIt = defineRoute({
  id: 'read_it',
  method: 'GET',
  path: '/v1/it',
  tag,
  summary: 's',
  access,
  input: z.object({}),
  reply,
});
const writeIt = defineRoute({
  id: 'write_it',
  method: 'POST',
  path: '/v1/it',
  tag,
  summary: 's',
  access,
  input: z.object({ body: z.unknown() }),
  reply,
});
const failIt = defineRoute({
  id: 'fail_it',
  method: 'GET',
  path: '/v1/fail',
  tag,
  summary: 's',
  access,
  input: z.object({}),
  reply,
});

let app: FastifyInstance | undefined;
let edge: Edge | undefined;

afterEach(async () => {
  await app?.close();
  await edge?.close();
  app = undefined;
  edge = undefined;
});

const noLimits: OrganizationLimits = { allowedOrigins: [], requestsPerMinute: undefined, maxConversations: undefined };

/** The routes above behind the edge. `authorization: <user>` is who asks; without it, a cookie `session=<user>`. */
async function open(
  env: Record<string, string> = {},
  organizations: Record<string, Partial<OrganizationLimits>> = {},
  limits: HttpLimits = httpLimitsDefaults,
): Promise<FastifyInstance> {
  const settings: EdgeSettings = edgeSettingsOf(z.object(edgeSettingsShape).parse(env));
  const made = Fastify({ ...edgeServerOptions(settings, limits), bodyLimit: 1024, forceCloseConnections: true });
  edge = createEdge({
    settings,
    redis: undefined,
    organizations: {
      of: async (id) => ({ ...noLimits, ...organizations[id] }),
      isOriginAllowedByAny: async (origin) =>
        Object.values(organizations).some(({ allowedOrigins }) => allowedOrigins?.includes(origin) === true),
    },
    vendorPaths: ['/vendor'],
    onError: (error) => {
      throw error;
    },
  });
  installErrorHandling(made);
  await edge.install(made);
  const routes = [
    handle(readIt, async () => ({ ok: true })),
    handle(writeIt, async ({ body }) => ({ ok: body ?? null })),
    handle(failIt, async () => {
      throw new Error('select secret from users at /home/parley');
    }),
    handle(openConversation, async () => {
      throw new Error('not reached when refused');
    }),
  ];
  installRoutes(made, routes, {
    gate: {
      schemes: [
        {
          identify: async ({ headers: { cookie } }, credential): Promise<Identity | undefined> => {
            const user = credential ?? /session=([^;]+)/.exec(cookie ?? '')?.[1];
            if (user === undefined) return undefined;
            const actor = { kind: 'user', userId: user } as const;
            return {
              actor,
              organizationId: user.startsWith('other') ? otherId : organizationId,
              permissions: new Set(['flows:read']),
            };
          },
        },
      ],
      openConversation: async () => ({ organizationId }),
      defaultOrganizationId: organizationId,
    },
    idempotency: { begin: async () => ({ kind: 'first' }), keep: async () => {}, release: async () => {} },
    admit: edge.admit,
  });
  app = made;
  return made;
}

const as = (user: string) => ({ authorization: `Bearer ${user}` });
const codeOf = (response: LightMyRequestResponse) =>
  response.statusCode < 400 ? response.statusCode : errorBodySchema.parse(response.json()).code;

describe('limits of rate', () => {
  it('tell a client what is left, and when to come back when nothing is', async () => {
    const server = await open({ RATE_LIMIT_PER_ACTOR: '2' });
    const get = () => server.inject({ url: '/v1/it', headers: as('ann') });
    const first = await get();
    expect(first.headers['ratelimit-policy']).toBe(
      '"address";q=1200;w=60, "actor";q=2;w=60, "organization";q=12000;w=60',
    );
    expect(first.headers.ratelimit).toMatch(
      /^"address";r=1199;t=\d+, "actor";r=1;t=\d+, "organization";r=11999;t=\d+$/,
    );
    await get();
    const refused = await get();
    expect(refused.statusCode).toBe(429);
    expect(codeOf(refused)).toBe('rate_limited');
    const retryAfter = Number(refused.headers['retry-after']);
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(retryAfter).toBeLessThanOrEqual(120);
    expect(refused.json().details).toEqual({ limits: ['actor'], retry_after_seconds: retryAfter });
    expect(refused.headers.ratelimit).toContain(`"actor";r=0;t=${retryAfter}`);
    // Another person, and another organization's person, are not held by it.
    expect((await server.inject({ url: '/v1/it', headers: as('bob') })).statusCode).toBe(200);
  });

  it('hold an organization by its own settings, and no other', async () => {
    const server = await open({}, { [otherId]: { requestsPerMinute: 3 } });
    for (const user of ['other1', 'other2', 'other3']) {
      expect((await server.inject({ url: '/v1/it', headers: as(user) })).statusCode).toBe(200);
    }
    expect(codeOf(await server.inject({ url: '/v1/it', headers: as('other4') }))).toBe('rate_limited');
    expect((await server.inject({ url: '/v1/it', headers: as('ann') })).statusCode).toBe(200);
  });

  it('hold an address whoever it says it is, for opening conversations more strictly', async () => {
    const server = await open({ RATE_LIMIT_PER_ADDRESS: '5', RATE_LIMIT_OPEN: '2' });
    const opened = () => server.inject({ method: 'POST', url: '/v1/conversations' });
    expect([codeOf(await opened()), codeOf(await opened()), codeOf(await opened())]).toEqual([
      'internal_error',
      'internal_error',
      'rate_limited',
    ]);
    // Also those that are not let in count.
    expect(codeOf(await server.inject({ url: '/v1/it' }))).toBe('unauthorized');
    expect(codeOf(await server.inject({ url: '/v1/it' }))).toBe('unauthorized');
    expect(codeOf(await server.inject({ url: '/v1/it', headers: as('ann') }))).toBe('rate_limited');
    const elsewhere = await server.inject({ url: '/v1/it', headers: as('ann'), remoteAddress: '203.0.113.9' });
    expect(elsewhere.statusCode).toBe(200);
  });

  it('are not escaped by an invented X-Forwarded-For, but see through a proxy that is trusted', async () => {
    const from = (server: FastifyInstance, said: string) =>
      server.inject({ url: '/v1/it', headers: { ...as('ann'), 'x-forwarded-for': said }, remoteAddress: '10.0.0.2' });
    const plain = await open({ RATE_LIMIT_PER_ADDRESS: '1' });
    expect(codeOf(await from(plain, '203.0.113.1'))).toBe(200);
    expect(codeOf(await from(plain, '203.0.113.2'))).toBe('rate_limited');
    await plain.close();
    const behind = await open({ RATE_LIMIT_PER_ADDRESS: '1', TRUSTED_PROXIES: '10.0.0.0/8' });
    expect(codeOf(await from(behind, '203.0.113.1'))).toBe(200);
    expect(codeOf(await from(behind, '203.0.113.2'))).toBe(200);
    // What the client itself put in front is not what the proxy saw.
    expect(codeOf(await from(behind, '198.51.100.7, 203.0.113.1'))).toBe('rate_limited');
    expect(codeOf(await from(behind, 'nonsense, 203.0.113.1'))).toBe('rate_limited');
    // Some proxies tell the port as well.
    expect(codeOf(await from(behind, '203.0.113.1:4711'))).toBe('rate_limited');
    // What is no address is nobody's: then it was the proxy itself.
    expect(codeOf(await from(behind, 'nonsense'))).toBe(200);
    expect(codeOf(await from(behind, 'fe80::x, 1'))).toBe('rate_limited');
  });

  it('count the addresses of one IPv6 network as one client', async () => {
    const server = await open({ RATE_LIMIT_PER_ADDRESS: '1' });
    const from = (remoteAddress: string) => server.inject({ url: '/v1/it', headers: as('ann'), remoteAddress });
    expect(codeOf(await from('2001:db8:1:1::1'))).toBe(200);
    expect(codeOf(await from('2001:db8:1:1:ffff::2'))).toBe('rate_limited');
    expect(codeOf(await from('2001:db8:1:2::1'))).toBe(200);
    expect(codeOf(await from('198.51.100.1'))).toBe(200);
    expect(codeOf(await from('::ffff:198.51.100.1'))).toBe('rate_limited');
  });

  it('hold the calls of one caller id', async () => {
    await open({ RATE_LIMIT_CALLS: '2' });
    const call = async (id: string) => (await edge?.admitPhoneCall(id))?.isAllowed;
    expect([await call('+1'), await call('+1'), await call('+1'), await call('+2')]).toEqual([true, true, false, true]);
  });

  it('do not hold what a vendor signs, from however few addresses it comes, but whoever sends it unsigned', async () => {
    const server = await open({ RATE_LIMIT_PER_ADDRESS: '2' });
    server.get('/vendor/hook', async (request) => {
      if (request.headers.signed === undefined) await edge?.countStranger(request.raw);
      return { ok: true };
    });
    const hook = async (headers: Record<string, string>) =>
      codeOf(await server.inject({ url: '/vendor/hook', headers }));
    const signed = { signed: 'yes' };
    expect([await hook(signed), await hook(signed), await hook(signed)]).toEqual([200, 200, 200]);
    expect([await hook({}), await hook({}), await hook({})]).toEqual([200, 200, 'rate_limited']);
    expect(await hook(signed)).toBe(200);
    // Elsewhere the address has nothing left.
    expect(codeOf(await server.inject({ url: '/v1/it', headers: as('ann') }))).toBe('rate_limited');
  });

  it('can be off', async () => {
    const server = await open({ RATE_LIMITS: 'off', RATE_LIMIT_PER_ADDRESS: '1' });
    for (let sent = 0; sent < 5; sent += 1) {
      const { statusCode, headers } = await server.inject({ url: '/v1/it', headers: as('ann') });
      expect([statusCode, headers.ratelimit]).toEqual([200, undefined]);
    }
  });
});

describe('pages of other origins', () => {
  const page = 'https://shop.example';

  it('are refused what changes something and cannot read the rest, unless they are allowed', async () => {
    const server = await open();
    const headers = { ...as('ann'), origin: page, host: 'parley.example' };
    expect(codeOf(await server.inject({ method: 'POST', url: '/v1/it', headers, payload: {} }))).toBe(
      'origin_not_allowed',
    );
    expect(codeOf(await server.inject({ url: '/v1/it', headers }))).toBe('origin_not_allowed');
    const preflight = await server.inject({
      method: 'OPTIONS',
      url: '/v1/it',
      headers: { origin: page, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    ['same', 'https://parley.example', 200],
    ['same over http', 'http://parley.example', 200],
    ['same with its port named', 'https://parley.example:443', 200],
    ['another port', 'https://parley.example:8443', 'origin_not_allowed'],
    ['a subdomain', 'https://evil.parley.example', 'origin_not_allowed'],
    ['a look-alike', 'https://parley.example.evil.test', 'origin_not_allowed'],
    ['none of its own', 'null', 'origin_not_allowed'],
    ['nonsense', 'parley.example', 'origin_not_allowed'],
  ])('a page of an origin that is %s', async (_, origin, expected) => {
    const server = await open();
    const headers = { ...as('ann'), origin, host: 'parley.example' };
    expect(codeOf(await server.inject({ method: 'POST', url: '/v1/it', headers, payload: {} }))).toBe(expected);
  });

  it('may when the server allows them for all', async () => {
    const server = await open({ ALLOWED_ORIGINS: `${page}/` });
    const headers = { ...as('ann'), origin: page };
    const answer = await server.inject({ method: 'POST', url: '/v1/it', headers, payload: {} });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBe(page);
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    expect(answer.headers.vary).toMatch(/origin/i);
  });

  it('may when the organization allows them, for that organization alone', async () => {
    const server = await open({}, { [otherId]: { allowedOrigins: [page] } });
    const post = (user: string) =>
      server.inject({ method: 'POST', url: '/v1/it', headers: { ...as(user), origin: page }, payload: {} });
    expect(codeOf(await post('other1'))).toBe(200);
    expect(codeOf(await post('ann'))).toBe('origin_not_allowed');
    const preflight = await server.inject({
      method: 'OPTIONS',
      url: '/v1/it',
      headers: { origin: page, 'access-control-request-method': 'POST' },
    });
    expect([preflight.statusCode, preflight.headers['access-control-allow-origin']]).toEqual([204, page]);
  });
});

describe('a session in a cookie', () => {
  const post = (server: FastifyInstance, headers: Record<string, string>) =>
    server.inject({ method: 'POST', url: '/v1/it', headers: { host: 'parley.example', ...headers }, payload: {} });

  it('changes something only for a page that can read the other cookie', async () => {
    const server = await open();
    const cookie = 'session=ann; parley_csrf=abc123';
    expect(codeOf(await post(server, { cookie, 'x-csrf-token': 'abc123' }))).toBe(200);
    expect(codeOf(await post(server, { cookie: 'session=ann; __Host-parley_csrf=abc', 'x-csrf-token': 'abc' }))).toBe(
      200,
    );
    expect(codeOf(await post(server, { cookie }))).toBe('csrf_rejected');
    expect(codeOf(await post(server, { cookie, 'x-csrf-token': 'abc124' }))).toBe('csrf_rejected');
    expect(codeOf(await post(server, { cookie: 'session=ann', 'x-csrf-token': '' }))).toBe('csrf_rejected');
    expect(codeOf(await post(server, { cookie: 'session=ann; parley_csrf=', 'x-csrf-token': '' }))).toBe(
      'csrf_rejected',
    );
    expect(codeOf(await server.inject({ url: '/v1/it', headers: { cookie } }))).toBe(200);
    // Whoever sends a token of their own is no browser that was made to.
    expect(codeOf(await post(server, as('ann')))).toBe(200);
  });

  it('is refused to another site even with the right token', async () => {
    const server = await open();
    const headers = { cookie: 'session=ann; parley_csrf=abc', 'x-csrf-token': 'abc' };
    expect(codeOf(await post(server, { ...headers, origin: 'https://evil.test' }))).toBe('origin_not_allowed');
    expect(codeOf(await post(server, { ...headers, 'sec-fetch-site': 'cross-site' }))).toBe('origin_not_allowed');
    expect(codeOf(await post(server, { ...headers, 'sec-fetch-site': 'same-origin' }))).toBe(200);
  });
});

describe('a body', () => {
  const send = async (payload: string | Buffer, type = 'application/json') => {
    const server = app ?? (await open());
    return server.inject({ method: 'POST', url: '/v1/it', headers: { ...as('ann'), 'content-type': type }, payload });
  };

  it.each([
    ['cut off', '{"a":'],
    ['not JSON', 'hello'],
    ['reaching into prototypes', '{"__proto__":{"isAdmin":true}}'],
    ['reaching into prototypes deeper', '{"a":{"constructor":{"prototype":{"isAdmin":true}}}}'],
    ['reaching into prototypes, escaped', '{"\\u005f_proto__":{"isAdmin":true}}'],
    ['not UTF-8 where keys are', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
  ])('%s is refused', async (_, payload) => {
    expect(codeOf(await send(payload))).toBe('invalid_json');
  });

  it.each([
    ['too deep', `${'['.repeat(65)}${']'.repeat(65)}`],
    ['with a NUL', '{"a":"x\\u0000y"}'],
    ['with a NUL in a key', '{"x\\u0000":1}'],
    ['with half a character', '{"a":"\\ud800"}'],
  ])('%s is JSON that nothing here can take', async (_, payload) => {
    expect(codeOf(await send(payload))).toBe('invalid_request');
  });

  it('may be as deep as anything of ours, and hold any whole character', async () => {
    const text = `{"a":"😀 \\ud83d\\ude00 \\\\u0000 [[[ \\" {"}`;
    expect((await send(text)).json()).toEqual({ ok: JSON.parse(text) });
    expect((await send(`${'['.repeat(60)}${']'.repeat(60)}`)).statusCode).toBe(200);
  });

  it('too large, or of another kind, is refused', async () => {
    expect(codeOf(await send(JSON.stringify('x'.repeat(2000))))).toBe('body_too_large');
    expect(codeOf(await send('<a/>', 'text/xml'))).toBe('invalid_request');
    expect(codeOf(await send('a=1', 'application/x-www-form-urlencoded'))).toBe('invalid_request');
  });
});

describe('what the server tells of itself', () => {
  it('is no stack, no query and no product, and headers that keep browsers careful', async () => {
    const server = await open();
    const failed = await server.inject({ url: '/v1/fail', headers: as('ann') });
    expect(failed.statusCode).toBe(500);
    expect(failed.body).not.toMatch(/select|home|stack|\bat /);
    expect(failed.headers['x-powered-by']).toBeUndefined();
    expect(failed.headers.server).toBeUndefined();
    expect(failed.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
    });
    expect(failed.headers['content-security-policy']).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(failed.headers['content-security-policy']).not.toMatch(/unsafe/);
    expect(failed.headers['permissions-policy']).toMatch(/microphone=\(self\)/);
  });

  it.each(['/%', '/v1/%zz', '/v1/it%00', `/v1/${'x'.repeat(3000)}`, '/v1/../../etc/passwd', '/..%2f..%2fetc%2fpasswd'])(
    'is nothing for the address %s',
    async (url) => {
      const server = await open();
      expect(codeOf(await server.inject({ url, headers: as('ann') }))).toBe('not_found');
    },
  );
});

describe('a server with more to do than it can', () => {
  it('turns requests away at a number, and takes them again', async () => {
    const server = await open({ MAX_REQUESTS_IN_FLIGHT: '1' });
    const port = await listen(server);
    // Its body never ends, so that it stays under way.
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'POST /v1/it HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ann\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
    );
    await until(() => edge?.overload.requestsInFlight === 1);
    const refused = await fetch(`http://127.0.0.1:${port}/v1/it`, { headers: as('ann') });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(errorBodySchema.parse(await refused.json()).code).toBe('overloaded');
    // A vendor that is refused leaves its caller in a dead line: it is answered, and nothing is there but a 404 of our own.
    const vendors = await fetch(`http://127.0.0.1:${port}/vendor/fallback`, { method: 'POST' });
    expect(errorBodySchema.parse(await vendors.json()).code).toBe('not_found');
    socket.destroy();
    await until(() => edge?.overload.requestsInFlight === 0);
    expect((await fetch(`http://127.0.0.1:${port}/v1/it`, { headers: as('ann') })).status).toBe(200);
  });
});

describe('a client that is slow on purpose', () => {
  it.each([
    ['headers', 'GET /v1/it HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    [
      'a body',
      'POST /v1/it HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ann\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    ],
  ])('with %s is told so and let go', async (_, beginning) => {
    const limits = { ...httpLimitsDefaults, headersTimeoutMs: 200, requestTimeoutMs: 400 };
    const port = await listen(await open({}, {}, limits));
    const socket = connect(port, '127.0.0.1');
    socket.write(beginning);
    // A byte now and then keeps no connection.
    const drip = setInterval(() => socket.write('a'), 40);
    socket.on('error', () => {});
    let said = '';
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const startedMs = performance.now();
    await once(socket, 'close', { signal: AbortSignal.timeout(5000) });
    clearInterval(drip);
    expect(said).toMatch(/^HTTP\/1.1 408 [\s\S]*"code":"request_timeout"/);
    expect(performance.now() - startedMs).toBeLessThan(3000);
  });

  it('or sends headers without end is told so', async () => {
    const port = await listen(await open());
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`);
    const [chunk] = await once(socket, 'data', { signal: AbortSignal.timeout(5000) });
    expect(String(chunk)).toMatch(/^HTTP\/1.1 431 [\s\S]*"code":"headers_too_large"/);
    socket.destroy();
  });
});

async function listen(server: FastifyInstance): Promise<number> {
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = server.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

async function until(holds: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error('It did not come to be.');
    await sleep(5);
  }
}
