import { headersNamed } from './headers.ts';
import { fault, type SipFault } from './malformed.ts';
import type { SipHeaders } from './sip-message.ts';
import { parseDigits } from './tokens.ts';

/** Where the first byte is that is no line end: senders keep a way open with CRLFs between messages (RFC 3261 §7.5). */
export function skipLineEnds(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && (bytes[at] === CR || bytes[at] === LF)) at += 1;
  return at;
}

export interface HeaderEnd {
  /** Behind the last header's last character. */
  readonly headEnd: number;
  readonly bodyStart: number;
}

/**
 * Finds the empty line. A line may end with LF alone, as proxies take it too: who reads other than they do can be led astray.
 * @returns undefined where there is none
 */
export function findHeaderEnd(bytes: Uint8Array, from: number): HeaderEnd | undefined {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    const next = bytes[at + 1] === CR ? at + 2 : at + 1;
    if (bytes[next] === LF) return { headEnd: bytes[at - 1] === CR ? at - 1 : at, bodyStart: next + 1 };
  }
  return undefined;
}

/**
 * How long the body is: what Content-Length says, all that is there where it says nothing (in datagrams; streams need it).
 * @param availableBytes what follows the headers
 */
export function bodyLengthOf(headers: SipHeaders, availableBytes: number): number | SipFault {
  const written = headersNamed(headers, 'Content-Length');
  const [first] = written;
  if (first === undefined) return availableBytes;
  if (written.length > 1) return fault('repeated_header', 'There is more than one Content-Length');
  const length = parseDigits(first, Number.MAX_SAFE_INTEGER);
  if (length === undefined) return fault('content_length', 'Content-Length is not a number');
  if (length > availableBytes) return fault('content_length', 'Content-Length is larger than the body');
  return length;
}

const CR = 0x0d;
const LF = 0x0a;
