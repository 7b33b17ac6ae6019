import type { DigestClient } from '../auth/digest-client.ts';
import type { SipHeader, SipHeaders, SipPeer, SipRequest } from '../message/sip-message.ts';
import { isSips } from '../message/uri.ts';
import type { SipDialRequest } from '../sip-endpoint.ts';
import { makeRequest } from '../transaction/make-message.ts';
import { type CallContext, SDP } from './call-context.ts';
import { abilities } from './session-offers.ts';
import { sessionHeaders } from './session-timer.ts';

/** What one INVITE of a call is made of. */
export interface InviteParts {
  readonly context: CallContext;
  readonly request: SipDialRequest;
  readonly peer: SipPeer;
  readonly uri: string;
  /** In whole, with our tag. */
  readonly from: string;
  readonly callId: string;
  readonly sequence: number;
  /** The shortest session that all on the way take, as far as we know. */
  readonly minSeconds: number;
  readonly offer: string;
  readonly identity: DigestClient | undefined;
  /** What a challenge was answered with; left out: what we know of earlier ones. */
  readonly proof: SipHeaders | undefined;
}

/** An INVITE that begins a call, without Via. */
export function makeInvite(parts: InviteParts): SipRequest {
  const { context, request, uri, minSeconds } = parts;
  const isSecure = isSips(uri) || isSips(request.outboundProxy ?? '');
  const headers: SipHeader[] = [
    ...(request.outboundProxy === undefined ? [] : [{ name: 'Route', value: `<${request.outboundProxy}>` }]),
    { name: 'Max-Forwards', value: '70' },
    { name: 'From', value: parts.from },
    { name: 'To', value: `<${uri}>` },
    { name: 'Call-ID', value: parts.callId },
    { name: 'CSeq', value: `${parts.sequence} INVITE` },
    { name: 'Contact', value: context.contactFor(parts.peer, isSecure) },
    { name: 'User-Agent', value: context.userAgent },
    ...abilities(),
    ...sessionHeaders(Math.max(context.sessionTimer.intervalSeconds, minSeconds), minSeconds),
    ...Object.entries(request.headers ?? {}).map(([name, value]) => ({ name, value })),
  ];
  const bare = makeRequest('INVITE', uri, headers, { type: SDP, body: parts.offer });
  return { ...bare, headers: [...bare.headers, ...(parts.proof ?? parts.identity?.authorize(bare) ?? [])] };
}
