import { type Digit, digits } from '@parley/engine/ports/audio.ts';
import { mediaType } from '../message/fields.ts';
import { header } from '../message/headers.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { bodyText } from '../transaction/make-message.ts';

/** What an INFO says: a key, something of another kind, or nothing at all (some ask so whether the call is still there). */
export type Info =
  | { readonly type: 'digit'; readonly digit: Digit }
  | { readonly type: 'empty' }
  | { readonly type: 'unknown' };

/** `application/dtmf-relay` (`Signal=5`, `Duration=160`) and `application/dtmf` (`5`), as gateways and telephones send keys. */
export function readInfo(request: SipRequest): Info {
  const type = mediaType(header(request.headers, 'Content-Type') ?? '');
  if (request.body.length === 0) return { type: 'empty' };
  if (type !== 'application/dtmf-relay' && type !== 'application/dtmf') return { type: 'unknown' };
  const text = bodyText(request);
  const signal = (type === 'application/dtmf-relay' ? /^\s*Signal\s*=\s*(\S+)/im : /^\s*(\S+)/).exec(text)?.[1];
  const digit = signal === undefined ? undefined : digitOf(signal);
  return digit === undefined ? { type: 'unknown' } : { type: 'digit', digit };
}

/** Some name the star and the hash by their numbers in RFC 4733. */
function digitOf(signal: string): Digit | undefined {
  const key = signal === '10' ? '*' : signal === '11' ? '#' : signal;
  return digits.find((digit) => digit === key);
}
