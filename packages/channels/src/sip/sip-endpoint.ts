import type { PhoneLeg } from '../phone/phone-leg.ts';
import type { SipPeer } from './message/sip-message.ts';

/** Everything that calls by SIP in this process: answers them, makes them, registers with trunks. */
export interface SipEndpoint {
  /**
   * Calls somebody and waits until they answer.
   * @throws LegError `busy`, `no_answer`, `refused`, `unreachable`; the signal's reason (the call is cancelled)
   */
  dial(request: SipDialRequest, signal: AbortSignal): Promise<PhoneLeg>;
  /** Addresses where the endpoint listens, with the ports that it got. */
  readonly listening: readonly SipPeer[];
  readonly registrations: readonly SipRegistrationState[];
  readonly figures: SipFigures;
  /** From now on new calls and OPTIONS are answered with 503, so that proxies in front send them elsewhere; calls go on. */
  drain(): void;
  /** Ends all calls, unregisters, frees everything. */
  close(): Promise<void>;
}

export interface SipDialRequest {
  /** `sip:person@example.com`, or `sip:+353861234567@trunk`: where the call goes. */
  readonly uri: string;
  /** Who calls: `sip:+35315550100@example.com`, with a name that telephones show. */
  readonly from: { readonly uri: string; readonly displayName?: string };
  /** By whose account, where the far side asks for one (401, 407). */
  readonly credentials?: SipCredentials;
  /** A proxy that every request goes through first, as `sip:proxy.example.com;lr`. */
  readonly outboundProxy?: string;
  /** An address of our own: who has not registered here is nowhere. */
  readonly onlyRegistered?: boolean;
  /** There is another way to whom is called: one that says nothing at all is given up within seconds. */
  readonly hasAlternative?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long it may ring. */
  readonly ringTimeoutMs?: number;
  readonly onRinging?: () => void;
}

export interface SipCredentials {
  readonly username: string;
  readonly password: string;
}

/** A call that is offered: it rings until it is answered or rejected, which must happen once. */
export interface IncomingSipCall {
  readonly callId: string;
  readonly requestUri: string;
  /** User parts, `anonymous` where there is none; a number in its written form. */
  readonly from: string;
  readonly fromDisplayName: string | undefined;
  readonly to: string;
  readonly peer: SipPeer;
  /** The account by which the caller identified itself; undefined: known by address alone. */
  readonly account: string | undefined;
  header(name: string): string | undefined;
  /** The caller gave up, or the call failed, before it was answered. */
  readonly cancelled: AbortSignal;
  /** 180: they hear it ring. */
  ring(): void;
  /**
   * 200 with our SDP; resolves with the leg at once, so that the greeting can begin with the first packet.
   * @throws LegError `ended` when the caller gave up, `refused` when no codec is common (they were told 488)
   */
  answer(): Promise<PhoneLeg>;
  /** Such as 404, 480, 486, 503, 603. */
  reject(status: number, options?: { readonly reason?: string; readonly retryAfterSeconds?: number }): void;
}

export interface SipRegistrationState {
  readonly address: string;
  readonly state: 'registering' | 'registered' | 'failed';
  /** What the registrar said last. */
  readonly problem: string | undefined;
  readonly expiresAtEpochMs: number | undefined;
}

/** For metrics and for tests that look for leaks. */
export interface SipFigures {
  readonly calls: number;
  readonly dialogs: number;
  readonly transactions: number;
  readonly connections: number;
  readonly timers: number;
  /** Since the start. */
  readonly received: number;
  readonly malformed: number;
  readonly refusedByAddress: number;
  readonly throttled: number;
  readonly retransmitted: number;
}
