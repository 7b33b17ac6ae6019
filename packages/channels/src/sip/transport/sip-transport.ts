import type { SipMessage, SipPeer, SipProtocol } from '../message/sip-message.ts';
import type { Via } from '../message/via.ts';

/** Sockets for SIP: whole messages come in and go out, what is unfit is kept away. */
export interface SipTransport {
  /** Where it listens, with the ports that it got. */
  readonly listening: readonly SipPeer[];
  /**
   * Sends a message: over the peer's connection if it still stands, else over another to the same address, opened if need be. An answer
   * whose connection is gone goes where its top Via leads (RFC 3261 §18.2.2). A request by UDP of more than 1,300 bytes goes by TCP
   * where the peer takes it, its top Via changed to that, else by UDP all the same.
   * @returns when it is handed to the socket, with the peer that it went to in truth
   * @throws SipTransportError
   */
  send(message: SipMessage, peer: SipPeer): Promise<SipPeer>;
  /** The Via to put on top of a request to that peer, with `rport`; the branch is yet to be added. */
  viaFor(peer: SipPeer): Via;
  /** By which address and port we are reached from there: for Contact. */
  addressFor(peer: SipPeer): { readonly host: string; readonly port: number };
  figures(): SipTransportFigures;
  /** Closes all sockets and timers. Idempotent. */
  close(): Promise<void>;
}

export interface SipListen {
  readonly protocol: SipProtocol;
  /** An address of this machine, or `0.0.0.0` or `::` for all of them. */
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** By which the world reaches it, where that is not the address itself (PUBLIC_IP). */
  readonly publicAddress?: string;
}

export interface SipTransportFigures {
  readonly connections: number;
  readonly timers: number;
  /** Messages that were whole and handed on. */
  readonly received: number;
  readonly sent: number;
  readonly malformed: number;
  /** Packets and connections from addresses that are not allowed. */
  readonly refusedByAddress: number;
  /** Packets and connections beyond what one address, or all strangers together, may send. */
  readonly throttled: number;
}

export class SipTransportError extends Error {
  readonly code: 'unreachable' | 'closed' | 'no_socket' | 'too_large' | 'overloaded';
  constructor(code: SipTransportError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SipTransportError';
    this.code = code;
  }
}
