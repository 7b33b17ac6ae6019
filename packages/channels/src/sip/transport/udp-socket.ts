import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { plainAddress } from './address-set.ts';
import { type SipListen, SipTransportError } from './sip-transport.ts';

export interface UdpSocket {
  readonly listen: SipListen;
  readonly port: number;
  /** @throws SipTransportError where the system refuses at once; a packet that is lost is lost */
  send(bytes: Uint8Array, address: string, port: number): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error of Node where the address cannot be had */
export async function createUdpSocket(
  listen: SipListen,
  onPacket: (bytes: Buffer, address: string, port: number) => void,
): Promise<UdpSocket> {
  const socket = createSocket({
    type: isIPv6(listen.address) ? 'udp6' : 'udp4',
    // The system refuses it for IPv4.
    ipv6Only: isIPv6(listen.address),
    // A rush of calls waits here while the process is busy with sound; the system may give less.
    recvBufferSize: 4 * 1_048_576,
    sendBufferSize: 1_048_576,
  });
  socket.on('message', (bytes, { address, port }) => onPacket(bytes, plainAddress(address), port));
  await bind(socket, listen);
  return {
    listen,
    port: socket.address().port,
    send: (bytes, address, port) =>
      new Promise((resolve, reject) => {
        socket.send(bytes, port, address, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(new SipTransportError(codeOf(error), `${address}:${port} cannot be sent to: ${error.message}`));
        });
      }),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function codeOf(error: NodeJS.ErrnoException): SipTransportError['code'] {
  if (error.code === 'EMSGSIZE') return 'too_large';
  return error.code === 'ERR_SOCKET_DGRAM_NOT_RUNNING' ? 'closed' : 'unreachable';
}

function bind(socket: Socket, { address, port }: SipListen): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port }, () => {
      socket.off('error', reject);
      // Such as an answer of the network to something sent before; the next packet may do.
      socket.on('error', () => undefined);
      resolve();
    });
  });
}
