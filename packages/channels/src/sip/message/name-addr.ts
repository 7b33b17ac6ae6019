import { parseParams, type SipParams, writeParams } from './params.ts';
import { indexOutsideQuotes } from './split.ts';
import { quote, unquote } from './tokens.ts';
import { parseUri } from './uri.ts';

/** A person or a place with a name, as From, To, Contact, Route, Record-Route, Refer-To and P-Asserted-Identity give it. */
export interface NameAddr {
  /** Without quotes; undefined where there is none. */
  readonly displayName: string | undefined;
  /** As written, without brackets: what a request is sent to must not change on the way. */
  readonly uri: string;
  /** Of the header, such as `tag`, `q`, `expires`; the URI's own are in the URI. */
  readonly params: SipParams;
}

/** Reads one value; undefined where it or its URI is malformed (`*` too). */
export function parseNameAddr(text: string): NameAddr | undefined {
  const trimmed = text.trim();
  const open = indexOutsideQuotes(trimmed, '<');
  if (open === undefined) return undefined;
  return open < 0 ? parseBare(trimmed) : parseBracketed(trimmed, open);
}

/** Always with brackets, so that the URI's parameters stay its own. */
export function writeNameAddr({ displayName, uri, params }: NameAddr): string {
  const name = displayName === undefined ? '' : `${quote(displayName)} `;
  return `${name}<${uri}>${writeParams(params)}`;
}

function parseBracketed(text: string, open: number): NameAddr | undefined {
  const close = text.indexOf('>', open);
  if (close < 0) return undefined;
  const before = text.slice(0, open).trim();
  // Some write names of several words with characters that belong in quotes; what is meant is plain, so they are taken.
  const displayName = before === '' ? undefined : before.startsWith('"') ? unquote(before) : before;
  if (displayName === undefined ? before !== '' : !before.startsWith('"') && before.includes('"')) return undefined;
  const uri = text.slice(open + 1, close).trim();
  const params = parseParams(text.slice(close + 1));
  if (params === undefined || parseUri(uri) === undefined) return undefined;
  return { displayName, uri, params };
}

/** Without brackets all parameters are the header's, and the URI can have neither headers nor commas (RFC 3261 §20.10). */
function parseBare(text: string): NameAddr | undefined {
  const semicolon = text.indexOf(';');
  const uri = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  const params = semicolon < 0 ? [] : parseParams(text.slice(semicolon));
  if (params === undefined || /[,?]/.test(uri) || parseUri(uri) === undefined) return undefined;
  return { displayName: undefined, uri, params };
}
