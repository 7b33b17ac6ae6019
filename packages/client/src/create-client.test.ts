import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { createClient } from './create-client.ts';

/** A server that answers as a test says, and keeps what it was sent. */
let server: Server;
let baseUrl: string;
let answer: (request: IncomingMessage, response: ServerResponse, count: number) => void;
const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];

beforeEach(async () => {
  seen.length = 0;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      answer(request, response, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  baseUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

test('sends what it is given where it belongs', async () => {
  answer = (_request, response) => json(response, 201, { conversation_id: 'c', token: 't' });
  const client = createClient({ baseUrl: `${baseUrl}/`, token: 'key' });
  const opened = await client.openConversation({ body: { agent_id: 'hotel' }, idempotencyKey: 'one-and-only-1234' });
  expect(opened.token).toBe('t');
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/v1/conversations', body: '{"agent_id":"hotel"}' });
  expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer key', 'idempotency-key': 'one-and-only-1234' });
  await client.listConversations({ limit: 5, cursor: 'a&b' });
  expect(new URL(seen[1]?.url ?? '', baseUrl).searchParams.get('cursor')).toBe('a&b');
  await client.getConversation({ conversation_id: 'a/../b' });
  expect(seen[2]?.url).toBe('/v1/conversations/a%2F..%2Fb');
});

test('asks for what an operation gives: JSON, or the file itself', async () => {
  answer = (_request, response) => json(response, 200, {});
  const client = createClient({ baseUrl });
  await client.listVoices();
  await client.synthesize({ body: { text: 'Hello', language: 'en' } });
  expect(seen.map(({ headers }) => headers.accept)).toEqual(['application/json, */*', '*/*']);
});

test('sends a message again under the same key, so that it is no second turn', async () => {
  answer = (_request, response, count) =>
    count === 1 ? json(response, 503, {}, { 'retry-after': '0' }) : json(response, 200, { turn_number: 1 });
  const message = { conversation_id: 'c', body: { input_type: 'text', text: 'Hello' } } as const;
  await createClient({ baseUrl }).processInput({ ...message, idempotencyKey: 'one-and-only-1234' });
  expect(seen.map(({ url, headers }) => [url, headers['idempotency-key']])).toEqual([
    ['/v1/conversations/c/process', 'one-and-only-1234'],
    ['/v1/conversations/c/process', 'one-and-only-1234'],
  ]);
});

test('tells what the server refused, and why', async () => {
  const body = { error: 'There is nothing.', code: 'not_found', details: { a: 1 }, trace_id: 'tr' };
  answer = (_request, response) => json(response, 404, body);
  const failed = createClient({ baseUrl }).getConversation({ conversation_id: 'x' });
  await expect(failed).rejects.toBeInstanceOf(ApiError);
  await expect(failed).rejects.toMatchObject({ status: 404, code: 'not_found', details: { a: 1 }, traceId: 'tr' });
  answer = (_request, response) => response.writeHead(502).end('<html>');
  await expect(createClient({ baseUrl }).listAgents()).rejects.toMatchObject({ status: 502, code: 'unknown' });
});

test('comes back when the server asks to, but never does twice what may not be done twice', async () => {
  answer = (_request, response, count) =>
    count % 2 === 1
      ? json(response, 503, { code: 'busy' }, { 'retry-after': '0' })
      : json(response, 200, { agents: [] });
  const client = createClient({ baseUrl });
  expect((await client.listAgents()).agents).toEqual([]);
  expect(seen).toHaveLength(2);
  await expect(client.openConversation()).rejects.toMatchObject({ status: 503 });
  expect(seen).toHaveLength(3);
  answer = (_request, response) => json(response, 503, { code: 'busy' }, { 'retry-after': '0' });
  await expect(client.openConversation({ idempotencyKey: 'again-and-again-1' })).rejects.toMatchObject({
    code: 'busy',
  });
  expect(seen).toHaveLength(6);
});

test('asks once for a new token when the old one is not taken any more', async () => {
  answer = (request, response) =>
    request.headers.authorization === 'Bearer new' ? json(response, 200, { agents: [] }) : json(response, 401, {});
  await createClient({ baseUrl, token: 'old', renewToken: async () => 'new' }).listAgents();
  expect(seen).toHaveLength(2);
  const hopeless = createClient({ baseUrl, token: 'old', renewToken: async () => 'wrong' });
  await expect(hopeless.listAgents()).rejects.toMatchObject({ status: 401 });
  expect(seen).toHaveLength(4);
});

test('does not wait for ever', async () => {
  answer = () => {};
  const client = createClient({ baseUrl, timeoutMs: 50 });
  await expect(client.openConversation()).rejects.toThrow(/timeout/i);
  const stop = new AbortController();
  const waiting = client.openConversation({}, { signal: stop.signal, timeoutMs: 60_000 });
  stop.abort(new Error('left'));
  await expect(waiting).rejects.toThrow(/left|abort/i);
});
