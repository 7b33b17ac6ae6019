import { isIP, type Socket } from 'node:net';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { SipPeer, SipProtocol } from '../message/sip-message.ts';
import { createOwnAddress } from './own-address.ts';
import { type SipListen, SipTransportError } from './sip-transport.ts';
import { createStreamListener, type TlsIdentity } from './stream-listener.ts';
import { dropOldest } from './token-buckets.ts';
import { createUdpSocket, type UdpSocket } from './udp-socket.ts';

export interface ListenersOptions {
  readonly listen: readonly SipListen[];
  readonly tls: TlsIdentity | undefined;
  readonly clock: Clock;
  readonly onPacket: (bytes: Buffer, address: string, port: number, answer: (bytes: Buffer) => void) => void;
  readonly admits: (address: string) => boolean;
  readonly onTaken: (socket: Socket, address: string) => void;
  readonly onReady: (socket: Socket, peer: SipPeer) => void;
}

/** All sockets that listen, and which of them somebody is dealt with by. */
export interface Listeners {
  readonly listening: readonly SipPeer[];
  has(protocol: SipProtocol): boolean;
  /** @throws SipTransportError `no_socket` */
  udpFor(peer: SipPeer): UdpSocket;
  viaFor(peer: SipPeer): { readonly transport: string; readonly host: string; readonly port: number };
  addressFor(peer: SipPeer): { readonly host: string; readonly port: number };
  /** Shown to those who connect by TLS from now on. @throws Error of Node where the two do not fit */
  renewTls(identity: TlsIdentity): void;
  close(): Promise<void>;
}

/** Opens them all, or none. */
export async function createListeners(options: ListenersOptions): Promise<Listeners> {
  const { clock } = options;
  const ownAddress = createOwnAddress(() => clock.nowMs());
  const opened: Opened[] = [];
  const lastHeardBy = new Map<string, UdpSocket>();

  const openUdp = async (listen: SipListen) => {
    const udp = await createUdpSocket(listen, (bytes, address, port) => {
      if (severalUdp) remember(lastHeardBy, `${address} ${port}`, udp);
      options.onPacket(bytes, address, port, (answer) => void udp.send(answer, address, port).catch(() => undefined));
    });
    opened.push({ listen: { ...listen, port: udp.port }, udp, renewTls: undefined, close: udp.close });
  };
  const openStream = async (listen: SipListen) => {
    const { port, renewTls, close } = await createStreamListener({ ...options, listen });
    opened.push({ listen: { ...listen, port }, udp: undefined, renewTls, close });
  };
  const severalUdp = options.listen.filter(({ protocol }) => protocol === 'udp').length > 1;

  try {
    for (const listen of options.listen) await (listen.protocol === 'udp' ? openUdp(listen) : openStream(listen));
  } catch (error) {
    await Promise.all(opened.map(({ close }) => close()));
    throw error;
  }

  /** Of the peer's family; the one that stands on its side, this machine or the world. */
  const best = (peer: SipPeer) => {
    const fit = opened.filter(
      ({ listen }) => listen.protocol === peer.protocol && isIP(listen.address) === isIP(peer.address),
    );
    return fit.find(({ listen }) => isLoopback(listen.address) === isLoopback(peer.address)) ?? fit[0];
  };
  const addressFor = (peer: SipPeer) => {
    const found = best(peer) ?? opened.find(({ listen }) => listen.protocol === peer.protocol) ?? opened[0];
    if (found === undefined) return { host: '0.0.0.0', port: 5060 };
    return { host: ownAddress(found.listen, peer.address), port: found.listen.port };
  };

  return {
    listening: opened.map(({ listen: { protocol, address, port } }) => ({ protocol, address, port })),
    has: (protocol) => opened.some(({ listen }) => listen.protocol === protocol),
    udpFor(peer) {
      const udp = lastHeardBy.get(`${peer.address} ${peer.port}`) ?? best(peer)?.udp;
      if (udp !== undefined) return udp;
      throw new SipTransportError(
        'no_socket',
        `Nothing listens by UDP that could reach ${peer.address}; add it to listen`,
      );
    },
    viaFor: (peer) => ({ transport: peer.protocol.toUpperCase(), ...addressFor(peer) }),
    addressFor,
    renewTls(identity) {
      for (const one of opened) one.renewTls?.(identity);
    },
    async close() {
      await Promise.all(opened.map(({ close }) => close()));
    },
  };
}

interface Opened {
  readonly listen: SipListen;
  readonly udp: UdpSocket | undefined;
  readonly renewTls: ((identity: TlsIdentity) => void) | undefined;
  close(): Promise<void>;
}

/** Peers on UDP whose socket is remembered where there are several. */
const REMEMBERED_MAX = 10_000;

function remember(lastHeardBy: Map<string, UdpSocket>, key: string, socket: UdpSocket): void {
  if (lastHeardBy.get(key) === socket) return;
  if (lastHeardBy.size >= REMEMBERED_MAX) dropOldest(lastHeardBy);
  lastHeardBy.set(key, socket);
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
