import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasOpenssl, makeCertificate } from '../../testing/peers/certificate.ts';
import { createResponse } from '../message/create-response.ts';
import type { SipMessage, SipPeer, SipRequest } from '../message/sip-message.ts';
import { writeVia } from '../message/via.ts';
import { createSipTransport, type SipTransportOptions } from './create-sip-transport.ts';
import type { SipTransport } from './sip-transport.ts';
import { soon } from './testing/soon.ts';

const clock = createSystemClock();
const owned: (() => unknown)[] = [];
const files = { folder: '', key: '', cert: '' };

if (!hasOpenssl) console.warn('openssl is not installed: SIP over TLS is not tested');

describe.skipIf(!hasOpenssl)('SIP over TLS', () => {
  beforeAll(async () => {
    files.folder = await mkdtemp(join(tmpdir(), 'sip-tls-'));
    const { keyFile, certificateFile } = await makeCertificate(files.folder, '127.0.0.1');
    files.key = await readFile(keyFile, 'utf8');
    files.cert = await readFile(certificateFile, 'utf8');
  });
  afterAll(() => rm(files.folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const free of owned.splice(0).reverse()) await free();
  });

  test('a request goes and its answer comes back over one connection, where the certificate is trusted', async () => {
    const far = await listening({});
    const near = await listening({ tlsTrust: { ca: files.cert } });
    await near.transport.send(request(near.transport, far.peer), far.peer);
    const [message, from] = await soon(() => far.messages[0] ?? Promise.reject(new Error('No request came')));
    expect(from).toMatchObject({ protocol: 'tls', address: '127.0.0.1' });
    if (message.kind !== 'request') throw new Error('This is no request');
    await far.transport.send(createResponse(message, 200), from);
    const [answer] = await soon(() => near.messages[0] ?? Promise.reject(new Error('No answer came')));
    expect(answer).toMatchObject({ kind: 'response', status: 200 });
    expect([near, far].map(({ transport }) => transport.figures().connections)).toEqual([1, 1]);
  });

  test('nothing is sent to whoever cannot prove who it is', async () => {
    const far = await listening({});
    const near = await listening({});
    await expect(near.transport.send(request(near.transport, far.peer), far.peer)).rejects.toMatchObject({
      code: 'unreachable',
    });
    const named: SipPeer = { ...far.peer, serverName: 'trunk.example.com' };
    const trusting = await listening({ tlsTrust: { ca: files.cert } });
    await expect(trusting.transport.send(request(trusting.transport, named), named)).rejects.toThrow(
      /trunk\.example\.com/,
    );
    expect(far.messages).toHaveLength(0);
  });

  test('handshakes that are never finished take the places of their own address alone', async () => {
    const far = await listening({ connections: { maxPerAddress: 2 } });
    const dial = async (localAddress: string) => {
      const socket = connect({ port: far.peer.port, host: '127.0.0.1', localAddress });
      socket.on('error', () => socket.destroy());
      owned.push(() => void socket.destroy());
      await once(socket, 'connect');
      return socket;
    };
    await dial('127.0.0.2');
    await dial('127.0.0.2');
    const third = await dial('127.0.0.2');
    await once(third, 'close');
    expect(far.transport.figures()).toMatchObject({ throttled: 1 });
    const near = await listening({ tlsTrust: { ca: files.cert } });
    await near.transport.send(request(near.transport, far.peer), far.peer);
    await soon(() => expect(far.messages).toHaveLength(1));
  });

  test('what is no TLS at all is closed', async () => {
    const far = await listening({});
    const socket = connect({ port: far.peer.port, host: '127.0.0.1' });
    socket.on('error', () => socket.destroy());
    socket.write('OPTIONS sip:a@b SIP/2.0\r\n\r\n');
    await once(socket, 'close');
    expect(far.transport.figures()).toMatchObject({ connections: 0, received: 0 });
  });
});

async function listening(more: Partial<SipTransportOptions>) {
  const messages: (readonly [SipMessage, SipPeer])[] = [];
  const transport = await createSipTransport({
    clock,
    listen: [{ protocol: 'tls', address: '127.0.0.1', port: 0 }],
    tls: { key: files.key, cert: files.cert },
    onError(error) {
      throw error;
    },
    onMessage: (message, peer) => void messages.push([message, peer]),
    ...more,
  });
  owned.push(() => transport.close());
  const peer: SipPeer = { protocol: 'tls', address: '127.0.0.1', port: transport.listening[0]?.port ?? 0 };
  return { transport, peer, messages };
}

function request(transport: SipTransport, peer: SipPeer): SipRequest {
  const headers = [
    { name: 'Via', value: writeVia({ ...transport.viaFor(peer), params: [{ name: 'branch', value: 'z9hG4bK1' }] }) },
    { name: 'From', value: '<sips:a@example.com>;tag=1' },
    { name: 'To', value: '<sips:b@example.com>' },
    { name: 'Call-ID', value: 'y' },
    { name: 'CSeq', value: '1 OPTIONS' },
  ];
  return { kind: 'request', method: 'OPTIONS', uri: 'sips:b@127.0.0.1', headers, body: new Uint8Array(0) };
}
