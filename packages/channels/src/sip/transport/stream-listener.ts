import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { SipPeer } from '../message/sip-message.ts';
import { plainAddress } from './address-set.ts';
import type { SipListen } from './sip-transport.ts';

/** By which the far side of a TLS connection knows us. */
export interface TlsIdentity {
  /** PEM, the certificate with its chain. */
  readonly key: string;
  readonly cert: string;
}

export interface StreamListenerOptions {
  readonly listen: SipListen;
  /** Must be there for TLS. */
  readonly tls: TlsIdentity | undefined;
  /** Whether to take the connection; asked before anything is read. */
  readonly admits: (address: string) => boolean;
  /** A connection was taken; told before the handshake of TLS. */
  readonly onTaken: (socket: Socket, address: string) => void;
  /** It is ready for messages. */
  readonly onReady: (socket: Socket, peer: SipPeer) => void;
}

export interface StreamListener {
  readonly port: number;
  /** Shown to those who connect from now on; nothing where it is not TLS. @throws Error of Node where the two do not fit */
  renewTls(identity: TlsIdentity): void;
  close(): Promise<void>;
}

/** @throws Error of Node where the address cannot be had */
export async function createStreamListener(options: StreamListenerOptions): Promise<StreamListener> {
  const { listen, admits, onTaken } = options;
  const ready = (socket: Socket, address: string, port: number) =>
    options.onReady(socket, { protocol: listen.protocol, address, port });
  const secure = listen.protocol === 'tls' ? createSecure(options, ready) : undefined;

  // Connections are counted where they come in, so that handshakes that are never finished count too.
  const server = createServer({ noDelay: true }, (socket) => {
    const { remoteAddress, remotePort } = socket;
    const address = remoteAddress === undefined ? undefined : plainAddress(remoteAddress);
    if (address === undefined || remotePort === undefined || !admits(address)) return void socket.destroy();
    socket.on('error', () => socket.destroy());
    onTaken(socket, address);
    if (secure === undefined) ready(socket, address, remotePort);
    else secure.emit('connection', socket);
  });
  await listening(server, listen);
  const bound = server.address();
  return {
    renewTls: (identity) => secure?.setSecureContext({ ...identity, minVersion: MIN_TLS }),
    port: bound !== null && typeof bound === 'object' ? bound.port : listen.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const MIN_TLS = 'TLSv1.2';
/** A handshake takes three trips; who needs longer holds a place for nothing. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

function createSecure(options: StreamListenerOptions, ready: (socket: Socket, address: string, port: number) => void) {
  const { tls } = options;
  if (tls === undefined) throw new TypeError('To listen for TLS, give a key and a certificate');
  const secure = createTlsServer({ ...tls, minVersion: MIN_TLS, handshakeTimeout: HANDSHAKE_TIMEOUT_MS });
  secure.on('secureConnection', (socket) => {
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) socket.destroy();
    else ready(socket, plainAddress(remoteAddress), remotePort);
  });
  secure.on('tlsClientError', (_error, socket) => socket.destroy());
  return secure;
}

function listening(server: Server, { address, port }: SipListen): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, ipv6Only: true }, () => {
      server.off('error', reject);
      // Such as too many open files: the connection is not taken, the next may be.
      server.on('error', () => undefined);
      resolve();
    });
  });
}
