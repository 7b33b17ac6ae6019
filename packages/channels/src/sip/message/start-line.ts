import { fault, MAX_LINE_CHARACTERS, type SipFault } from './malformed.ts';
import { isToken } from './tokens.ts';
import { parseUri } from './uri.ts';

export type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

/** The line as far as it can be read, and what is wrong with it; without a line there is always a fault. */
export type ReadStartLine =
  | { readonly line: StartLine; readonly fault: SipFault | undefined }
  | { readonly line: undefined; readonly fault: SipFault };

export function parseStartLine(text: string): ReadStartLine {
  if (text.length > MAX_LINE_CHARACTERS) return unreadable('The start line is too long');
  return STATUS_LINE.test(text) ? parseStatusLine(text) : parseRequestLine(text);
}

const STATUS_LINE = /^SIP\/\d+\.\d+ /i;
const VERSION = /^SIP\/(\d+\.\d+)$/i;

function parseStatusLine(text: string): ReadStartLine {
  const [, version = '', digits = '', reason = ''] = /^SIP\/(\S+) (\d+)(?: (.*))?$/is.exec(text) ?? [];
  if (version === '') return unreadable('The status line cannot be read');
  if (version !== '2.0') return { line: undefined, fault: fault('version', 'Only SIP/2.0 is spoken here', 505) };
  const status = Number(digits);
  if (digits.length !== 3 || status < 100 || status > 699) {
    return { line: undefined, fault: fault('status', 'The status is not one of 100 to 699') };
  }
  return { line: { kind: 'response', status, reason }, fault: undefined };
}

function parseRequestLine(text: string): ReadStartLine {
  const firstSpace = text.indexOf(' ');
  const method = text.slice(0, Math.max(firstSpace, 0));
  if (!isToken(method)) return unreadable('The start line is neither a request nor a status');
  // What stands last is the version, so that a URI with spaces is known for what it is.
  const trimmed = text.trimEnd();
  const lastSpace = trimmed.lastIndexOf(' ');
  const version = VERSION.exec(trimmed.slice(lastSpace + 1))?.[1];
  if (version === undefined || lastSpace <= firstSpace) return unreadable('The request line has no SIP version');
  const uri = trimmed.slice(firstSpace + 1, lastSpace);
  const line: StartLine = { kind: 'request', method, uri: uri.trim() };
  if (version !== '2.0') return { line, fault: fault('version', 'Only SIP/2.0 is spoken here', 505) };
  if (trimmed.length !== text.length || uri.trim() !== uri) {
    return { line, fault: fault('start_line', 'The parts of the request line are divided by one space each') };
  }
  return { line, fault: checkRequestUri(uri) };
}

/** Its headers would be put into other messages by whoever believes them (RFC 4475 §3.1.2.11); a Request-URI has none. */
function checkRequestUri(text: string): SipFault | undefined {
  const uri = parseUri(text);
  if (uri === undefined) return fault('request_uri', 'The Request-URI cannot be read');
  if (uri.kind === 'sip' && uri.headers.length > 0) return fault('request_uri', 'The Request-URI has headers');
  return undefined;
}

function unreadable(detail: string): ReadStartLine {
  return { line: undefined, fault: fault('start_line', detail) };
}
