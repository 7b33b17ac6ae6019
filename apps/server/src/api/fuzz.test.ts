import { Agent } from 'node:http';
import { permissions } from '@parley/contract/api/permissions.ts';
import type { Route } from '@parley/contract/api/route.ts';
import { apiRoutes } from '@parley/contract/api/routes.ts';
import { type ErrorCode, errorBodySchema, errorCatalogue } from '@parley/contract/errors.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { hostileTexts, hostileValue, spoilt, valuesOf } from '../testing/hostile-input.ts';
import { type RawAnswer, type RawRequest, sendRaw } from '../testing/raw-request.ts';
import { type ServerProcess, startServerProcess } from '../testing/server-process.ts';

/** How long requests are sent for: `FUZZ_SECONDS=600 vitest run …/fuzz.test.ts` for a night's run. */
const runMs = Number(process.env.FUZZ_SECONDS ?? 15) * 1000;
/** The same each time, so that whoever changes something finds what they changed; a night's run takes another one. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_121);
/** A route that waits for an agent's answer takes a few seconds on a busy machine; none takes this long. */
const hangMs = 15_000;
const atOnce = 4;
const spareSessions = 8;
/** What may be unavailable in a server that is asked everything at once. */
const alwaysDocumented: readonly ErrorCode[] = [
  'overloaded',
  'shutting_down',
  'too_many_conversations',
  'speech_unavailable',
];
const email = 'admin@fuzz.example';
const password = 'correct horse battery staple 7';

/** What no client may ever see: places in this program, and the words of PostgreSQL and its library. */
const leaks =
  /\n\s+at |node_modules|file:\/\/\/[^e]|\.ts:\d+|violates (?:unique|foreign|check|not-null)|relation "|column "|invalid input syntax|invalid byte sequence|syntax error at|unterminated|DrizzleQuery|ECONN|PostgresError/;

let server: ServerProcess;
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

beforeAll(async () => {
  server = await startServerProcess({
    env: {
      PARLEY_ADMIN_EMAIL: email,
      PARLEY_ADMIN_PASSWORD: password,
      MAX_CONVERSATIONS: '10000',
      MAX_CALLS_PER_ORGANIZATION: '10000',
      LOG_LEVEL: 'silent',
    },
  });
}, 90_000);

afterAll(async () => {
  agent.destroy();
  await server.stop();
});

const askers = ['anonymous', 'admin', 'key'] as const;
type Asker = (typeof askers)[number];
/** What was answered with, by the name of its field: ids to ask for in paths. */
const learned = new Map<string, string[]>();

it('answers every request of every route with what is documented, however hostile', {
  timeout: runMs + 120_000,
}, async () => {
  process.stdout.write(`Hostile input by seed ${seed} for ${runMs / 1000} s (FUZZ_SEED, FUZZ_SECONDS).\n`);
  // Some requests are to sign out, or to end all sessions; and signing in again is limited, as it should be.
  const tokens: string[] = [];
  for (let session = 0; session < spareSessions; session += 1) tokens.push(await signIn());
  let token = tokens.pop() ?? '';
  const key = await makeKey(token);
  const requestsOf = new Map(apiRoutes.map((route) => [route.id, requestOf(route)]));
  const failures = new Map<string, string>();
  const statuses = new Map<number, number>();
  const taken = new Set<string>();
  let sent = 0;

  const one = async (route: Route, asker: Asker, raw: RawRequest): Promise<void> => {
    const credential = asker === 'admin' ? token : key;
    const headers = asker === 'anonymous' ? raw.headers : { authorization: `Bearer ${credential}`, ...raw.headers };
    const shown = `${asker}: ${raw.method} ${raw.path.slice(0, 300)} ${JSON.stringify(raw.headers).slice(0, 300)} ${String(raw.body ?? '').slice(0, 600)}`;
    sent += 1;
    const problem = await sendRaw(server.url, agent, { ...raw, headers }, hangMs).then(
      (answer) => {
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (answer.status < 300) {
          learn(answer);
          taken.add(route.id);
        }
        const wrong = problemOf(route, raw, answer);
        return wrong === undefined
          ? undefined
          : `${wrong}\n  ${shown}\n  → ${answer.status} ${answer.body.slice(0, 500)}`;
      },
      (error: Error) => (isOurOwn(error) ? undefined : `${error.message}\n  ${shown}`),
    );
    if (problem !== undefined) {
      const kind = `${route.id}: ${problem.split('\n', 1)[0]}`;
      if (!failures.has(kind)) failures.set(kind, problem);
    }
  };

  const deadlineMs = performance.now() + runMs;
  for (let round = 0; performance.now() < deadlineMs; round += 1) {
    if (!(await isSignedIn(token))) token = tokens.pop() ?? token;
    const todo = apiRoutes.flatMap((route, at) => {
      const arbitrary = requestsOf.get(route.id);
      if (arbitrary === undefined) return [];
      return fc.sample(arbitrary, { seed: seed + round * 1000 + at, numRuns: 3 }).map((raw, nth) => ({
        route,
        raw,
        // A session that is ended takes the rest of the round with it.
        asker: route.id === 'sign_out' && round % 50 > 0 ? 'anonymous' : (askers[nth] ?? 'admin'),
      }));
    });
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = todo.pop(); next !== undefined && performance.now() < deadlineMs; next = todo.pop()) {
          await one(next.route, next.asker, next.raw);
        }
      }),
    );
  }

  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  process.stdout.write(`${sent} requests to ${apiRoutes.length} routes; ${counts.join(', ')}\n`);
  const refused = apiRoutes.filter(({ id }) => !taken.has(id)).map(({ id }) => id);
  process.stdout.write(`Never taken: ${refused.join(', ')}\n`);
  expect([...failures].map(([kind, problem]) => `${kind}\n${problem}`).join('\n\n')).toBe('');
  // A run in which nothing is ever taken proves little.
  expect(taken.size).toBeGreaterThan(apiRoutes.length / 3);
  expect((await sendRaw(server.url, agent, { method: 'GET', path: '/health', headers: {} }, hangMs)).status).toBe(200);
});

function problemOf(route: Route, raw: RawRequest, { status, contentType, body }: RawAnswer): string | undefined {
  if (status >= 400) {
    const read = errorBodySchema.safeParse(parseJson(body));
    if (!read.success) return raw.method === 'HEAD' ? undefined : `${status} without an error body`;
    if (leaks.test(body)) return `${status} tells of the inside`;
    const code = Object.keys(errorCatalogue).find((known): known is ErrorCode => known === read.data.code);
    if (code === undefined) return `${status} with the unknown code ${read.data.code}`;
    if (errorCatalogue[code].status !== status) return `${status} with the code ${code}`;
    const isDocumented = alwaysDocumented.includes(code) || (route.errors ?? []).includes(code);
    return status >= 500 && !isDocumented ? `${status} ${code}` : undefined;
  }
  if (status !== route.reply.status && !(status === 206 && 'mediaType' in route.reply)) {
    return status === 304 || 'mediaType' in route.reply ? undefined : `${status} in place of ${route.reply.status}`;
  }
  if (!('schema' in route.reply)) return undefined;
  if (!contentType.startsWith('application/json')) return `${status} as ${contentType}`;
  // Some schemas read what they wrote otherwise (dates, ids): what matters is that it is JSON of the documented form.
  const read = route.reply.schema.safeParse(parseJson(body));
  return read.success ? undefined : `${status} is not of the documented form`;
}

/** Requests that the route's schemas mostly take, and such with one thing wrong. */
function requestOf(route: Route): fc.Arbitrary<RawRequest> {
  const { params, query, body } = route.input.shape;
  const part = (schema: unknown, share: number): fc.Arbitrary<unknown> => {
    if (!(schema instanceof z.ZodType)) return fc.constant(undefined);
    const good = valuesOf(schema);
    return fc.oneof({ weight: share, arbitrary: good }, { weight: 2, arbitrary: good.chain(spoilt) });
  };
  const headers = fc.record(
    {
      'idempotency-key': fc.oneof(fc.uuid(), fc.constantFrom('x', 'k'.repeat(256), "' or 1=1 --       ")),
      'if-match': fc.constantFrom('*', '"1"', '"0"', 'W/"1"', '"999999999"', 'nonsense', '', '"1", "2"'),
      'content-type': fc.constantFrom(
        'text/plain',
        'application/json; charset=utf-16',
        'multipart/form-data',
        '',
        'a/b',
      ),
      'content-encoding': fc.constantFrom('gzip', 'identity', 'nonsense'),
      accept: fc.constantFrom('text/html', '*/*', ''),
      'accept-language': fc.constantFrom('x'.repeat(200), 'vi', '*;q=9'),
      'x-forwarded-for': fc.constantFrom('127.0.0.1', 'nonsense', '::1, 10.0.0.1'),
      cookie: fc.constantFrom('a=b', '; ;=;', 'parley_csrf=%00'),
      range: fc.constantFrom('bytes=0-', 'bytes=9-1', 'bytes=-999999999999', 'lines=1'),
      traceparent: fc.constantFrom('00-0-0-0', 'x'.repeat(500)),
    },
    { requiredKeys: route.etag === 'write' ? ['if-match'] : [] },
  );
  return fc
    .tuple(
      part(params, 6),
      part(query, 3),
      part(body, 3),
      fc.oneof({ weight: 2, arbitrary: headers }, { weight: 3, arbitrary: fc.constant({}) }),
      bodyText,
      fc.nat(),
    )
    .map(([path, search, sent, more, spoil, pick]) => {
      const payload = body === undefined && pick % 4 !== 0 ? undefined : spoil(sent);
      return {
        method: route.method,
        path: pathOf(route.path, path, pick) + searchOf(search),
        headers: {
          ...(payload !== undefined && {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(payload)),
          }),
          ...(route.etag === 'write' && { 'if-match': '*' }),
          ...(pick % 29 === 0 && {
            'x-twice': ['a', 'b'],
            'idempotency-key': ['one-of-two-keys-here', 'two-of-two-keys-here'],
          }),
          ...more,
        },
        body: payload,
      };
    });
}

/** The body as it goes over the wire: mostly as it is, else cut off, doubled, or JSON that is hard to read. */
const bodyText: fc.Arbitrary<(value: unknown) => string | Buffer | undefined> = fc.oneof(
  { weight: 12, arbitrary: fc.constant((value: unknown) => (value === undefined ? undefined : JSON.stringify(value))) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<(value: unknown) => string | Buffer | undefined>(
      (value) => (JSON.stringify(value) ?? '').slice(0, -1),
      (value) => `${JSON.stringify(value)}${JSON.stringify(value)}`,
      () => '',
      () => '['.repeat(50_000),
      () => `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`,
      () => '{"__proto__":{"isAdmin":true}}',
      () => '{"constructor":{"prototype":{"isAdmin":true}}}',
      () => '{"a":1,"a":{"a":2}}',
      () => '1e999999',
      () => '"\\ud800"',
      () => Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
      () => `{"text":"${'x'.repeat(300_000)}"}`,
    ),
  },
);

const paramsSchema = z.record(z.string(), z.unknown()).catch({});

function pathOf(template: string, params: unknown, pick: number): string {
  const given = paramsSchema.parse(params ?? {});
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const known = learned.get(name) ?? [];
    if (known.length > 0 && pick % 3 !== 0) return encodeURIComponent(known[pick % known.length] ?? '');
    if (pick % 31 === 0) return rawPathTexts[pick % rawPathTexts.length] ?? '';
    return encoded(given[name] ?? 'x') || 'x';
  });
}

/** As they may stand in a request's first line: not encoded further. */
const rawPathTexts = [
  '%',
  '%00',
  '%2e%2e',
  '%ff',
  '..',
  '.',
  '%c0%af',
  'a%2fb',
  ';',
  '%0d%0aX:%20y',
  '*',
  "'--",
  'x'.repeat(5000),
];

function searchOf(query: unknown): string {
  if (query === undefined) return '';
  const pairs = Object.entries(paramsSchema.parse(query)).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const values: unknown[] = Array.isArray(value) ? value.slice(0, 20) : [value];
    return values.map((one) => `${encoded(name)}=${encoded(one)}`);
  });
  return pairs.length === 0 ? '' : `?${pairs.join('&').slice(0, 12_000)}`;
}

function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return encodeURIComponent(text.slice(0, 6000).toWellFormed());
}

const idPattern = /"(\w+_id)":"([\w-]{8,64})"/g;

function learn({ body }: RawAnswer): void {
  for (const [, name = '', id = ''] of body.slice(0, 20_000).matchAll(idPattern)) {
    // The one who asks must stay who it is.
    if (own.has(id)) continue;
    const ids = learned.get(name) ?? [];
    if (!ids.includes(id) && ids.length < 50) learned.set(name, [...ids, id]);
    // Paths say conversation_id where answers say session_id.
    if (name === 'session_id' && !ids.includes(id))
      learned.set('conversation_id', [...(learned.get('conversation_id') ?? []), id].slice(-50));
  }
}

/** Ids of the one who asks: user and key. */
const own = new Set<string>();

async function signIn(): Promise<string> {
  const answer = await fetch(`${server.url}/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const body = z
    .object({ access_token: z.string(), user: z.looseObject({ user_id: z.string() }) })
    .parse(await answer.json());
  own.add(body.user.user_id);
  return body.access_token;
}

/** What an admin may, as a program. */
async function makeKey(token: string): Promise<string> {
  const answer = await fetch(`${server.url}/v1/api-keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ name: 'fuzz', permissions: Object.keys(permissions) }),
  });
  const body = z
    .object({ key: z.string(), api_key: z.looseObject({ api_key_id: z.string() }) })
    .parse(await answer.json());
  own.add(body.api_key.api_key_id);
  return body.key;
}

async function isSignedIn(token: string): Promise<boolean> {
  const answer = await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.ok;
}

/** Node's own client refuses to send some headers and paths; and a server may close while a body that it refused still comes. */
function isOurOwn(error: Error): boolean {
  return (
    'code' in error &&
    ['ERR_INVALID_CHAR', 'ERR_UNESCAPED_CHARACTERS', 'EPIPE', 'ECONNRESET'].includes(String(error.code))
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

it('knows what is hostile', () => {
  expect(hostileTexts.length).toBeGreaterThan(40);
  expect(fc.sample(hostileValue, { seed: 1, numRuns: 50 }).length).toBe(50);
});
