import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HttpFailure, httpCall, httpLimits } from './http-call.ts';
import { type JsonServer, serveJson } from './json-server.ts';

const signal = new AbortController().signal;
let server: JsonServer;

beforeEach(async () => {
  server = await serveJson({
    handle: ({ method, path, query, body, header }) => {
      if (path === '/echo')
        return { status: 200, body: { method, q: query.get('q'), body, type: header('content-type') } };
      if (path === '/away') return { status: 302, headers: { location: 'http://127.0.0.1:9/' } };
      if (path === '/much') return { status: 200, body: 'x'.repeat(httpLimits.maxAnswerBytes) };
      if (path === '/nothing') return { status: 204 };
      if (path === '/broken') throw new Error('a secret of the server');
      return { status: 404, body: { error: 'none' } };
    },
  });
});
afterEach(() => server.close());

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it came about',
    (error: unknown) => (error instanceof HttpFailure ? error.code : String(error)),
  );

describe('a call', () => {
  test('sends JSON and forms and reads JSON', async () => {
    const url = `${server.url}/echo?q=1`;
    const asJson = await httpCall({ method: 'POST', url, body: { a: [1] }, signal });
    expect(asJson.json).toMatchObject({ method: 'POST', q: '1', body: { a: [1] }, type: 'application/json' });
    const asForm = await httpCall({ method: 'PUT', url, body: new URLSearchParams({ a: 'b c' }), signal });
    expect(asForm.json).toMatchObject({ method: 'PUT', body: { a: 'b c' } });
  });

  test('any status is an answer, and one without a body too', async () => {
    expect(await httpCall({ method: 'GET', url: `${server.url}/other`, signal })).toMatchObject({ status: 404 });
    expect(await httpCall({ method: 'GET', url: `${server.url}/nothing`, signal })).toMatchObject({
      status: 204,
      json: undefined,
    });
  });

  test('is not led elsewhere with its token, and does not swallow an endless answer', async () => {
    expect(await codeOf(httpCall({ method: 'GET', url: `${server.url}/away`, signal }))).toBe('broken_off');
    expect(await codeOf(httpCall({ method: 'GET', url: `${server.url}/much`, signal }))).toBe('too_large');
  });

  test('a page that is no JSON is a failure when the status is good, and an answer when it is bad', async () => {
    let status = 200;
    const pages = createServer((_, response) => response.writeHead(status).end('<html>'));
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    const address = pages.address();
    const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/`;
    expect(await codeOf(httpCall({ method: 'GET', url, signal }))).toBe('not_json');
    status = 502;
    expect(await httpCall({ method: 'GET', url, signal })).toMatchObject({ status: 502, json: undefined });
    await new Promise((resolve) => {
      pages.close(resolve);
      pages.closeAllConnections();
    });
  });

  test('an answer that trickles in for ever ends with the time-out', async () => {
    const dripping = createServer((_, response) => {
      response.writeHead(200).write('{');
    });
    await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
    const address = dripping.address();
    const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/`;
    expect(await codeOf(httpCall({ method: 'GET', url, timeoutMs: 100, signal }))).toBe('timed_out');
    await new Promise((resolve) => {
      dripping.close(resolve);
      dripping.closeAllConnections();
    });
  });

  test('a caller who has hung up already asks nobody', async () => {
    const gone = AbortSignal.abort(new Error('hung up'));
    await expect(httpCall({ method: 'GET', url: 'http://127.0.0.1:9/', signal: gone })).rejects.toThrow('hung up');
  });
});

test('what a server throws is not told to the caller', async () => {
  const answer = await httpCall({ method: 'GET', url: `${server.url}/broken`, signal });
  expect(answer).toMatchObject({ status: 500, json: { error: { code: 'internal' } } });
  expect(JSON.stringify(answer.json)).not.toContain('secret');
});
