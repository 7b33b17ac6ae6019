import { checkMessage } from './check-message.ts';
import { fault, MAX_MESSAGE_BYTES, type MalformedSip, type SipFault } from './malformed.ts';
import { bodyLengthOf, findHeaderEnd, skipLineEnds } from './message-bytes.ts';
import { readHeaders } from './read-headers.ts';
import type { SipHeaders, SipMessage, SipRequest } from './sip-message.ts';
import { parseStartLine, type StartLine } from './start-line.ts';

export type ParsedSip = { readonly type: 'message'; readonly message: SipMessage } | MalformedSip;

/**
 * Reads one message (RFC 3261 §7). Line ends before it are skipped, what follows the body, as datagrams may have, is cut off. Never
 * throws; takes time in proportion to the length. The body is a view into the bytes given, which must not change afterwards.
 */
export function parseSipMessage(bytes: Uint8Array): ParsedSip {
  if (bytes.length > MAX_MESSAGE_BYTES)
    return refuse(fault('too_large', 'The message is larger than 65536 bytes', 513));
  const start = skipLineEnds(bytes);
  if (start >= bytes.length) return refuse(fault('empty', 'There is nothing but line ends'));
  const end = findHeaderEnd(bytes, start);
  const head = Buffer.from(bytes.buffer, bytes.byteOffset + start, (end?.headEnd ?? bytes.length) - start);
  const lines = head.toString('utf8').split(LINE_END);
  const { line, fault: lineFault } = parseStartLine(lines[0] ?? '');
  if (line === undefined) return refuse(lineFault);

  const { headers, fault: headersFault } = readHeaders(lines);
  const rest = end === undefined ? NOTHING : bytes.subarray(end.bodyStart);
  const length = bodyLengthOf(headers, rest.length);
  const body = typeof length === 'number' ? rest.subarray(0, length) : NOTHING;
  const message = assemble(line, headers, body);
  const found =
    lineFault ??
    headersFault ??
    (end === undefined ? fault('no_end_of_headers', 'The empty line after the headers is missing') : undefined) ??
    (typeof length === 'number' ? undefined : length) ??
    checkMessage(message);
  return found === undefined ? { type: 'message', message } : refuse(found, answerable(message));
}

const LINE_END = /\r?\n/;
const NOTHING = new Uint8Array(0);

function assemble(line: StartLine, headers: SipHeaders, body: Uint8Array): SipMessage {
  return line.kind === 'request'
    ? { kind: 'request', method: line.method, uri: line.uri, headers, body }
    : { kind: 'response', status: line.status, reason: line.reason, headers, body };
}

function refuse(what: SipFault, request?: SipRequest): MalformedSip {
  return { type: 'malformed', ...what, request };
}

/** An ACK is never answered; without a Via there is nowhere to answer to. */
function answerable(message: SipMessage): SipRequest | undefined {
  if (message.kind === 'response' || message.method === 'ACK') return undefined;
  // It goes back to where it came from, so that the Via need not be readable, only be one, perhaps of another version.
  return message.headers.some(({ name, value }) => name === 'Via' && /^SIP\s*\//i.test(value)) ? message : undefined;
}
