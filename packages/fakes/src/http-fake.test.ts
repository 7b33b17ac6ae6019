import { afterEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { RunningFake } from './fake-vendor.ts';
import { withFault } from './faults.ts';
import { startHttpFake } from './http-fake.ts';

let fake: RunningFake;

/** A vendor that answers `GET /words` with three pieces, `POST /form` with what it got, and echoes over a WebSocket. */
async function startEcho(): Promise<string> {
  fake = await startHttpFake({
    name: 'echo',
    port: 0,
    environment: (url) => ({ ECHO_BASE_URL: url }),
    routes: {
      request({ request, json, stream }) {
        if (request.path === '/form') return json(200, request.form === undefined ? null : [...request.form.keys()]);
        const body = stream(200, { 'content-type': 'text/plain' });
        for (const word of ['one ', 'two ', 'three']) body.write(word);
        body.end();
      },
      socket: ({ query }) =>
        query.has('refuse')
          ? { kind: 'refused', status: 400, body: { reason: 'as asked' } }
          : {
              kind: 'accepted',
              headers: { 'x-request-id': 'r-1' },
              open: ({ sendText, sendBinary, close }) => ({
                onText: (text) => (text === 'bye' ? close(1000, 'bye') : sendText(text)),
                onBinary: sendBinary,
              }),
            },
    },
  });
  return fake.url;
}
afterEach(() => fake.close());

interface Line {
  readonly socket: WebSocket;
  readonly got: string[];
  readonly closed: Promise<number>;
  next(): Promise<string>;
}
async function dial(url: string): Promise<Line> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  const got: string[] = [];
  let wake = () => {};
  socket.on('message', (data) => {
    got.push(String(data));
    wake();
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  return {
    socket,
    got,
    closed,
    next: () =>
      new Promise((resolve) => {
        wake = () => resolve(got.at(-1) ?? '');
      }),
  };
}

/** Waits for the fake to see what its other side did. */
async function untilFree() {
  for (let turn = 0; fake.openSockets > 0 && turn < 1000; turn += 1) await new Promise((done) => setImmediate(done));
  expect(fake.openSockets).toBe(0);
}

test('an answer in pieces comes whole, and the request is in the journal without the fault', async () => {
  const url = await startEcho();
  const response = await fetch(`${withFault(url, 'slow-start:5')}/words?a=1&a=2`, { headers: { 'X-Key': 'k' } });
  expect(await response.text()).toBe('one two three');
  expect(fake.journal.requests[0]).toMatchObject({
    method: 'GET',
    path: '/words',
    query: { a: ['1', '2'] },
    headers: { 'x-key': 'k' },
  });
  await untilFree();
});

test('a form is in the journal field by field, files by their length', async () => {
  const url = await startEcho();
  const form = new FormData();
  form.append('model', 'whisper-1');
  form.append('file', new Blob([new Uint8Array(10)], { type: 'audio/wav' }), 'a.wav');
  const response = await fetch(`${url}/form`, { method: 'POST', body: form });
  expect(await response.json()).toEqual(['model', 'file']);
  expect(fake.journal.requests[0]?.body).toEqual({
    model: 'whisper-1',
    file: { name: 'a.wav', type: 'audio/wav', bytes: 10 },
  });
});

test('a status comes with Retry-After as often as it was asked for, and then no more', async () => {
  const url = withFault(await startEcho(), 'status:429,retry-after:2,times:1');
  const refused = await fetch(`${url}/words`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
  expect((await fetch(`${url}/words`)).status).toBe(200);
});

test('after so many pieces an answer breaks off, freezes, or is none of HTTP', async () => {
  const url = await startEcho();
  const cut = await fetch(`${withFault(url, 'break-after:2')}/words`);
  await expect(cut.text()).rejects.toThrow();
  await expect(fetch(`${withFault(url, 'break-after:0')}/words`)).rejects.toThrow();

  const scope = new AbortController();
  const frozen = await fetch(`${withFault(url, 'freeze-after:1')}/words`, { signal: scope.signal });
  const reader = frozen.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('one ');
  expect(fake.openSockets).toBe(1);
  scope.abort();
  await untilFree();

  const garbled = await fetch(`${withFault(url, 'garble-after:0')}/words`);
  expect(await garbled.text()).toContain('{"broken"');
});

test('a socket echoes, keeps what it was sent, and closes in the proper way', async () => {
  const line = await dial(await startEcho());
  line.socket.send(JSON.stringify({ a: 1 }));
  expect(await line.next()).toBe('{"a":1}');
  line.socket.send(new Uint8Array(7));
  await line.next();
  expect(fake.openSockets).toBe(1);
  line.socket.send('bye');
  expect(await line.closed).toBe(1000);
  await untilFree();
  expect(fake.journal.messages).toEqual([{ a: 1 }, 'bye']);
  expect(fake.journal.audioBytes).toBe(7);
  expect(fake.journal.entries.at(-1)).toEqual({ type: 'closed', socket: 1, code: 1000 });
});

test('a handshake is refused by the vendor and by a fault, with the status', async () => {
  const url = await startEcho();
  await expect(dial(`${url}/?refuse=1`)).rejects.toThrow('400');
  await expect(dial(`${withFault(url, 'status:503')}/`)).rejects.toThrow('503');
  await expect(dial(`${url}/?fault=no-such`)).rejects.toThrow('400');
});

test('a socket breaks after so many messages, or freezes and answers no ping', async () => {
  const url = await startEcho();
  const cut = await dial(`${url}/?fault=break-after:2`);
  for (const text of ['1', '2', '3']) cut.socket.send(text);
  expect(await cut.closed).toBe(1006);
  expect(cut.got).toEqual(['1', '2']);

  const alive = await dial(`${url}/`);
  alive.socket.ping();
  await new Promise((pong) => alive.socket.once('pong', pong));

  const frozen = await dial(`${withFault(url, 'freeze-after:1')}/`);
  frozen.socket.send('1');
  await frozen.next();
  let isAnswered = false;
  frozen.socket.on('pong', () => {
    isAnswered = true;
  });
  frozen.socket.send('2');
  frozen.socket.ping();
  // The same process carries both: what the living one does afterwards is later than what the frozen one would do.
  for (let round = 0; round < 5; round += 1) {
    alive.socket.ping();
    await new Promise((pong) => alive.socket.once('pong', pong));
  }
  expect([isAnswered, frozen.got]).toEqual([false, ['1']]);
  frozen.socket.terminate();
  alive.socket.terminate();
  await untilFree();
});

test('a silent socket is open and says nothing; a strike ends all that are open', async () => {
  const line = await dial(`${await startEcho()}/?fault=silent`);
  const other = await dial(`${fake.url}/`);
  line.socket.send('hello?');
  other.socket.send('hello?');
  await other.next();
  expect(line.got).toEqual([]);
  fake.strike('garble');
  expect(await other.next()).toBe('{"broken": ');
  fake.strike('break');
  expect(await other.closed).toBe(1006);
});
