import { escapeHeader, escapeParam, escapePassword, escapeUser, unescapeUri } from './escapes.ts';
import { parseHostPort, writeHostPort } from './host.ts';
import { param, type SipParam, type SipParams } from './params.ts';

/** What calls are placed to. */
export type Uri = SipUri | TelUri | OtherUri;

/** `sip:user:password@host:port;params?headers`; everything unescaped. */
export interface SipUri {
  readonly kind: 'sip';
  /** `sips:`: by TLS all the way. */
  readonly secure: boolean;
  /** With the parameters of a telephone number, if it has some: `+353861234567;phone-context=x`. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Lower case; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly params: SipParams;
  readonly headers: readonly UriHeader[];
}

/** RFC 3966. */
export interface TelUri {
  readonly kind: 'tel';
  /** As written, with its visual separators: `+353-86-123-4567`. */
  readonly number: string;
  readonly params: SipParams;
}

/** Of a scheme that says nothing to us, well-formed as far as one can tell. */
export interface OtherUri {
  readonly kind: 'other';
  /** Lower case. */
  readonly scheme: string;
  readonly text: string;
}

export interface UriHeader {
  readonly name: string;
  readonly value: string;
}

/** Reads a URI, never in angle brackets; undefined where it is malformed. */
export function parseUri(text: string): Uri | undefined {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined || UNFIT.test(text)) return undefined;
  const rest = text.slice(scheme.length + 1);
  if (scheme === 'sip' || scheme === 'sips') return parseSipUri(rest, scheme === 'sips');
  if (scheme === 'tel') return parseTelUri(rest);
  return { kind: 'other', scheme, text };
}

/** As it stands in a Request-URI or between angle brackets. */
export function writeUri(uri: Uri): string {
  if (uri.kind === 'other') return uri.text;
  if (uri.kind === 'tel') return `tel:${uri.number}${writeUriParams(uri.params)}`;
  const user = uri.user === undefined ? '' : escapeUser(uri.user);
  const password = uri.password === undefined ? '' : `:${escapePassword(uri.password)}`;
  const at = uri.user === undefined ? '' : '@';
  return `${uri.secure ? 'sips' : 'sip'}:${user}${password}${at}${writeHostPort(uri)}${writeUriParams(uri.params)}${writeUriHeaders(uri.headers)}`;
}

/**
 * Who is meant: the user part without a telephone number's parameters, or the number without visual separators; `undefined` where the
 * URI names only a host.
 */
export function uriUser(uri: Uri): string | undefined {
  if (uri.kind === 'tel') return uri.number.replace(/[-.()]/g, '');
  if (uri.kind === 'other' || uri.user === undefined) return undefined;
  const semicolon = uri.user.indexOf(';');
  return semicolon < 0 ? uri.user : uri.user.slice(0, semicolon);
}

/** Does it ask for TLS all the way? */
export function isSips(text: string): boolean {
  return /^sips:/i.test(text);
}

/** The `transport` parameter in lower case, or undefined. */
export function uriTransport(uri: SipUri): string | undefined {
  return param(uri.params, 'transport')?.toLowerCase();
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):./s;
/** White space, quotes and brackets stand in no URI; in a sip: user they would be escaped. */
const UNFIT = /[\s<>"]/;
/** RFC 3966: digits, or the keys of a telephone with a `phone-context`, and separators. */
const TEL_NUMBER = /^\+?[0-9A-Fa-f*#().-]+$/;
const TEL_DIGIT = /[0-9A-Fa-f*#]/;

function parseSipUri(rest: string, secure: boolean): SipUri | undefined {
  // Before `@` stand semicolons and question marks of the user's own, so that it is looked for first.
  const at = rest.indexOf('@');
  const userInfo = at < 0 ? undefined : rest.slice(0, at);
  const place = rest.slice(at + 1);
  if (place.includes('@')) return undefined;
  const question = place.indexOf('?');
  const beforeHeaders = question < 0 ? place : place.slice(0, question);
  const semicolon = beforeHeaders.indexOf(';');
  const hostPort = parseHostPort(semicolon < 0 ? beforeHeaders : beforeHeaders.slice(0, semicolon));
  const params = semicolon < 0 ? NO_PARAMS : parseUriParams(beforeHeaders.slice(semicolon + 1));
  const headers = question < 0 ? NO_HEADERS : parseUriHeaders(place.slice(question + 1));
  const who = userInfo === undefined ? NOBODY : parseUserInfo(userInfo);
  if (hostPort === undefined || params === undefined || headers === undefined || who === undefined) return undefined;
  return { kind: 'sip', secure, ...who, ...hostPort, params, headers };
}

function parseTelUri(rest: string): TelUri | undefined {
  const semicolon = rest.indexOf(';');
  const number = semicolon < 0 ? rest : rest.slice(0, semicolon);
  const params = semicolon < 0 ? NO_PARAMS : parseUriParams(rest.slice(semicolon + 1));
  if (params === undefined || !TEL_NUMBER.test(number) || !TEL_DIGIT.test(number)) return undefined;
  return { kind: 'tel', number, params };
}

type UserInfo = Pick<SipUri, 'user' | 'password'>;
const NOBODY: UserInfo = { user: undefined, password: undefined };
const NO_PARAMS: SipParams = [];
const NO_HEADERS: readonly UriHeader[] = [];

function parseUserInfo(text: string): UserInfo | undefined {
  const colon = text.indexOf(':');
  const user = unescapeUri(colon < 0 ? text : text.slice(0, colon));
  if (user === undefined || user === '') return undefined;
  if (colon < 0) return { user, password: undefined };
  const password = unescapeUri(text.slice(colon + 1));
  return password === undefined ? undefined : { user, password };
}

function parseUriParams(text: string): SipParams | undefined {
  const params: SipParam[] = [];
  for (const piece of text.split(';')) {
    // Some end their parameters with one more semicolon.
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = unescapeUri(equals < 0 ? piece : piece.slice(0, equals));
    const value = equals < 0 ? undefined : unescapeUri(piece.slice(equals + 1));
    if (name === undefined || name === '' || (equals >= 0 && value === undefined)) return undefined;
    params.push({ name: name.toLowerCase(), value });
  }
  return params;
}

function parseUriHeaders(text: string): readonly UriHeader[] | undefined {
  const headers: UriHeader[] = [];
  for (const piece of text.split('&')) {
    const equals = piece.indexOf('=');
    const name = unescapeUri(piece.slice(0, Math.max(equals, 0)));
    const value = unescapeUri(piece.slice(equals + 1));
    if (equals < 1 || name === undefined || value === undefined) return undefined;
    headers.push({ name, value });
  }
  return headers;
}

function writeUriParams(params: SipParams): string {
  let text = '';
  for (const { name, value } of params) {
    text += value === undefined ? `;${escapeParam(name)}` : `;${escapeParam(name)}=${escapeParam(value)}`;
  }
  return text;
}

function writeUriHeaders(headers: readonly UriHeader[]): string {
  if (headers.length === 0) return '';
  return `?${headers.map(({ name, value }) => `${escapeHeader(name)}=${escapeHeader(value)}`).join('&')}`;
}
