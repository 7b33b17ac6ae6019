import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { onTestFinished } from 'vitest';
import type { SipMessage, SipPeer, SipProtocol, SipRequest } from '../../message/sip-message.ts';
import { writeVia } from '../../message/via.ts';
import { createSipTransport, type SipTransportOptions } from '../create-sip-transport.ts';
import type { SipTransport } from '../sip-transport.ts';
import { soon } from './soon.ts';

export const clock = createSystemClock();

/** A transport that listens on this machine until the test is over, and what came to it. */
export interface Place {
  readonly transport: SipTransport;
  readonly port: number;
  readonly messages: (readonly [SipMessage, SipPeer])[];
}

export async function listening(more: Partial<SipTransportOptions>, ...protocols: readonly SipProtocol[]) {
  const messages: (readonly [SipMessage, SipPeer])[] = [];
  const transport = await createSipTransport({
    clock,
    listen: protocols.map((protocol) => ({ protocol, address: '127.0.0.1', port: 0 })),
    onError: fail,
    onMessage: (message, peer) => void messages.push([message, peer]),
    ...more,
  });
  onTestFinished(() => transport.close());
  const place: Place = { transport, port: transport.listening[0]?.port ?? 0, messages };
  const got = (at: number) =>
    soon(() => {
      const found = messages[at];
      if (found === undefined) throw new Error(`Message ${at} did not come`);
      return found;
    });
  return { place, got };
}

/** A telephone of bare UDP packets at an address of this machine. */
export async function udpPhone(address = '127.0.0.1') {
  const socket: UdpSocket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString('latin1')));
  socket.bind(0, address);
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return {
    port: socket.address().port,
    send: (text: string | Uint8Array, { port }: { readonly port: number }) => socket.send(text, port, '127.0.0.1'),
    count: () => heard.length,
    heard: (at: number) =>
      soon(() => {
        const found = heard[at];
        if (found === undefined) throw new Error(`Packet ${at} did not come`);
        return found;
      }),
  };
}

/** One of a bare TCP connection. */
export async function tcpPhone(port: number, localAddress = '127.0.0.1') {
  const socket: Socket = connect({ port, host: '127.0.0.1', localAddress });
  const heard: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  onTestFinished(() => void socket.destroy());
  return { socket, write: (text: string) => void socket.write(text), text: () => Buffer.concat(heard).toString() };
}

export function options(transport: string, sentBy: string, sequence = 1): string {
  return lines([
    'OPTIONS sip:here@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/${transport} ${sentBy};branch=z9hG4bK${sequence}`,
    'From: <sip:a@example.com>;tag=1',
    'To: <sip:b@example.com>',
    'Call-ID: x',
    `CSeq: ${sequence} OPTIONS`,
    'Content-Length: 0',
  ]);
}

export function register(id: string): string {
  return options('UDP', 'a;rport')
    .replaceAll('OPTIONS', 'REGISTER')
    .replace('Call-ID: x', `Call-ID: ${id.replaceAll(' ', '-')}`);
}

export function lines(some: readonly string[]): string {
  return `${some.join('\r\n')}\r\n\r\n`;
}

export function request(transport: SipTransport, peer: SipPeer, sequence: number): SipRequest {
  const via = transport.viaFor(peer);
  return {
    kind: 'request',
    method: 'OPTIONS',
    uri: 'sip:there@127.0.0.1',
    headers: [
      { name: 'Via', value: writeVia({ ...via, params: [{ name: 'branch', value: `z9hG4bK${sequence}` }] }) },
      { name: 'From', value: '<sip:a@example.com>;tag=1' },
      { name: 'To', value: '<sip:b@example.com>' },
      { name: 'Call-ID', value: 'y' },
      { name: 'CSeq', value: `${sequence} OPTIONS` },
    ],
    body: new Uint8Array(0),
  };
}

export function large(transport: SipTransport, peer: SipPeer): SipRequest {
  return { ...request(transport, peer, 1), body: Buffer.alloc(1_300, 'x') };
}

export function asRequest(message: SipMessage): SipRequest {
  if (message.kind !== 'request') throw new Error('This is no request');
  return message;
}

export function fail(error: unknown): never {
  throw error;
}
