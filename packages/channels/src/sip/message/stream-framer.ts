import { fault, MAX_MESSAGE_BYTES, type SipFault } from './malformed.ts';
import { findHeaderEnd } from './message-bytes.ts';
import { parseDigits } from './tokens.ts';

export type FramedSip =
  /** One message, headers and body, for `parseSipMessage`; the bytes are its own. */
  | { readonly type: 'message'; readonly bytes: Buffer }
  /** Two line ends between messages: the far side wants one back (RFC 5626 §3.5.1). */
  | { readonly type: 'ping' }
  | { readonly type: 'pong' }
  /** Where the next message begins cannot be known any more; nothing more comes. `head`: what to answer, as far as it came. */
  | { readonly type: 'broken'; readonly fault: SipFault; readonly head: Buffer };

/** Cuts a stream of TCP or TLS into messages by their Content-Length (RFC 3261 §18.3). Holds at most two messages' bytes. */
export interface SipFramer {
  /** Takes what came and gives what is whole by now, in order. Keeps no reference to the chunk. */
  push(chunk: Uint8Array): readonly FramedSip[];
  /** From now on the next single line end counts as the answer to our ping. */
  expectPong(): void;
  /** A message has begun and not ended. */
  readonly isInsideMessage: boolean;
}

export function createSipFramer(): SipFramer {
  // Grows by doubling, so that a stream that comes byte by byte costs no more than one that comes at once.
  let buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let length = 0;
  /** Up to here there is no empty line. */
  let scanned = 0;
  let body: { readonly total: number } | undefined;
  let awaitsPong = false;
  let halfPing = false;
  let isBroken = false;

  const append = (chunk: Uint8Array) => {
    if (length + chunk.length > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + chunk.length));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    buffer.set(chunk, length);
    length += chunk.length;
  };

  const consume = (from: number) => {
    buffer.copyWithin(0, from, length);
    length -= from;
    scanned = 0;
    if (length === 0 && buffer.length > KEPT_BYTES) buffer = Buffer.allocUnsafe(FIRST_BYTES);
  };

  /** @returns how many bytes of line ends there were */
  const takeLineEnds = (from: number, found: FramedSip[]): number => {
    let at = from;
    while (at < length && (buffer[at] === LF || buffer[at] === CR)) {
      if (buffer[at] === LF) {
        if (awaitsPong) {
          awaitsPong = false;
          found.push({ type: 'pong' });
        } else if (halfPing) {
          halfPing = false;
          // However many stand together, one answer is enough.
          if (found.at(-1)?.type !== 'ping') found.push({ type: 'ping' });
        } else halfPing = true;
      }
      at += 1;
    }
    return at;
  };

  const breakOff = (start: number, end: number, what: SipFault, found: FramedSip[]) => {
    isBroken = true;
    found.push({ type: 'broken', fault: what, head: Buffer.from(buffer.subarray(start, end)) });
    buffer = Buffer.alloc(0);
    length = 0;
  };

  /** @returns where the next message begins; undefined: it is not whole, or there will be none */
  const takeMessage = (start: number, found: FramedSip[]): number | undefined => {
    if (body === undefined) {
      const end = findHeaderEnd(buffer.subarray(0, length), Math.max(start, scanned));
      if (end === undefined) {
        // An empty line may be half here.
        scanned = Math.max(start, length - 3);
        if (length - start > MAX_MESSAGE_BYTES) breakOff(start, length, TOO_LARGE, found);
        return undefined;
      }
      const bodyBytes = contentLength(buffer.toString('latin1', start, end.headEnd));
      if (typeof bodyBytes !== 'number') return void breakOff(start, end.bodyStart, bodyBytes, found);
      body = { total: end.bodyStart - start + bodyBytes };
      if (body.total > MAX_MESSAGE_BYTES) return void breakOff(start, end.bodyStart, TOO_LARGE, found);
    }
    const end = start + body.total;
    if (end > length) return undefined;
    found.push({ type: 'message', bytes: Buffer.from(buffer.subarray(start, end)) });
    body = undefined;
    scanned = end;
    return end;
  };

  return {
    get isInsideMessage() {
      return length > 0;
    },
    expectPong() {
      awaitsPong = true;
    },
    push(chunk) {
      const found: FramedSip[] = [];
      if (isBroken) return found;
      append(chunk);
      let at = 0;
      for (;;) {
        if (body === undefined && scanned <= at) at = takeLineEnds(at, found);
        if (at >= length) break;
        halfPing = false;
        const next = takeMessage(at, found);
        if (next === undefined) break;
        at = next;
      }
      if (at > 0 && !isBroken) {
        const scannedBefore = scanned;
        consume(at);
        scanned = Math.max(0, scannedBefore - at);
      }
      return found;
    },
  };
}

const CR = 0x0d;
const LF = 0x0a;
/** Most messages fit. */
const FIRST_BYTES = 4_096;
/** What a connection at rest may keep. */
const KEPT_BYTES = 16_384;
const TOO_LARGE = fault('too_large', 'The message is larger than 65536 bytes', 513);
const CONTENT_LENGTH = /\n(?:content-length|l)[ \t]*:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]*)/gi;

function contentLength(head: string): number | SipFault {
  let found: number | undefined;
  for (const [, digits = ''] of head.matchAll(CONTENT_LENGTH)) {
    const length = parseDigits(digits.trim(), Number.MAX_SAFE_INTEGER);
    if (length === undefined) return fault('content_length', 'Content-Length is not a number');
    if (found !== undefined) return fault('repeated_header', 'There is more than one Content-Length');
    found = length;
  }
  return found ?? fault('content_length', 'Over a stream, Content-Length is needed');
}
