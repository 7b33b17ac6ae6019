import type { Route } from '@parley/contract/api/route.ts';
import fc from 'fast-check';
import { z } from 'zod';
import { spoilt, valuesOf } from './hostile-input.ts';
import type { RawRequest } from './raw-request.ts';

/** What a request of a route is made of, before it is written down. */
export interface RequestParts {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/**
 * Requests that the route's schemas mostly take, and such with one thing wrong.
 * @param idsOf those that are known by the name they have in paths
 */
export function requestOf(route: Route, idsOf: (name: string) => readonly string[]): fc.Arbitrary<RawRequest> {
  const { params, query, body } = route.input.shape;
  const part = (schema: unknown, share: number): fc.Arbitrary<unknown> => {
    if (!(schema instanceof z.ZodType)) return fc.constant(undefined);
    const good = valuesOf(schema);
    return fc.oneof({ weight: share, arbitrary: good }, { weight: 2, arbitrary: good.chain(spoilt) });
  };
  return fc
    .tuple(
      part(params, 6),
      part(query, 3),
      part(body, 3),
      fc.oneof(
        { weight: 2, arbitrary: hostileHeaders(route.etag === 'write' ? ['if-match'] : []) },
        { weight: 3, arbitrary: fc.constant({}) },
      ),
      bodyText,
      fc.nat(),
    )
    .map(([path, search, sent, more, spoil, pick]) => {
      const given = paramsSchema.parse(path ?? {});
      const name = (named: string) => {
        const known = idsOf(named);
        if (known.length > 0 && pick % 3 !== 0) return encodeURIComponent(known[pick % known.length] ?? '');
        if (pick % 31 === 0) return rawPathTexts[pick % rawPathTexts.length] ?? '';
        return encoded(given[named] ?? 'x') || 'x';
      };
      const payload = body === undefined && pick % 4 !== 0 ? undefined : spoil(sent);
      const twice = {
        'x-twice': ['a', 'b'],
        'idempotency-key': ['one-of-two-keys-here', 'two-of-two-keys-here'],
      };
      return {
        method: route.method,
        path: route.path.replaceAll(/\{(\w+)\}/g, (_, named: string) => name(named)) + searchOf(search),
        headers: { ...headersFor(route, payload), ...(pick % 29 === 0 && twice), ...more },
        body: payload,
      };
    });
}

/** The request as a client would write it. */
export function writeRequest(route: Route, { params, query, body }: RequestParts): RawRequest {
  const given = paramsSchema.parse(params ?? {});
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return {
    method: route.method,
    path:
      route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(given[name] ?? 'x') || 'x') + searchOf(query),
    headers: headersFor(route, payload),
    body: payload,
  };
}

/** The same request with one thing wrong: in its path, its query, its body, or its headers. */
export function spoiltRequest(route: Route, parts: RequestParts): fc.Arbitrary<RawRequest> {
  const { params, query, body } = route.input.shape;
  const ways: fc.WeightedArbitrary<RawRequest>[] = [
    {
      weight: 3,
      arbitrary: hostileHeaders([]).map((more) => {
        const request = writeRequest(route, parts);
        return { ...request, headers: { ...request.headers, ...more } };
      }),
    },
    {
      weight: 1,
      arbitrary: bodyText.map((spoil) => {
        const payload = spoil(parts.body);
        return { ...writeRequest(route, parts), headers: headersFor(route, payload), body: payload };
      }),
    },
  ];
  if (params !== undefined) {
    ways.push({
      weight: 1,
      arbitrary: spoilt(parts.params).map((bad) => writeRequest(route, { ...parts, params: bad })),
    });
  }
  if (query instanceof z.ZodType) {
    const bad = valuesOf(query).chain((good) =>
      spoilt({ ...paramsSchema.parse(good), ...paramsSchema.parse(parts.query ?? {}) }),
    );
    ways.push({ weight: 3, arbitrary: bad.map((value) => writeRequest(route, { ...parts, query: value })) });
  }
  if (body !== undefined) {
    ways.push({
      weight: 6,
      arbitrary: spoilt(parts.body ?? {}).map((bad) => writeRequest(route, { ...parts, body: bad })),
    });
  }
  return fc.oneof(...ways);
}

function headersFor(route: Route, payload: string | Buffer | undefined): Record<string, string> {
  return {
    ...(payload !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(payload)),
    }),
    ...(route.etag === 'write' && { 'if-match': '*' }),
  };
}

function hostileHeaders(requiredKeys: readonly 'if-match'[]) {
  return fc.record(
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
      range: fc.constantFrom('bytes=0-', 'bytes=9-1', 'bytes=-999999999999', 'lines=1', 'bytes=0-1,5-9', 'bytes=44-99'),
      'if-range': fc.constantFrom('"1"', 'W/"x"', 'nonsense', ''),
      traceparent: fc.constantFrom('00-0-0-0', 'x'.repeat(500)),
    },
    { requiredKeys: [...requiredKeys] },
  );
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
