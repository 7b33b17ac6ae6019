import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { SipPeer } from '../message/sip-message.ts';
import type { FramedSip } from '../message/stream-framer.ts';
import { SipTransportError } from './sip-transport.ts';
import { createStreamConnection, type StreamConnection, type StreamLimits } from './stream-connection.ts';

export interface ConnectionPoolOptions {
  readonly clock: Clock;
  readonly limits: StreamLimits;
  readonly max: number;
  /** Whose certificates are good, for connections of TLS that we open. */
  readonly trust: TlsTrust;
  /** How long a connection may take to open. */
  readonly connectTimeoutMs: number;
  readonly onFramed: (
    framed: Extract<FramedSip, { readonly type: 'message' | 'broken' }>,
    from: StreamConnection,
  ) => void;
}

export interface TlsTrust {
  /** PEM, in place of the certificates that Node trusts. */
  readonly ca: string | undefined;
  /** False: any certificate will do, for trunks in one's own network that have none of repute. */
  readonly verify: boolean;
}

/** All connections of TCP and TLS, whoever opened them. */
export interface ConnectionPool {
  readonly size: number;
  readonly timers: number;
  /** Takes over a socket that somebody opened to us. */
  adopt(socket: Socket, peer: SipPeer): StreamConnection;
  /** Closes the oldest on which nothing stands; false: there is none. */
  makeRoom(): boolean;
  /** The one that the peer names, if it still stands. */
  byId(peer: SipPeer): StreamConnection | undefined;
  /**
   * One to the peer's address and port, open by then.
   * @param timeoutMs in place of the pool's own
   * @throws SipTransportError
   */
  reach(peer: SipPeer, timeoutMs?: number): Promise<StreamConnection>;
  /** Resolves when all are gone. */
  close(): Promise<void>;
}

export function createConnectionPool(options: ConnectionPoolOptions): ConnectionPool {
  const { clock, limits, max, trust } = options;
  const open = new Map<string, StreamConnection>();
  const byAddress = new Map<string, StreamConnection>();
  const opening = new Map<string, Promise<StreamConnection>>();
  const sockets = new Set<Socket>();
  let lastId = 0;
  let cancelSweep: (() => void) | undefined;
  let isClosed = false;
  let onEmpty: (() => void) | undefined;

  // One timer for all, and none while there is nothing to look after.
  const sweepLater = () => {
    if (cancelSweep !== undefined || open.size === 0 || isClosed) return;
    cancelSweep = clock.wakeAt(clock.nowMs() + SWEEP_MS, () => {
      cancelSweep = undefined;
      for (const connection of open.values()) connection.sweep(clock.nowMs());
      sweepLater();
    });
  };

  const add = (socket: Socket, peer: SipPeer, openedBy: 'here' | 'far'): StreamConnection => {
    lastId += 1;
    const id = `${peer.protocol}-${lastId}`;
    const key = keyOf(peer);
    const connection = createStreamConnection({
      socket,
      peer: { ...peer, connectionId: id },
      openedBy,
      clock,
      limits,
      onFramed: (framed) => options.onFramed(framed, connection),
      onClosed() {
        open.delete(id);
        if (byAddress.get(key) === connection) byAddress.delete(key);
        if (open.size > 0) return;
        cancelSweep?.();
        cancelSweep = undefined;
        onEmpty?.();
      },
    });
    open.set(id, connection);
    byAddress.set(key, connection);
    sweepLater();
    return connection;
  };

  const dial = async (peer: SipPeer, timeoutMs: number): Promise<StreamConnection> => {
    if (open.size + sockets.size >= max) {
      throw new SipTransportError('overloaded', `There are ${max} connections already; close some, or allow more`);
    }
    const socket = startSocket(peer, trust);
    sockets.add(socket);
    try {
      await opened(socket, peer, timeoutMs, clock);
      if (isClosed) throw new SipTransportError('closed', 'The transport is closed');
      return add(socket, peer, 'here');
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      sockets.delete(socket);
    }
  };

  return {
    get size() {
      return open.size + sockets.size;
    },
    get timers() {
      return cancelSweep === undefined ? 0 : 1;
    },
    adopt: (socket, peer) => add(socket, peer, 'far'),
    makeRoom() {
      for (const connection of open.values()) {
        if (connection.isKept || !connection.isOpen) continue;
        connection.destroy();
        return true;
      }
      return false;
    },
    byId(peer) {
      const found = peer.connectionId === undefined ? undefined : open.get(peer.connectionId);
      return found?.isOpen ? found : undefined;
    },
    async reach(peer, timeoutMs = options.connectTimeoutMs) {
      if (isClosed) throw new SipTransportError('closed', 'The transport is closed');
      const key = keyOf(peer);
      const standing = byAddress.get(key);
      if (standing?.isOpen) return standing;
      let dialled = opening.get(key);
      if (dialled === undefined) {
        dialled = dial(peer, timeoutMs).finally(() => opening.delete(key));
        opening.set(key, dialled);
      }
      return dialled;
    },
    close() {
      isClosed = true;
      cancelSweep?.();
      cancelSweep = undefined;
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        if (open.size === 0) return resolve();
        onEmpty = resolve;
        for (const connection of open.values()) connection.destroy();
      });
    },
  };
}

/** How finely silence is measured; the shortest limit is ten seconds. */
const SWEEP_MS = 2_500;

function keyOf({ protocol, address, port, serverName }: SipPeer): string {
  return `${protocol} ${address} ${port} ${serverName ?? ''}`;
}

function startSocket(peer: SipPeer, trust: TlsTrust): Socket {
  const { address: host, port, serverName } = peer;
  if (peer.protocol !== 'tls') return connectTcp({ host, port });
  return connectTls({
    host,
    port,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(trust.ca === undefined ? {} : { ca: trust.ca }),
    rejectUnauthorized: trust.verify,
    minVersion: 'TLSv1.2',
  });
}

function opened(socket: Socket, peer: SipPeer, timeoutMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const place = `${peer.protocol}:${peer.address}:${peer.port}`;
    const fail = (error: SipTransportError) => {
      cancel();
      reject(error);
    };
    const cancel = clock.wakeAt(clock.nowMs() + timeoutMs, () => {
      fail(new SipTransportError('unreachable', `${place} did not take the connection within ${timeoutMs} ms`));
    });
    socket.once(peer.protocol === 'tls' ? 'secureConnect' : 'connect', () => {
      cancel();
      resolve();
    });
    socket.once('error', (cause) => {
      fail(new SipTransportError('unreachable', `${place} cannot be connected to: ${cause.message}`, { cause }));
    });
    socket.once('close', () => fail(new SipTransportError('unreachable', `${place} closed the connection`)));
  });
}
