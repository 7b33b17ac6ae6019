import { canonicalHeaderName, isListHeader } from './header-names.ts';
import { fault, MAX_HEADERS, MAX_LINE_CHARACTERS, type SipFault } from './malformed.ts';
import type { SipHeader, SipHeaders } from './sip-message.ts';
import { splitList } from './split.ts';
import { isToken } from './tokens.ts';

/**
 * Reads the lines behind the start line: unfolds them, names headers by their long form, gives values of a list one by one. Lines that
 * are no headers are left out, lists that cannot be divided stay whole: whether that matters is for those who need them to say (RFC 3261
 * §8.2: what is malformed and not needed is ignored, or a BYE with a sloppy Reason would not end its call).
 */
export function readHeaders(lines: readonly string[]): {
  readonly headers: SipHeaders;
  readonly fault: SipFault | undefined;
} {
  const headers: SipHeader[] = [];
  let found: SipFault | undefined;
  for (let at = 1; at < lines.length; ) {
    const { text, next } = unfold(lines, at);
    at = next;
    found = readHeader(text, headers) ?? found;
    if (headers.length > MAX_HEADERS) {
      return { headers: headers.slice(0, MAX_HEADERS), fault: fault('too_large', 'There are more than 200 headers') };
    }
  }
  return { headers, fault: found };
}

/** A line that begins with white space continues the one before it (RFC 3261 §7.3.1). */
function unfold(lines: readonly string[], at: number): { readonly text: string; readonly next: number } {
  const first = lines[at] ?? '';
  let next = at + 1;
  if (!isFolded(lines[next])) return { text: first, next };
  const pieces = [first.trimEnd()];
  for (; isFolded(lines[next]); next += 1) pieces.push((lines[next] ?? '').trim());
  return { text: pieces.join(' '), next };
}

function isFolded(line: string | undefined): boolean {
  return line !== undefined && (line.startsWith(' ') || line.startsWith('\t'));
}

function readHeader(line: string, headers: SipHeader[]): SipFault | undefined {
  if (line.length > MAX_LINE_CHARACTERS) return fault('too_large', 'A header is longer than 8192 characters');
  const colon = line.indexOf(':');
  const written = line.slice(0, Math.max(colon, 0)).trimEnd();
  // A carriage return within a line may be its end to others.
  if (line.includes('\r')) return fault('header_line', 'There is a carriage return within a header');
  if (!isToken(written)) return undefined;
  const name = canonicalHeaderName(written);
  const value = line.slice(colon + 1).trim();
  if (!isListHeader(name)) {
    headers.push({ name, value });
    return undefined;
  }
  for (const piece of splitList(value, ',') ?? [value]) {
    // Every further value makes room in memory, so that there is no waiting for the end of the line.
    if (headers.length > MAX_HEADERS) return undefined;
    headers.push({ name, value: piece });
  }
  return undefined;
}
