import type { AnyTool, JsonObject } from '@parley/dialogue/tools/tool.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createIntegrationTools, openIntegration } from './create-integration.ts';
import { type IntegrationInput, integrationSchema } from './definition.ts';
import { type Answer, type ApiServer, sendJson, startApiServer, testContext, testParts } from './testing/api-server.ts';

type RestInput = Extract<IntegrationInput, { kind: 'rest' }>;

const servers: ApiServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function api(answer: Answer, host?: string): Promise<ApiServer> {
  const server = await startApiServer(answer, host);
  servers.push(server);
  return server;
}

/** An integration with the one operation; quick retries. */
function rest(
  baseUrl: string,
  operation: Partial<RestInput['operations'][number]>,
  more: Partial<RestInput> = {},
): RestInput {
  return {
    id: 'hotel',
    kind: 'rest',
    baseUrl,
    allowPrivateAddresses: true,
    retries: { maxAttempts: 3, initialDelayMs: 10, maxDelayMs: 20 },
    operations: [{ name: 'op', description: 'Does it.', path: '/', ...operation }],
    ...more,
  };
}

function only(tools: readonly AnyTool[]): AnyTool {
  const [tool] = tools;
  if (tool === undefined) throw new Error('No tool.');
  return tool;
}

async function use(definition: RestInput, input: JsonObject = {}, parts = testParts(), context = testContext()) {
  const opened = openIntegration(definition, parts);
  try {
    return await only(opened.tools).run(input, context);
  } finally {
    await opened.close();
  }
}

const text = (name: string, more = {}) => ({ type: 'text' as const, name, ...more });

describe('a REST operation', () => {
  it('asks as it is written, and gives what is taken from the answer', async () => {
    const server = await api((_request, response) =>
      sendJson(response, {
        items: [
          { id: 1, price: { amount: 90 }, extra: 'x' },
          { id: 2, price: { amount: 120 } },
        ],
      }),
    );
    const parts = testParts({ KEY: 'k-123' });
    const result = await use(
      rest(
        `${server.url}/v2/`,
        {
          path: '/hotels/{{ input.hotel }}/offers',
          parameters: [text('hotel'), text('promo', { required: false }), { type: 'integer', name: 'guests', max: 9 }],
          query: { guests: '{{ input.guests }}', promo: '{{ input.promo }}', lang: '{{ context.language }}' },
          headers: { 'X-Conversation': '{{ context.conversationId }}' },
          result: {
            type: 'list',
            path: '$.items[*]',
            fields: {
              id: { path: '$.id', required: true },
              price: { path: '$.price.amount' },
              note: { path: '$.note' },
            },
          },
        },
        { auth: { type: 'api-key', name: 'X-Api-Key', key: { secret: 'KEY' } } },
      ),
      { hotel: 'a/../b?c#d é', guests: 2 },
      parts,
    );
    expect(result).toEqual([
      { id: 1, price: 90, note: null },
      { id: 2, price: 120, note: null },
    ]);
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]?.url).toBe('/v2/hotels/a%2F..%2Fb%3Fc%23d%20%C3%A9/offers?guests=2&lang=en-GB');
    expect(server.seen[0]?.headers).toMatchObject({ 'x-api-key': 'k-123', 'x-conversation': 'c-1' });
  });

  it('is a tool that tells models what it takes, and checks it', async () => {
    const tool = only(
      createIntegrationTools(
        rest('http://localhost', {
          parameters: [text('room', { oneOf: ['single', 'double'] }), { type: 'date', name: 'day' }],
        }),
        testParts(),
      ),
    );
    expect(tool.name).toBe('hotel_op');
    expect(tool.input.safeParse({ room: 'double', day: '2026-03-01' }).success).toBe(true);
    expect(tool.input.safeParse({ room: 'suite', day: '2026-03-01' }).success).toBe(false);
    expect(tool.input.safeParse({ room: 'double', day: '2026-02-30' }).success).toBe(false);
    expect(tool.input.safeParse({ room: 'double', day: '2026-03-01', more: 1 }).success).toBe(false);
  });

  it('sends values as values in its body, with a key that makes trying again safe', async () => {
    const server = await api((_request, response, count) =>
      count < 3 ? sendJson(response, {}, 503) : sendJson(response, { id: 'B1' }, 201),
    );
    const parts = testParts();
    const name = '"}, "price": 0, "x": {"y": "\r\nHost: evil';
    const result = await use(
      rest(server.url, {
        method: 'POST',
        effect: 'changes',
        parameters: [text('name', { personal: true })],
        body: { type: 'json', json: { guest: '{{ input.name }}', price: 90 } },
        idempotencyHeader: 'Idempotency-Key',
      }),
      { name },
      parts,
    );
    expect(result).toEqual({ id: 'B1' });
    expect(server.seen.map(({ body }) => JSON.parse(body))).toEqual(Array(3).fill({ guest: name, price: 90 }));
    expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(Array(3).fill('c-1:3:book'));
    expect(parts.calls.map(({ attempt, outcome, status }) => [attempt, outcome, status])).toEqual([
      [1, 'server_failed', 503],
      [2, 'server_failed', 503],
      [3, 'ok', 201],
    ]);
  });

  it('that changes something without such a key is never sent twice', async () => {
    const server = await api((_request, response) => sendJson(response, {}, 500));
    await expect(use(rest(server.url, { method: 'POST', effect: 'changes' }))).rejects.toMatchObject({
      code: 'server_failed',
    });
    expect(server.seen).toHaveLength(1);
  });

  it('is recorded without secrets, personal fields or what the API answered', async () => {
    const server = await api((_request, response) => sendJson(response, { holder: 'Ann Lee', balance: 5 }));
    const parts = testParts({ USER: 'me', PASS: 'pa55word' });
    await use(
      rest(
        server.url,
        {
          path: '/accounts/{{ input.account }}',
          parameters: [text('account', { personal: true }), text('note')],
          query: { note: '{{ input.note }}' },
          result: { type: 'fields', fields: { balance: { path: '$.balance' } } },
        },
        { auth: { type: 'basic', username: { secret: 'USER' }, password: { secret: 'PASS' } } },
      ),
      { account: 'GB29NWBK60161331926819', note: 'call me on +44 7700 900123 or ann@example.com, 2026-03-01' },
      parts,
    );
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:pa55word').toString('base64')}`);
    expect(parts.calls).toMatchObject([
      {
        integration: 'hotel',
        operation: 'op',
        outcome: 'ok',
        attempt: 1,
        conversationId: 'c-1',
        request: {
          target: 'GET /accounts/{{ input.account }}',
          input: { account: '[personal]', note: 'call me on [number] or [e-mail], 2026-03-01' },
        },
        response: { contentType: 'application/json', fields: ['balance'] },
      },
    ]);
    expect(JSON.stringify(parts.calls)).not.toMatch(/pa55word|GB29|7700|ann@|Ann Lee|bWU6/);
  });
});

describe('what an API does wrong becomes a coded error', () => {
  it.each([
    [401, 'auth_failed'],
    [403, 'auth_failed'],
    [404, 'not_found'],
    [409, 'conflict'],
    [422, 'rejected'],
    [500, 'server_failed'],
  ])('%d: %s', async (status, code) => {
    const server = await api((_request, response) => sendJson(response, { detail: 'secret detail' }, status));
    const failure = use(rest(server.url, {}));
    await expect(failure).rejects.toMatchObject({
      code,
      details: { integration: 'hotel', operation: 'op', status, reason: `The API answered ${status}.` },
    });
  });

  it('under the name that the operation gives it', async () => {
    const server = await api((_request, response) => sendJson(response, {}, 409));
    await expect(use(rest(server.url, { errorCodes: { '409': 'room_taken' } }))).rejects.toMatchObject({
      code: 'room_taken',
      reasonCode: 'conflict',
    });
  });

  it.each([
    ['broken JSON', 'application/json', '{"a": ', 'response_malformed'],
    ['a page', 'text/html', '<html>', 'response_type_unexpected'],
    ['nesting without end', 'application/json', '['.repeat(50_000) + ']'.repeat(50_000), 'response_malformed'],
    ['too much', 'application/json', `"${'x'.repeat(1_000_001)}"`, 'response_too_large'],
    ['a field that is not there', 'application/json', '{"b": 1}', 'response_field_missing'],
  ])('%s', async (_name, contentType, body, code) => {
    const server = await api((_request, response) =>
      response.writeHead(200, { 'content-type': contentType }).end(body),
    );
    const result = { type: 'fields' as const, fields: { a: { path: '$.a', required: true } } };
    await expect(use(rest(server.url, { result }))).rejects.toMatchObject({ code });
    expect(server.seen).toHaveLength(1);
  });

  it('an answer without end is cut off', async () => {
    const server = await api((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const piece = Buffer.alloc(65_536, 'x');
      const more = () => {
        while (!response.destroyed && response.write(piece));
        response.once('drain', more);
      };
      more();
    });
    await expect(use(rest(server.url, {}))).rejects.toMatchObject({ code: 'response_too_large' });
  });

  it('one that is compressed unasked is not unpacked', async () => {
    const server = await api((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('x'),
    );
    await expect(use(rest(server.url, {}))).rejects.toMatchObject({ code: 'response_type_unexpected' });
  });

  it('silence ends at the time-out, and with the thought that asked', async () => {
    const server = await api(() => {});
    const slow = rest(server.url, {}, { timeoutMs: 100, retries: { maxAttempts: 1 } });
    await expect(use(slow)).rejects.toMatchObject({ code: 'timed_out' });
    const stop = new AbortController();
    const waiting = use(rest(server.url, {}), {}, testParts(), testContext({ signal: stop.signal }));
    await expect.poll(() => server.seen.length).toBe(2);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('nobody there', async () => {
    const server = await startApiServer(() => {});
    await server.close();
    const parts = testParts();
    await expect(use(rest(server.url, {}), {}, parts)).rejects.toMatchObject({ code: 'unreachable' });
    expect(parts.calls).toHaveLength(3);
  });

  it('a secret that is not set', async () => {
    const definition = rest('http://localhost', {}, { auth: { type: 'bearer', token: { secret: 'TOKEN' } } });
    await expect(use(definition)).rejects.toMatchObject({ code: 'secret_missing', details: { field: 'auth.token' } });
  });
});

describe('what values must not do', () => {
  it.each(['..', '.', ''])('make another path: "%s"', async (id) => {
    const server = await api((_request, response) => sendJson(response, {}));
    const definition = rest(server.url, { path: '/rooms/{{ input.id }}/x', parameters: [text('id')] });
    await expect(use(definition, { id })).rejects.toMatchObject({ code: 'value_invalid', details: { field: 'path' } });
    expect(server.seen).toHaveLength(0);
  });

  it('make another host of a path', async () => {
    const server = await api((_request, response) => sendJson(response, {}));
    await use(rest(server.url, { path: '/{{ input.id }}', parameters: [text('id')] }), { id: '/evil.test@x\\y' });
    expect(server.seen[0]?.url).toBe('/%2Fevil.test%40x%5Cy');
  });

  it.each(['a\r\nX-Admin: 1', 'a\nb', 'đ', '\u0000'])('begin a header of their own: %j', async (value) => {
    const definition = rest('http://localhost', {
      headers: { 'X-Note': '{{ input.note }}' },
      parameters: [text('note')],
    });
    await expect(use(definition, { note: value })).rejects.toMatchObject({
      code: 'value_invalid',
      details: { field: 'headers.X-Note' },
    });
  });
});

describe('addresses', () => {
  const lookupOf = (...addresses: string[]) => {
    let count = 0;
    const asked: string[] = [];
    return {
      asked,
      lookup: (
        host: string,
        _options: unknown,
        callback: (error: null, found: { address: string; family: number }[]) => void,
      ) => {
        asked.push(host);
        callback(null, [{ address: addresses[Math.min(count++, addresses.length - 1)] ?? '', family: 4 }]);
      },
    };
  };

  it('of this machine are not reached unless allowed', async () => {
    const server = await api((_request, response) => sendJson(response, {}));
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]'])
      await expect(
        use(rest(`http://${host}:${server.port}`, {}, { allowPrivateAddresses: false })),
        host,
      ).rejects.toMatchObject({ code: 'address_refused' });
    await expect(
      use(rest(`https://localhost:${server.port}`, {}, { allowPrivateAddresses: false })),
    ).rejects.toMatchObject({ code: 'address_refused' });
    expect(server.seen).toHaveLength(0);
  });

  it('that a name changes to after the first request are not reached', async () => {
    const server = await api(
      (_request, response) =>
        response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end('{}'),
      '127.0.0.2',
    );
    const { asked, lookup } = lookupOf('127.0.0.2', '127.0.0.1');
    const opened = openIntegration(
      rest(`http://api.example.test:${server.port}`, {}, { allowPrivateAddresses: ['127.0.0.2/32'] }),
      { ...testParts(), lookup },
    );
    const tool = only(opened.tools);
    await expect(tool.run({}, testContext())).resolves.toEqual({});
    await expect(tool.run({}, testContext())).rejects.toMatchObject({ code: 'address_refused' });
    expect(asked).toEqual(['api.example.test', 'api.example.test']);
    await opened.close();
  });

  it('that a redirect leads to are checked like the first', async () => {
    const inner = await api((_request, response) => sendJson(response, { inner: true }));
    const outer = await api(
      (_request, response) => response.writeHead(302, { location: `http://127.0.0.1:${inner.port}/admin` }).end(),
      '127.0.0.2',
    );
    const definition = rest(outer.url, {}, { allowPrivateAddresses: ['127.0.0.2'] });
    await expect(use(definition)).rejects.toMatchObject({ code: 'address_refused' });
    expect(inner.seen).toHaveLength(0);
  });

  it('that redirects lead to get no credentials of another host, and redirects end', async () => {
    const target = await api((_request, response) => sendJson(response, { moved: true }));
    const first = await api((request, response) =>
      response.writeHead(307, { location: request.url === '/loop' ? '/loop' : `${target.url}/new` }).end(),
    );
    const auth = { type: 'bearer' as const, token: { secret: 'TOKEN' } };
    const parts = testParts({ TOKEN: 't-1' });
    await expect(use(rest(first.url, { path: '/a', headers: { 'X-Own': 'x' } }, { auth }), {}, parts)).resolves.toEqual(
      {
        moved: true,
      },
    );
    expect(first.seen[0]?.headers.authorization).toBe('Bearer t-1');
    expect(target.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(target.seen[0]?.headers).not.toHaveProperty('x-own');
    await expect(use(rest(first.url, { path: '/loop' }))).rejects.toMatchObject({ code: 'redirect_refused' });
    await expect(use(rest(first.url, { path: '/a', method: 'POST', effect: 'changes' }))).rejects.toMatchObject({
      code: 'redirect_refused',
    });
  });
});

describe('an API in trouble', () => {
  it('is left alone for a while, and then tried again', async () => {
    let down = true;
    const server = await api((_request, response) => sendJson(response, {}, down ? 500 : 200));
    const parts = testParts();
    const opened = openIntegration(
      rest(server.url, {}, { retries: { maxAttempts: 1 }, breaker: { failures: 2, openMs: 100 } }),
      parts,
    );
    const tool = only(opened.tools);
    for (const code of ['server_failed', 'server_failed', 'circuit_open', 'circuit_open'])
      await expect(tool.run({}, testContext())).rejects.toMatchObject({ code });
    expect(server.seen).toHaveLength(2);
    expect(parts.calls.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
      ['server_failed', 1],
      ['server_failed', 1],
      ['circuit_open', 0],
      ['circuit_open', 0],
    ]);
    down = false;
    await expect
      .poll(() => tool.run({}, testContext()).catch((error: unknown) => error), { timeout: 3000 })
      .toEqual({});
    await opened.close();
  });

  it('is not blamed for what was asked wrongly', async () => {
    const server = await api((_request, response) => sendJson(response, {}, 404));
    const opened = openIntegration(rest(server.url, {}, { breaker: { failures: 1 } }), testParts());
    for (let count = 0; count < 3; count += 1)
      await expect(only(opened.tools).run({}, testContext())).rejects.toMatchObject({ code: 'not_found' });
    expect(server.seen).toHaveLength(3);
    await opened.close();
  });

  it('that asks for patience is asked again only when it asks for little', async () => {
    const server = await api((request, response, count) =>
      count > 1 && request.url === '/soon'
        ? sendJson(response, { ok: true })
        : sendJson(response, {}, 429, { 'retry-after': request.url === '/soon' ? '0' : '60' }),
    );
    await expect(use(rest(server.url, { path: '/soon' }))).resolves.toEqual({ ok: true });
    const before = server.seen.length;
    await expect(use(rest(server.url, { path: '/late' }))).rejects.toMatchObject({
      code: 'throttled',
      details: { retryAfterMs: 60_000 },
    });
    expect(server.seen).toHaveLength(before + 1);
  });

  it('never gets more than it allows a minute', async () => {
    const server = await api((_request, response) => sendJson(response, {}));
    const parts = testParts();
    const opened = openIntegration(rest(server.url, {}, { ratePerMinute: 20 }), parts);
    const tool = only(opened.tools);
    await tool.run({}, testContext());
    await tool.run({}, testContext());
    await expect(tool.run({}, testContext())).rejects.toMatchObject({ code: 'rate_limited' });
    parts.time.nowEpochMs += 3000;
    await expect(tool.run({}, testContext())).resolves.toEqual({});
    expect(server.seen).toHaveLength(3);
    await opened.close();
  });

  it('holds up only so many callers', async () => {
    const server = await api(() => {});
    const stop = new AbortController();
    const opened = openIntegration(rest(server.url, {}, { maxConcurrent: 1 }), testParts());
    const tool = only(opened.tools);
    const context = testContext({ signal: stop.signal });
    const waiting = [tool.run({}, context), tool.run({}, context)].map((one) => one.catch((error: unknown) => error));
    await expect(tool.run({}, context)).rejects.toMatchObject({ code: 'busy' });
    stop.abort();
    expect(await Promise.all(waiting)).toMatchObject([{ code: 'cancelled' }, { code: 'cancelled' }]);
    await opened.close();
  });
});

describe('a definition', () => {
  it('describes itself for forms, and its tools for models', () => {
    const form = JSON.stringify(z.toJSONSchema(integrationSchema, { io: 'input' }));
    expect(form).toContain('"title":"Largest answer"');
    expect(form).toContain('"default":1000000');
    const tool = only(
      createIntegrationTools(
        rest('http://localhost', {
          parameters: [text('room', { description: 'Its number.' }), { type: 'date', name: 'day' }],
        }),
        testParts(),
      ),
    );
    expect(z.toJSONSchema(tool.input)).toMatchObject({
      properties: { room: { type: 'string', description: 'Its number.' }, day: { type: 'string', format: 'date' } },
      required: ['room', 'day'],
      additionalProperties: false,
    });
  });
});

describe('a definition that is wrong', () => {
  it('may be so in a name that is too long for models', () => {
    const long = rest('http://localhost', { name: `a${'b'.repeat(39)}` }, { id: 'c'.repeat(30) });
    expect(() => createIntegrationTools(long, testParts())).toThrow('more than 64');
  });

  it.each([
    ['an unknown parameter', { path: '/{{ input.nobody }}' }, 'operations.0.path', 'There is no input.nobody'],
    ['a step up', { path: '/a/%2E./b' }, 'operations.0.path', 'Outside of placeholders'],
    ['a query in the path', { path: '/a?b={{ context.language }}' }, 'operations.0.path', 'Outside of placeholders'],
    [
      'a password in the open',
      { headers: { Authorization: 'Bearer x' } },
      'operations.0.headers.Authorization',
      'by the name of a secret',
    ],
    ['an expression', { path: '/{{ input.a + 1 }}' }, 'operations.0.path', 'nothing else'],
    [
      'a path that is none',
      { result: { type: 'value' as const, path: 'rooms[' } },
      'operations.0.result.path',
      'no JSONPath',
    ],
    [
      'a regular expression',
      { result: { type: 'value' as const, path: "$[?match(@.a, '(a+)+')]" } },
      'operations.0.result.path',
      'match()',
    ],
    ['a header of the platform', { headers: { Host: 'x' } }, 'operations.0.headers.Host', 'set by the platform'],
  ])('%s is named', (_name, operation, field, reason) => {
    const make = () => createIntegrationTools(rest('http://localhost', operation), testParts());
    expect(make).toThrow(reason);
    try {
      make();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'definition_invalid',
        details: { integration: 'hotel', operation: 'op', field },
      });
    }
  });
});
