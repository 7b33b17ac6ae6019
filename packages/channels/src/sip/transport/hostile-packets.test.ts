import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { expect, test } from 'vitest';
import { createResponse } from '../message/create-response.ts';
import { header } from '../message/headers.ts';
import type { SipMessage, SipPeer } from '../message/sip-message.ts';
import { mutate, seededRandom } from '../message/testing/mutate.ts';
import { USUAL_MESSAGES } from '../message/testing/usual-messages.ts';
import { readTorture, tortureNames } from '../message/torture/read-torture.ts';
import { createSipTransport } from './create-sip-transport.ts';
import type { SipTransport } from './sip-transport.ts';
import { soon } from './testing/soon.ts';

const SOURCES: readonly Buffer[] = [...tortureNames().map(readTorture), ...USUAL_MESSAGES];
const PACKETS = 30_000;
/** What a socket's buffer holds on any system. */
const PACKETS_AT_ONCE = 50;
const STREAMS = 300;
const MAX_UDP_BYTES = 60_000;

test(`after ${PACKETS} damaged packets a question is answered as before`, { timeout: 60_000 }, async () => {
  const { transport, close } = await answering('udp');
  const socket = createSocket('udp4');
  try {
    const port = transport.listening[0]?.port ?? 0;
    const answered = new Set<string>();
    socket.on('message', (bytes) => {
      const id = /^Call-ID: probe-(\d+)/m.exec(bytes.toString('latin1'))?.[1];
      if (id !== undefined) answered.add(id);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const random = seededRandom(5060);
    for (let at = 0; at < PACKETS; at += PACKETS_AT_ONCE) {
      for (let each = 0; each < PACKETS_AT_ONCE; each += 1) {
        const source = SOURCES[(at + each) % SOURCES.length] ?? Buffer.alloc(0);
        socket.send(mutate(source, SOURCES, random).subarray(0, MAX_UDP_BYTES), port, '127.0.0.1');
      }
      // A packet may be lost where many come at once: the question is asked again.
      await soon(async () => {
        socket.send(probe('UDP', at), port, '127.0.0.1');
        await soon(() => expect(answered).toContain(String(at)), 500);
      });
    }
    const { received, malformed } = transport.figures();
    expect(received + malformed).toBeGreaterThan(PACKETS * 0.9);
    expect(malformed).toBeGreaterThan(PACKETS * 0.2);
  } finally {
    socket.close();
    await close();
  }
});

test(`after ${STREAMS} damaged streams a question is answered, and no connection is left`, {
  timeout: 60_000,
}, async () => {
  const { transport, close } = await answering('tcp');
  try {
    const port = transport.listening[0]?.port ?? 0;
    const random = seededRandom(5061);
    for (let at = 0; at < STREAMS; at += 1) {
      const some = [0, 1, 2, 3].map((next) => SOURCES[(at * 4 + next) % SOURCES.length] ?? Buffer.alloc(0));
      const bytes = mutate(Buffer.concat(some), SOURCES, random);
      await sendStream(port, bytes, 1 + Math.floor(random() * 2_000));
    }
    const heard = await sendStream(port, Buffer.from(probe('TCP', 1)), 100);
    expect(heard).toMatch(/^SIP\/2\.0 200 OK\r\n/);
    await soon(() => expect(transport.figures()).toMatchObject({ connections: 0, timers: 0 }));
    expect(transport.figures().malformed).toBeGreaterThan(STREAMS * 0.2);
  } finally {
    await close();
  }
});

/** Answers every OPTIONS, as whoever is asked whether it is there. */
async function answering(protocol: 'udp' | 'tcp') {
  const errors: unknown[] = [];
  const transport: SipTransport = await createSipTransport({
    clock: createSystemClock(),
    listen: [{ protocol, address: '127.0.0.1', port: 0 }],
    trusted: ['127.0.0.1'],
    onError: (error) => errors.push(error),
    onMessage(message: SipMessage, peer: SipPeer) {
      if (message.kind !== 'request' || !header(message.headers, 'Call-ID')?.startsWith('probe-')) return;
      transport.send(createResponse(message, 200), peer).catch((error) => errors.push(error));
    },
  });
  return {
    transport,
    async close() {
      await transport.close();
      expect(errors).toEqual([]);
    },
  };
}

/** Says it in pieces, ends, and gives what was said back, when the other has ended too. */
async function sendStream(port: number, bytes: Buffer, pieceBytes: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  const heard: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  socket.on('error', () => socket.destroy());
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  for (let at = 0; at < bytes.length; at += pieceBytes) socket.write(bytes.subarray(at, at + pieceBytes));
  socket.end();
  await closed;
  return Buffer.concat(heard).toString();
}

function probe(transport: string, at: number): string {
  return [
    'OPTIONS sip:here@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/${transport} 127.0.0.1;rport;branch=z9hG4bK${at}`,
    'From: <sip:a@example.com>;tag=1',
    'To: <sip:b@example.com>',
    `Call-ID: probe-${at}`,
    `CSeq: ${at} OPTIONS`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}
