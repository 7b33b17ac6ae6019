import type { MediaSessionOptions, MediaSessions } from '../../rtp/media-session.ts';
import type { DigestClient } from '../auth/digest-client.ts';
import type { SipPeer, SipRequest } from '../message/sip-message.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { SipIntervals, Timers } from '../transaction/timers.ts';
import type { TransactionLayer } from '../transaction/transaction-layer.ts';
import type { SessionTimerOptions } from './session-timer.ts';

/** What all calls of an endpoint share. */
export interface CallContext {
  readonly timers: Timers;
  readonly intervals: SipIntervals;
  readonly transactions: TransactionLayer;
  readonly media: MediaSessions;
  readonly srtp: MediaSessionOptions['srtp'];
  /** The address that far ends are told for sound, where it is not the one that packets leave from. */
  readonly mediaAddressFor: (peer: SipPeer) => string | undefined;
  readonly dialogs: DialogTable;
  /** Call-IDs of calls of ours that are not answered yet. */
  readonly dialling: Set<string>;
  readonly sessionTimer: SessionTimerOptions;
  readonly userAgent: string;
  /** Unique in space and time, not to be guessed. */
  readonly newToken: () => string;
  readonly epochMs: () => number;
  /** At least 0, less than 1. */
  readonly random: () => number;
  /**
   * Our Contact as that peer can reach it, with its brackets.
   * @param isSecure by `sips:`, where we listen for TLS
   */
  readonly contactFor: (peer: SipPeer, isSecure: boolean) => string;
  /** Where a URI leads, the best first; at once where it names an address. Empty: nowhere. Never rejects. */
  readonly locate: (uri: string) => readonly SipPeer[] | Promise<readonly SipPeer[]>;
  /** Proxies of ours, from which requests of any dialog may come. */
  readonly isTrustedProxy: (address: string) => boolean;
  /** Who we are to the trunk that is at this address; undefined: there is none, or it knows us without a password. */
  readonly identityAt: (address: string) => DigestClient | undefined;
  readonly onError: (error: unknown) => void;
}

/** Who takes the requests of a dialog. */
export interface DialogOwner {
  receive(transaction: ServerTransaction): void;
  /** The ACK to a 2xx of ours. */
  receiveAck(ack: SipRequest, peer: SipPeer): void;
}

export interface DialogTable {
  /** In place of whoever had it. */
  set(id: string, owner: DialogOwner): void;
  /** Only if it is still this owner's. */
  delete(id: string, owner: DialogOwner): void;
  get(id: string): DialogOwner | undefined;
  readonly size: number;
}

export function createDialogTable(): DialogTable {
  const owners = new Map<string, DialogOwner>();
  return {
    set(id, owner) {
      owners.set(id, owner);
    },
    delete(id, owner) {
      if (owners.get(id) === owner) owners.delete(id);
    },
    get: (id) => owners.get(id),
    get size() {
      return owners.size;
    },
  };
}

/** What we can, as OPTIONS, INVITE and their answers tell. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY';
export const SUPPORTED = '100rel, timer, norefersub';
export const ACCEPT = 'application/sdp';
export const SDP = 'application/sdp';
