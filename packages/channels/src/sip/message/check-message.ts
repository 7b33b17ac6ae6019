import { isSingleHeader } from './header-names.ts';
import { fault, type SipFault } from './malformed.ts';
import { parseNameAddr } from './name-addr.ts';
import { parseCSeq } from './sequence.ts';
import type { SipMessage } from './sip-message.ts';
import { parseDigits } from './tokens.ts';
import { parseVia } from './via.ts';

/** Finds what makes a message unfit for any transaction: missing or repeated headers, and those that cannot be read. */
export function checkMessage(message: SipMessage): SipFault | undefined {
  const seen = new Set<string>();
  for (const { name, value } of message.headers) {
    if (seen.has(name) && isSingleHeader(name)) return fault('repeated_header', `There is more than one ${name}`);
    if (name === 'Contact' && value === '*' && seen.has('Contact')) return badHeader('Contact');
    seen.add(name);
    const readable = READABLE.get(name);
    if (readable !== undefined && !readable(value)) return badHeader(name);
  }
  const missing = MANDATORY.find((name) => !seen.has(name));
  if (missing !== undefined) return fault('missing_header', `${missing} is missing`);
  return message.kind === 'request' ? checkMethod(message.method, message.headers) : undefined;
}

/** RFC 3261 §8.1.1, but for Max-Forwards, which RFC 2543 did not know. */
const MANDATORY = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];

const isNameAddr = (value: string): boolean => parseNameAddr(value) !== undefined;

/** Those that every layer counts on. Dates, agents, subjects and their like may say what they want. */
const READABLE: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['Via', (value) => parseVia(value) !== undefined],
  ['From', isNameAddr],
  ['To', isNameAddr],
  ['Contact', (value) => value === '*' || isNameAddr(value)],
  ['Route', isNameAddr],
  ['Record-Route', isNameAddr],
  ['CSeq', (value) => parseCSeq(value) !== undefined],
  ['Call-ID', (value) => /^\S+$/.test(value)],
  ['Max-Forwards', (value) => parseDigits(value, 255) !== undefined],
]);

function badHeader(name: string): SipFault {
  return fault('bad_header', `${name} cannot be read`);
}

function checkMethod(method: string, headers: SipMessage['headers']): SipFault | undefined {
  const written = headers.find(({ name }) => name === 'CSeq')?.value ?? '';
  if (parseCSeq(written)?.method === method) return undefined;
  return fault('method_mismatch', 'CSeq names another method than the request line');
}
