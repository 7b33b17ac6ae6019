import type { Socket } from 'node:net';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { SipPeer } from '../message/sip-message.ts';
import { createSipFramer, type FramedSip } from '../message/stream-framer.ts';

/** One connection of TCP or TLS that is open. */
export interface StreamConnection {
  readonly peer: SipPeer;
  /** False once it closes. */
  readonly isOpen: boolean;
  /** @returns false when it is closed, or closes now because the far side reads too slowly */
  send(bytes: Uint8Array): boolean;
  /** Closes it after what was sent has gone. */
  end(): void;
  /** Looks whether it has been silent, or unfinished, for too long: pings it, or closes it. */
  sweep(nowMs: number): void;
  /** A call or a registration stands on it, so that silence does not close it soon. */
  keep(): void;
  readonly isKept: boolean;
  destroy(): void;
}

export interface StreamLimits {
  /** Silence after which a connection on which nothing stands is closed: some minutes, as between calls of a proxy. */
  readonly idleMs: number;
  /** The same where a call or a registration stands on it: longer than an hour's registration. */
  readonly keptIdleMs: number;
  /** How long a message, once begun, may take to come whole; and the first one after the connection was opened. */
  readonly unfinishedMs: number;
  /** RFC 5626 §4.4.1: whoever opened the connection asks every 95 to 120 s whether the other is still there. */
  readonly pingMs: number;
  /** RFC 5626 §4.4.1: no answer within 10 s means that the connection is dead. */
  readonly pongMs: number;
  /** What may wait to be sent; the far side of a signalling connection that is so far behind is not reading. */
  readonly maxQueuedBytes: number;
}

export const STREAM_LIMITS: StreamLimits = {
  idleMs: 5 * 60_000,
  keptIdleMs: 70 * 60_000,
  unfinishedMs: 30_000,
  pingMs: 100_000,
  pongMs: 10_000,
  maxQueuedBytes: 262_144,
};

export interface StreamConnectionOptions {
  readonly socket: Socket;
  readonly peer: SipPeer;
  readonly openedBy: 'here' | 'far';
  readonly clock: Clock;
  readonly limits: StreamLimits;
  /** Whole messages, and the one that cannot be made whole. */
  readonly onFramed: (framed: Extract<FramedSip, { readonly type: 'message' | 'broken' }>) => void;
  /** Once, when the socket is gone. */
  readonly onClosed: () => void;
}

export function createStreamConnection(options: StreamConnectionOptions): StreamConnection {
  const { socket, peer, clock, limits, onFramed, onClosed } = options;
  const framer = createSipFramer();
  let heardAtMs = clock.nowMs();
  let wholeAtMs = heardAtMs;
  let activeAtMs = heardAtMs;
  let hasSpoken = options.openedBy === 'here';
  let isKept = false;
  let pingedAtMs: number | undefined;
  let answersPings = false;

  socket.setNoDelay(true);
  // What the far side's machine answers by itself; finds those that went away without a word while nothing is to be said.
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.setTimeout(0);

  const send = (bytes: Uint8Array): boolean => {
    if (!socket.writable) return false;
    if (socket.writableLength + bytes.length > limits.maxQueuedBytes) {
      socket.destroy();
      return false;
    }
    activeAtMs = clock.nowMs();
    socket.write(bytes);
    return true;
  };

  socket.on('data', (chunk: Buffer) => {
    heardAtMs = clock.nowMs();
    activeAtMs = heardAtMs;
    pingedAtMs = undefined;
    for (const framed of framer.push(chunk)) {
      // Whoever listens may have closed the connection at what came before.
      if (socket.destroyed) return;
      wholeAtMs = heardAtMs;
      hasSpoken = true;
      if (framed.type === 'ping') send(PONG);
      else if (framed.type === 'pong') answersPings = true;
      else onFramed(framed);
    }
  });
  // What is wrong is told by `close`, which always follows.
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.once('close', onClosed);

  const isOverdue = (nowMs: number): boolean => {
    if (nowMs - activeAtMs > (isKept ? limits.keptIdleMs : limits.idleMs)) return true;
    if ((framer.isInsideMessage || !hasSpoken) && nowMs - wholeAtMs > limits.unfinishedMs) return true;
    // Not everybody answers; who once did is expected to.
    return answersPings && pingedAtMs !== undefined && nowMs - pingedAtMs > limits.pongMs;
  };

  return {
    peer,
    get isOpen() {
      return socket.writable;
    },
    send,
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    keep() {
      isKept = true;
    },
    get isKept() {
      return isKept;
    },
    sweep(nowMs) {
      if (isOverdue(nowMs)) socket.destroy();
      else if (options.openedBy === 'here' && pingedAtMs === undefined && nowMs - heardAtMs > limits.pingMs) {
        pingedAtMs = nowMs;
        framer.expectPong();
        // A ping is no use of the connection: what only pings is idle.
        if (socket.writable) socket.write(PING);
      }
    },
  };
}

const KEEP_ALIVE_MS = 60_000;
const PING = Buffer.from('\r\n\r\n');
const PONG = Buffer.from('\r\n');
