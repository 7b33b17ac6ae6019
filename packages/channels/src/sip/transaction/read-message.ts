import { tagOf as tagIn } from '../message/create-response.ts';
import { header } from '../message/headers.ts';
import { type CSeq, parseCSeq } from '../message/sequence.ts';
import type { SipMessage } from '../message/sip-message.ts';

/** The tag of From or To; undefined where there is none. */
export function tagOf(message: SipMessage, name: 'From' | 'To'): string | undefined {
  return tagIn(message.headers, name);
}

export function cseqOf(message: SipMessage): CSeq | undefined {
  return parseCSeq(header(message.headers, 'CSeq') ?? '');
}

/** Empty where there is none, which no message that came in lacks. */
export function callIdOf(message: SipMessage): string {
  return header(message.headers, 'Call-ID') ?? '';
}
