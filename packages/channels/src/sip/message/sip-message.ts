/** A SIP message (RFC 3261 §7) as it came or is to be sent. Immutable: what changes is made anew. */
export type SipMessage = SipRequest | SipResponse;

export interface SipRequest {
  readonly kind: 'request';
  /** Upper case as a rule; methods are case-sensitive. */
  readonly method: string;
  /** The Request-URI as written. */
  readonly uri: string;
  readonly headers: SipHeaders;
  readonly body: Uint8Array;
}

export interface SipResponse {
  readonly kind: 'response';
  /** 100–699. */
  readonly status: number;
  readonly reason: string;
  readonly headers: SipHeaders;
  readonly body: Uint8Array;
}

/**
 * In their order; names in their long form (`v` is `Via`), found whatever their case. Lists that were written in one line
 * (`Via: a, b`) stand as one value each; folded lines are unfolded.
 */
export type SipHeaders = readonly SipHeader[];
export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

export type SipProtocol = 'udp' | 'tcp' | 'tls';

/** The far end of a transport: where a message came from, or goes to. */
export interface SipPeer {
  readonly protocol: SipProtocol;
  /** An IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  /** The connection that it came over: answers go back over it, requests may. Undefined for UDP. */
  readonly connectionId?: string;
  /** By TLS: the name that its certificate must be for, as the URI named it. Undefined: the address. */
  readonly serverName?: string;
}
