import type { Clock } from '@parley/engine/ports/clock.ts';
import type { MediaSessionOptions, MediaSessions } from '../rtp/media-session.ts';
import type { SessionTimerOptions } from './call/session-timer.ts';
import type { SipLocator } from './location/sip-locator.ts';
import type { SipMessage, SipPeer } from './message/sip-message.ts';
import type { SipTrunk } from './registration.ts';
import type { IncomingSipCall, SipCredentials } from './sip-endpoint.ts';
import type { SipIntervals } from './transaction/timers.ts';
import type { SipTransport } from './transport/sip-transport.ts';

export interface SipEndpointOptions {
  /** Opens the sockets, as `createSipTransport` does; `onMessage` and `onError` are the endpoint's own. */
  readonly openTransport: (events: SipTransportEvents) => Promise<SipTransport>;
  readonly media: MediaSessions;
  readonly clock: Clock;
  /** Where URIs lead. */
  readonly locator: SipLocator;
  /** Whom telephones belong to: the realm of accounts, and the host of addresses that registered here. */
  readonly domain: string;
  readonly userAgent: string;
  readonly srtp: MediaSessionOptions['srtp'];
  /** The address that this peer is told for sound, where it is not the one that packets leave from (PUBLIC_IP). */
  readonly mediaAddressFor?: (peer: SipPeer) => string | undefined;
  /** Telephones that may call and register with a password; left out: there are none. */
  readonly accounts?: SipAccounts;
  /** Proxies of ours, from which requests of any dialog may come; trunks that we register with are so too. */
  readonly isTrustedProxy?: (address: string) => boolean;
  readonly trunks?: readonly SipTrunk[];
  /** Trunks that send us calls without our registering with them. */
  readonly knownTrunks?: readonly SipKnownTrunk[];
  readonly sessionTimer?: Partial<SessionTimerOptions>;
  readonly intervals?: SipIntervals;
  /** Requests that are being dealt with, of both sides; each takes about 5 kB, for up to 32 s after its answer. */
  readonly maxTransactions?: number;
  /** At least 0, less than 1; for waits that must not be the same everywhere. */
  readonly random?: () => number;
  /** Unique in space and time, not to be guessed; for tags, branches and Call-IDs. */
  readonly newToken?: () => string;
  /** A call is offered: it is to be rung, answered or rejected. */
  readonly onCall: (call: IncomingSipCall) => void;
  /**
   * Whoever wants to call or to register had to say who they are: `known`, or `unknown` (they were asked, and have not told it yet) or
   * `wrong` (no such account, or not its password).
   */
  readonly onIdentified?: (peer: SipPeer, as: 'known' | 'unknown' | 'wrong') => void;
  readonly onError: (error: unknown) => void;
}

export interface SipKnownTrunk {
  /** Is one of its machines at this address? Each of them may speak for a call that another began. */
  readonly isAt: (address: string) => boolean;
  /** By which we answer within calls that came from there, where it asks who we are. */
  readonly credentials?: SipCredentials;
}

export interface SipTransportEvents {
  readonly onMessage: (message: SipMessage, peer: SipPeer) => void;
  readonly onError: (error: unknown) => void;
}

export interface SipAccounts {
  /** Undefined: there is no such account. */
  readonly passwordOf: (username: string) => string | undefined | Promise<string | undefined>;
  /** May this peer call without an account, being known by its address? Whoever offers credentials is checked all the same. */
  readonly isOptionalFor: (peer: SipPeer) => boolean;
  /** The key of nonces, the same for replicas behind one proxy; left out: random. */
  readonly secret?: Uint8Array;
}

/**
 * Twenty calls a second have INVITE, BYE and their answers in memory for half a minute: 1,300. This is fifteen times as much. Measured with
 * 10,000 calls: 5 kB each, 100 MB in all.
 */
export const MAX_TRANSACTIONS = 20_000;
