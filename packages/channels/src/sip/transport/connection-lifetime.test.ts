import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { afterEach, expect, test } from 'vitest';
import { createResponse } from '../message/create-response.ts';
import type { SipMessage, SipPeer } from '../message/sip-message.ts';
import { createSipTransport } from './create-sip-transport.ts';
import { soon } from './testing/soon.ts';

const MINUTE_MS = 60_000;
const owned: (() => unknown)[] = [];

afterEach(async () => {
  for (const free of owned.splice(0).reverse()) await free();
});

test('a connection on which nothing stands is closed after minutes of silence, not before', async () => {
  const { clock, transport, phone } = await called();
  await phone.ask();
  await clock.advance(4.9 * MINUTE_MS);
  await phone.ask();
  await clock.advance(4.9 * MINUTE_MS);
  expect(transport.figures().connections).toBe(1);
  await clock.advance(MINUTE_MS);
  await phone.closed;
  expect(transport.figures()).toMatchObject({ connections: 0, timers: 0 });
});

test('one on which a telephone is registered stays for longer than an hour', async () => {
  const { clock, transport, phone, messages } = await called();
  phone.socket.write(message('REGISTER'));
  const [request, peer] = await soon(() => messages[0] ?? Promise.reject(new Error('No message came')));
  if (request.kind !== 'request') throw new Error('This is no request');
  await transport.send(createResponse(request, 200), peer);
  await clock.advance(61 * MINUTE_MS);
  expect(transport.figures().connections).toBe(1);
  await clock.advance(10 * MINUTE_MS);
  await phone.closed;
});

test('who opens a connection and says nothing, or never ends what it began, is sent away', async () => {
  const { clock, transport, phone } = await called();
  const silent = await dial(transport.listening[0]?.port ?? 0);
  await phone.ask();
  phone.socket.write('INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP x');
  await soon(() => expect(transport.figures().connections).toBe(2));
  await clock.advance(20_000);
  phone.socket.write(';branch=z9hG4bK1');
  await clock.advance(15_000);
  await Promise.all([phone.closed, silent.closed]);
});

test('a far side that answered once and then does not any more is known for dead', async () => {
  const clock = createVirtualClock();
  const heard: string[] = [];
  const sockets: Socket[] = [];
  let answers = true;
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => {
      heard.push(String(chunk));
      if (answers && String(chunk) === '\r\n\r\n') socket.write('\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  owned.push(() => server.close());
  const bound = server.address();
  const { transport } = await listening(clock);
  const peer: SipPeer = {
    protocol: 'tcp',
    address: '127.0.0.1',
    port: typeof bound === 'object' ? (bound?.port ?? 0) : 0,
  };
  const invite: SipMessage = {
    kind: 'request',
    method: 'INVITE',
    uri: 'sip:a@b',
    headers: [],
    body: new Uint8Array(0),
  };
  await transport.send(invite, peer);
  const pings = () => heard.filter((text) => text === '\r\n\r\n').length;
  await soon(() => expect(heard).toHaveLength(1));
  await clock.advance(105_000);
  await soon(() => expect(pings()).toBe(1));
  // The answer has come when the next silence is counted from it.
  const socket = sockets[0];
  await soon(() => expect(socket?.bytesWritten).toBe(2));
  await clock.advance(50_000);
  answers = false;
  await clock.advance(60_000);
  await soon(() => expect(pings()).toBe(2));
  expect(transport.figures().connections).toBe(1);
  await clock.advance(13_000);
  await soon(() => expect(transport.figures().connections).toBe(0));
});

async function listening(clock = createVirtualClock()) {
  const messages: (readonly [SipMessage, SipPeer])[] = [];
  const transport = await createSipTransport({
    clock,
    listen: [{ protocol: 'tcp', address: '127.0.0.1', port: 0 }],
    onError(error) {
      throw error;
    },
    onMessage: (message, peer) => void messages.push([message, peer]),
  });
  owned.push(() => transport.close());
  return { clock, transport, messages };
}

async function called() {
  const place = await listening();
  return { ...place, phone: await dial(place.transport.listening[0]?.port ?? 0) };
}

async function dial(port: number) {
  const socket = connect({ port, host: '127.0.0.1' });
  const closed = once(socket, 'close');
  let answers = 0;
  socket.on('data', () => {
    answers += 1;
  });
  await once(socket, 'connect');
  owned.push(() => void socket.destroy());
  return {
    socket,
    closed,
    /** Asks whether the other is there, and waits until it says so. */
    async ask() {
      const before = answers;
      socket.write('\r\n\r\n');
      await soon(() => expect(answers).toBe(before + 1));
    },
  };
}

function message(method: string): string {
  return [
    `${method} sip:127.0.0.1 SIP/2.0`,
    'Via: SIP/2.0/TCP a;branch=z9hG4bK1',
    'From: <sip:a@example.com>;tag=1',
    'To: <sip:a@example.com>',
    'Call-ID: x',
    `CSeq: 1 ${method}`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}
