import { canonicalHeaderName } from './header-names.ts';
import { param, type SipParams } from './params.ts';
import { type SipUri, type TelUri, type Uri, type UriHeader, uriUser } from './uri.ts';

/**
 * Whether two URIs lead to the same place (RFC 3261 §19.1.4, RFC 3966 §4): users to the letter, hosts whatever their case, the port only
 * as written (`:5060` differs from none), parameters where both have them, the few that matter also where one has them.
 */
export function sameUri(one: Uri, other: Uri): boolean {
  if (one.kind === 'sip') return other.kind === 'sip' && sameSipUri(one, other);
  if (one.kind === 'tel') return other.kind === 'tel' && sameTelUri(one, other);
  return other.kind === 'other' && one.scheme === other.scheme && one.text === other.text;
}

/** Parameters that a URI without them does not match, since they change where it leads. */
const DECISIVE = ['user', 'ttl', 'method', 'maddr', 'transport'];

function sameSipUri(one: SipUri, other: SipUri): boolean {
  return (
    one.secure === other.secure &&
    one.user === other.user &&
    one.password === other.password &&
    one.host === other.host &&
    one.port === other.port &&
    sameParams(one.params, other.params) &&
    DECISIVE.every((name) => (param(one.params, name) === undefined) === (param(other.params, name) === undefined)) &&
    sameHeaders(one.headers, other.headers)
  );
}

function sameParams(one: SipParams, other: SipParams): boolean {
  return one.every(({ name, value }) => {
    const there = param(other, name);
    return there === undefined || there.toLowerCase() === (value ?? '').toLowerCase();
  });
}

/** Every header counts, in any order. */
function sameHeaders(one: readonly UriHeader[], other: readonly UriHeader[]): boolean {
  if (one.length !== other.length) return false;
  const key = ({ name, value }: UriHeader) => `${canonicalHeaderName(name).toLowerCase()}=${value}`;
  const theirs = other.map(key).sort();
  return one
    .map(key)
    .sort()
    .every((each, at) => each === theirs[at]);
}

function sameTelUri(one: TelUri, other: TelUri): boolean {
  if (uriUser(one)?.toLowerCase() !== uriUser(other)?.toLowerCase()) return false;
  if (one.params.length !== other.params.length) return false;
  return one.params.every(
    ({ name, value }) => param(other.params, name)?.toLowerCase() === (value ?? '').toLowerCase(),
  );
}
