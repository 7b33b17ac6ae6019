import { header } from './headers.ts';
import { parseNameAddr } from './name-addr.ts';
import { param } from './params.ts';
import type { SipHeader, SipHeaders, SipRequest, SipResponse } from './sip-message.ts';

export interface ResponseOptions {
  /** In place of the usual words for the status. */
  readonly reason?: string;
  /** Put on To where it has none yet; not for 100. */
  readonly toTag?: string;
  /** After those that every answer has. */
  readonly headers?: SipHeaders;
  readonly body?: Uint8Array;
}

/** An answer to a request (RFC 3261 §8.2.6): its Vias, From, To, Call-ID and CSeq, its Timestamp for 100. */
export function createResponse(request: SipRequest, status: number, options: ResponseOptions = {}): SipResponse {
  const headers: SipHeader[] = [];
  for (const each of request.headers) {
    if (each.name === 'To') headers.push({ name: 'To', value: withTag(each.value, status, options.toTag) });
    else if (ECHOED.has(each.name) || (status === 100 && each.name === 'Timestamp')) headers.push(each);
  }
  if (options.headers !== undefined) headers.push(...options.headers);
  const reason = options.reason ?? reasonPhrase(status);
  return { kind: 'response', status, reason, headers, body: options.body ?? NOTHING };
}

/** The usual words for a status. */
export function reasonPhrase(status: number): string {
  return REASONS.get(status) ?? CLASSES[Math.floor(status / 100)] ?? 'Unknown';
}

/** The tag of the header's From or To, or undefined. */
export function tagOf(headers: SipHeaders, name: 'From' | 'To'): string | undefined {
  const value = parseNameAddr(header(headers, name) ?? '');
  return value === undefined ? undefined : param(value.params, 'tag') || undefined;
}

const NOTHING = new Uint8Array(0);
const ECHOED: ReadonlySet<string> = new Set(['Via', 'From', 'Call-ID', 'CSeq']);

function withTag(to: string, status: number, tag: string | undefined): string {
  if (tag === undefined || status === 100) return to;
  const read = parseNameAddr(to);
  return read === undefined || param(read.params, 'tag') !== undefined ? to : `${to};tag=${tag}`;
}

const CLASSES = ['', 'Session Progress', 'OK', 'Redirection', 'Request Failure', 'Server Failure', 'Global Failure'];

const REASONS: ReadonlyMap<number, string> = new Map([
  [100, 'Trying'],
  [180, 'Ringing'],
  [181, 'Call Is Being Forwarded'],
  [182, 'Queued'],
  [183, 'Session Progress'],
  [199, 'Early Dialog Terminated'],
  [200, 'OK'],
  [202, 'Accepted'],
  [204, 'No Notification'],
  [300, 'Multiple Choices'],
  [301, 'Moved Permanently'],
  [302, 'Moved Temporarily'],
  [305, 'Use Proxy'],
  [380, 'Alternative Service'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [402, 'Payment Required'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [406, 'Not Acceptable'],
  [407, 'Proxy Authentication Required'],
  [408, 'Request Timeout'],
  [410, 'Gone'],
  [412, 'Conditional Request Failed'],
  [413, 'Request Entity Too Large'],
  [414, 'Request-URI Too Long'],
  [415, 'Unsupported Media Type'],
  [416, 'Unsupported URI Scheme'],
  [420, 'Bad Extension'],
  [421, 'Extension Required'],
  [422, 'Session Interval Too Small'],
  [423, 'Interval Too Brief'],
  [429, 'Provide Referrer Identity'],
  [430, 'Flow Failed'],
  [433, 'Anonymity Disallowed'],
  [480, 'Temporarily Unavailable'],
  [481, 'Call/Transaction Does Not Exist'],
  [482, 'Loop Detected'],
  [483, 'Too Many Hops'],
  [484, 'Address Incomplete'],
  [485, 'Ambiguous'],
  [486, 'Busy Here'],
  [487, 'Request Terminated'],
  [488, 'Not Acceptable Here'],
  [489, 'Bad Event'],
  [491, 'Request Pending'],
  [493, 'Undecipherable'],
  [500, 'Server Internal Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Server Time-out'],
  [505, 'Version Not Supported'],
  [513, 'Message Too Large'],
  [580, 'Precondition Failure'],
  [600, 'Busy Everywhere'],
  [603, 'Decline'],
  [604, 'Does Not Exist Anywhere'],
  [606, 'Not Acceptable'],
]);
