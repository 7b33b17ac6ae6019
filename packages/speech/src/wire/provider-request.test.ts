import type { RunningFake } from '@parley/fakes/fake-vendor.ts';
import { withFault } from '@parley/fakes/faults.ts';
import { startHttpFake } from '@parley/fakes/http-fake.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines } from './json-lines.ts';
import { providerRequestDefaults, readAll, requestProvider } from './provider-request.ts';
import { serverEvents } from './server-events.ts';

let fake: RunningFake;
let chunks: readonly (string | Uint8Array)[];
let scope: AbortController;

beforeEach(async () => {
  chunks = ['one', 'two'];
  scope = new AbortController();
  fake = await startHttpFake({
    name: 'vendor',
    port: 0,
    environment: () => ({}),
    routes: {
      refusal: (status) => ({ reason: `asked for ${status}` }),
      request({ request, stream, json }) {
        if (request.path === '/elsewhere') return json(302, {}, { location: '/' });
        const body = stream(200, { 'content-type': 'text/plain', 'request-id': 'r1' });
        for (const chunk of chunks) body.write(chunk);
        body.end();
      },
    },
  });
});
afterEach(() => fake.close());

function ask(fault = '', path = '/', options: Partial<typeof providerRequestDefaults> = {}) {
  return requestProvider(
    {
      url: `${withFault(fake.url, fault)}${path}`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
      explain: (failure, body) => ({ ...failure, message: `${failure.message} / ${body.length} bytes` }),
    },
    scope.signal,
    { ...providerRequestDefaults, ...options },
  );
}
const whole = async (...given: Parameters<typeof ask>) => (await readAll(await ask(...given))).toString();
const refused = (code: string, message = '') =>
  expect.objectContaining({ failure: expect.objectContaining({ code, message: expect.stringContaining(message) }) });

describe('a request to a provider', () => {
  it('gives head and body', async () => {
    const answer = await ask();
    expect(answer.headers.get('request-id')).toBe('r1');
    expect((await readAll(answer)).toString()).toBe('onetwo');
    expect(fake.journal.requests).toMatchObject([{ method: 'POST', body: { a: 1 } }]);
  });

  it('says why it is refused, and until when', async () => {
    await expect(ask('status:429,retry-after:2')).rejects.toMatchObject({
      failure: { code: 'provider_rate_limited', retryAfterMs: 2000, message: expect.stringContaining('/ 26 bytes') },
    });
    await expect(ask('status:503')).rejects.toEqual(refused('provider_failed', 'asked for 503'));
  });

  it('says which header cannot be sent, without what is in it', async () => {
    const headers = { authorization: 'Bearer top-secret\nX' };
    await expect(requestProvider({ url: fake.url, method: 'GET', headers }, scope.signal)).rejects.toMatchObject({
      failure: { code: 'provider_refused', message: 'The header "authorization" holds what no header may.' },
    });
    expect(fake.journal.requests).toEqual([]);
  });

  it('does not go where it was not sent', async () => {
    await expect(ask('', '/elsewhere')).rejects.toEqual(refused('provider_unreachable'));
    expect(fake.journal.requests).toHaveLength(1);
  });

  it('gives up on one that accepts and never answers', async () => {
    await expect(ask('silent', '/', { headTimeoutMs: 50 })).rejects.toEqual(refused('provider_timed_out', '50 ms'));
    await expect.poll(() => fake.openSockets, { interval: 1 }).toBe(0);
  });

  it('gives up on one that stops in the middle', async () => {
    await expect(whole('freeze-after:1', '/', { stallTimeoutMs: 50 })).rejects.toEqual(refused('provider_timed_out'));
    await expect.poll(() => fake.openSockets, { interval: 1 }).toBe(0);
  });

  it('tells a connection that broke from one that never was', async () => {
    await expect(whole('break-after:1')).rejects.toEqual(refused('provider_failed'));
    const nobody = requestProvider({ url: 'http://127.0.0.1:1', method: 'GET' }, scope.signal);
    await expect(nobody).rejects.toEqual(refused('provider_unreachable'));
  });

  it('takes no more than it was told to', async () => {
    chunks = [new Uint8Array(600), new Uint8Array(600)];
    await expect(whole('', '/', { maxBodyBytes: 1000 })).rejects.toEqual(refused('provider_protocol', '1000'));
  });

  it('is let go at once when it is given up, with the reason', async () => {
    const answer = await ask('freeze-after:1');
    const reading = readAll(answer);
    scope.abort(new Error('interrupted'));
    await expect(reading).rejects.toThrow('interrupted');
    await expect.poll(() => fake.openSockets, { interval: 1 }).toBe(0);
    await expect(ask()).rejects.toThrow('interrupted');
  });

  it('is let go when nobody reads on', async () => {
    const answer = await ask('freeze-after:1');
    for await (const chunk of answer.chunks) {
      expect(chunk.length).toBe(3);
      break;
    }
    await expect.poll(() => fake.openSockets, { interval: 1 }).toBe(0);
  });
});

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const read: Value[] = [];
  for await (const value of values) read.push(value);
  return read;
}
/** Cut anywhere, through characters too. */
const cut = (text: string, length: number) => {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  );
};

describe('a value a line', () => {
  it.each([1, 2, 7, 1000])('comes whole however it is cut, in pieces of %d bytes', async (length) => {
    chunks = cut('{"text":"Chào"}\n\n{"n":1}\r\n[2]', length);
    expect(await all(jsonLines(await ask()))).toEqual([{ text: 'Chào' }, { n: 1 }, [2]]);
  });

  it('is refused when it is no JSON or never ends', async () => {
    chunks = ['{"n":1}\n', 'oops\n'];
    await expect(all(jsonLines(await ask()))).rejects.toEqual(refused('provider_protocol', 'no JSON'));
    chunks = [new Uint8Array(600_000).fill(32), new Uint8Array(600_000).fill(32)];
    await expect(all(jsonLines(await ask()))).rejects.toEqual(refused('provider_protocol', '1000000'));
    await expect.poll(() => fake.openSockets, { interval: 1 }).toBe(0);
  });
});

describe('events', () => {
  it.each([1, 3, 1000])('come whole however they are cut, in pieces of %d bytes', async (length) => {
    chunks = cut(': hello\n\nevent: a\ndata: Chào\n\ndata: two\ndata: lines\n\ndata: [DONE]\n\n', length);
    expect(await all(serverEvents(await ask()))).toEqual(['Chào', 'two\nlines', '[DONE]']);
  });

  it('are refused when one never ends', async () => {
    chunks = [`data: ${'x'.repeat(600_000)}`, 'x'.repeat(600_000)];
    await expect(all(serverEvents(await ask()))).rejects.toEqual(refused('provider_protocol'));
    await expect.poll(() => fake.openSockets, { interval: 1 }).toBe(0);
  });
});
