/** A header's name as this project writes it: the long form, in the registry's case; unknown names stay as they are. */
export function canonicalHeaderName(name: string): string {
  return KNOWN.get(name) ?? KNOWN.get(name.toLowerCase()) ?? name;
}

/** Whether several values may stand in one line, divided by commas. */
export function isListHeader(canonicalName: string): boolean {
  return LISTS.has(canonicalName);
}

/** Whether a second one of these makes the message ambiguous (RFC 3261 §7.3.1). */
export function isSingleHeader(canonicalName: string): boolean {
  return SINGLES.has(canonicalName);
}

/**
 * Only those whose grammar divides values by commas. Dates, credentials and challenges have commas of another meaning, and what is
 * unknown is left whole.
 */
const LISTS: ReadonlySet<string> = new Set([
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Alert-Info',
  'Allow',
  'Allow-Events',
  'Call-Info',
  'Contact',
  'Content-Encoding',
  'Content-Language',
  'Diversion',
  'Error-Info',
  'History-Info',
  'In-Reply-To',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Path',
  'Proxy-Require',
  'Reason',
  'Record-Route',
  'Require',
  'Route',
  'Service-Route',
  'Supported',
  'Unsupported',
  'Via',
  'Warning',
]);

const SINGLES: ReadonlySet<string> = new Set([
  'Call-ID',
  'Content-Length',
  'Content-Type',
  'CSeq',
  'Date',
  'Expires',
  'From',
  'Max-Forwards',
  'Min-Expires',
  'Min-SE',
  'RAck',
  'Refer-To',
  'Replaces',
  'RSeq',
  'Session-Expires',
  'To',
]);

const OTHERS = [
  'Accept-Contact',
  'Authentication-Info',
  'Authorization',
  'Content-Disposition',
  'Event',
  'Identity',
  'MIME-Version',
  'Organization',
  'Privacy',
  'Proxy-Authenticate',
  'Proxy-Authentication-Info',
  'Proxy-Authorization',
  'Referred-By',
  'Reject-Contact',
  'Remote-Party-ID',
  'Request-Disposition',
  'Retry-After',
  'Server',
  'SIP-ETag',
  'SIP-If-Match',
  'Subject',
  'Subscription-State',
  'Timestamp',
  'User-Agent',
  'WWW-Authenticate',
];

/** RFC 3261 §7.3.3 and the registry of IANA. */
const COMPACT: readonly (readonly [string, string])[] = [
  ['a', 'Accept-Contact'],
  ['b', 'Referred-By'],
  ['c', 'Content-Type'],
  ['d', 'Request-Disposition'],
  ['e', 'Content-Encoding'],
  ['f', 'From'],
  ['i', 'Call-ID'],
  ['j', 'Reject-Contact'],
  ['k', 'Supported'],
  ['l', 'Content-Length'],
  ['m', 'Contact'],
  ['o', 'Event'],
  ['r', 'Refer-To'],
  ['s', 'Subject'],
  ['t', 'To'],
  ['u', 'Allow-Events'],
  ['v', 'Via'],
  ['x', 'Session-Expires'],
  ['y', 'Identity'],
];

const KNOWN: ReadonlyMap<string, string> = new Map([
  ...[...LISTS, ...SINGLES, ...OTHERS].flatMap((name): [string, string][] => [
    [name, name],
    [name.toLowerCase(), name],
  ]),
  ...COMPACT,
]);
