import { header, headersNamed } from '../message/headers.ts';
import { parseNameAddr, writeNameAddr } from '../message/name-addr.ts';
import { param } from '../message/params.ts';
import type { SipHeader, SipMessage, SipRequest, SipResponse } from '../message/sip-message.ts';
import { isSips, parseUri } from '../message/uri.ts';
import { type Content, makeRequest } from '../transaction/make-message.ts';
import { callIdOf, cseqOf, tagOf } from '../transaction/read-message.ts';

/** Two ends that know each other by Call-ID and tags (RFC 3261 §12), and how requests between them are made. */
export interface Dialog {
  readonly id: string;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Where the first hop of a request of ours is. */
  readonly nextHopUri: string;
  /** Their Contact, as they gave it last. */
  readonly remoteTarget: string;
  readonly routeSet: readonly string[];
  /** It began by `sips:`, and our Contact must be one too (§8.1.1.8, §12.1.1). */
  readonly isSecure: boolean;
  /** A request within the dialog, with the next number. Without Via, and without Contact, which only some have. */
  request(method: string, headers?: readonly SipHeader[], content?: Content): SipRequest;
  /** The ACK to a 2xx for the INVITE of that number. */
  ack(sequence: number, content?: Content): SipRequest;
  /** PRACK and ACK aside, each request of theirs has a higher number than the one before; false: it came too late. */
  takesInOrder(request: SipRequest): boolean;
  /** An INVITE or UPDATE, or the answer to one, may say where they are from now on. */
  refreshTarget(message: SipMessage): void;
}

/** The dialog's name, from our side. */
export function dialogId(callId: string, localTag: string, remoteTag: string): string {
  return `${callId} ${localTag} ${remoteTag}`;
}

/** Which dialog of ours a request of theirs belongs to; undefined: it is outside of any. */
export function dialogIdOfRequest(request: SipRequest): string | undefined {
  const localTag = tagOf(request, 'To');
  return localTag === undefined ? undefined : dialogId(callIdOf(request), localTag, tagOf(request, 'From') ?? '');
}

/**
 * The dialog that an answer to our INVITE begins (§12.1.2).
 * @returns undefined where the answer has no tag or no usable Contact
 */
export function dialogFromResponse(invite: SipRequest, response: SipResponse): Dialog | undefined {
  const remoteTag = tagOf(response, 'To');
  const localTag = tagOf(invite, 'From');
  const remoteTarget = contactUri(response);
  if (remoteTag === undefined || localTag === undefined || remoteTarget === undefined) return undefined;
  return createDialog({
    callId: callIdOf(invite),
    localTag,
    remoteTag,
    local: header(invite.headers, 'From') ?? '',
    remote: header(response.headers, 'To') ?? '',
    localSequence: cseqOf(invite)?.sequence ?? 0,
    remoteSequence: undefined,
    remoteTarget,
    routeSet: [...headersNamed(response.headers, 'Record-Route')].reverse(),
    isSecure: isSips(invite.uri) || isSips(addressIn(headersNamed(invite.headers, 'Route')[0])),
  });
}

/**
 * The dialog that our answer to their INVITE begins (§12.1.1).
 * @returns undefined where the INVITE has no usable Contact
 */
export function dialogFromRequest(invite: SipRequest, localTag: string): Dialog | undefined {
  const remoteTarget = contactUri(invite);
  if (remoteTarget === undefined) return undefined;
  return createDialog({
    callId: callIdOf(invite),
    localTag,
    // Those of before RFC 3261 have no tag, and that is a tag too (§12.1.1).
    remoteTag: tagOf(invite, 'From') ?? '',
    local: `${header(invite.headers, 'To')};tag=${localTag}`,
    remote: header(invite.headers, 'From') ?? '',
    localSequence: 0,
    remoteSequence: cseqOf(invite)?.sequence,
    remoteTarget,
    routeSet: headersNamed(invite.headers, 'Record-Route'),
    isSecure: isSips(invite.uri) || isSips(addressIn(headersNamed(invite.headers, 'Record-Route')[0]) || remoteTarget),
  });
}

/** The URI of the first Contact; undefined where there is none that requests could be sent to. */
export function contactUri(message: SipMessage): string | undefined {
  const contact = parseNameAddr(header(message.headers, 'Contact') ?? '');
  return contact !== undefined && parseUri(contact.uri)?.kind === 'sip' ? contact.uri : undefined;
}

interface DialogStart {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From or To in whole, tag and all. */
  readonly local: string;
  readonly remote: string;
  readonly localSequence: number;
  readonly remoteSequence: number | undefined;
  readonly remoteTarget: string;
  readonly routeSet: readonly string[];
  readonly isSecure: boolean;
}

function addressIn(value: string | undefined): string {
  return parseNameAddr(value ?? '')?.uri ?? '';
}

function createDialog(start: DialogStart): Dialog {
  const { callId, localTag, remoteTag, routeSet, isSecure } = start;
  let { localSequence, remoteSequence, remoteTarget } = start;

  const make = (method: string, sequence: number, headers: readonly SipHeader[], content: Content | undefined) => {
    const { uri, routes } = routed(remoteTarget, routeSet);
    const own: SipHeader[] = [
      ...routes.map((value) => ({ name: 'Route', value })),
      { name: 'Max-Forwards', value: '70' },
      { name: 'From', value: start.local },
      { name: 'To', value: start.remote },
      { name: 'Call-ID', value: callId },
      { name: 'CSeq', value: `${sequence} ${method}` },
    ];
    return makeRequest(method, uri, [...own, ...headers], content);
  };

  return {
    id: dialogId(callId, localTag, remoteTag),
    callId,
    localTag,
    remoteTag,
    routeSet,
    isSecure,
    get remoteTarget() {
      return remoteTarget;
    },
    get nextHopUri() {
      const [first] = routeSet;
      return (first === undefined ? undefined : parseNameAddr(first)?.uri) ?? remoteTarget;
    },
    request(method, headers = [], content) {
      localSequence += 1;
      return make(method, localSequence, headers, content);
    },
    ack: (sequence, content) => make('ACK', sequence, [], content),
    takesInOrder(request) {
      const sequence = cseqOf(request)?.sequence;
      if (sequence === undefined || (remoteSequence !== undefined && sequence <= remoteSequence)) return false;
      remoteSequence = sequence;
      return true;
    },
    refreshTarget(message) {
      remoteTarget = contactUri(message) ?? remoteTarget;
    },
  };
}

/** §12.2.1.1: by loose routes the Request-URI is their Contact; a first hop of before RFC 3261 wants itself there. */
function routed(target: string, routeSet: readonly string[]): { uri: string; routes: readonly string[] } {
  const [first, ...rest] = routeSet;
  const hop = first === undefined ? undefined : parseNameAddr(first);
  const uri = hop === undefined ? undefined : parseUri(hop.uri);
  if (hop === undefined || uri?.kind !== 'sip' || param(uri.params, 'lr') !== undefined) {
    return { uri: target, routes: routeSet };
  }
  const last = writeNameAddr({ displayName: undefined, uri: target, params: [] });
  return { uri: hop.uri, routes: [...rest, last] };
}
