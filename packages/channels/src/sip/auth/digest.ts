import { createHash } from 'node:crypto';
import { splitOutsideQuotes } from '../message/split.ts';
import { isToken, unquote } from '../message/tokens.ts';

/** RFC 7616 §3.2 and RFC 8760. */
export type DigestAlgorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess' | 'SHA-512-256' | 'SHA-512-256-sess';

/** What one digest is made of. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly nonce: string;
  readonly method: string;
  /** As the credentials name it. */
  readonly uri: string;
  readonly body: Uint8Array;
  /** Undefined: the way before RFC 2617, without counting. */
  readonly quality: DigestQuality | undefined;
  /** Needed for the `-sess` algorithms also where there is no quality. */
  readonly cnonce: string;
}

export interface DigestQuality {
  readonly qop: 'auth' | 'auth-int';
  /** Eight hexadecimal digits. */
  readonly nonceCount: string;
}

/** The `response` of credentials (RFC 7616 §3.4.1), in lower-case hexadecimal. */
export function digestResponse(input: DigestInput): string {
  const { algorithm, username, realm, password, nonce, method, uri, body, quality, cnonce } = input;
  const hash = (...parts: readonly string[]) => hashHex(algorithm, parts.join(':'));
  const secret = hash(username, realm, password);
  const first = algorithm.endsWith('-sess') ? hash(secret, nonce, cnonce) : secret;
  const second = quality?.qop === 'auth-int' ? hash(method, uri, hashHex(algorithm, body)) : hash(method, uri);
  if (quality === undefined) return hash(first, nonce, second);
  return hash(first, nonce, quality.nonceCount, cnonce, quality.qop, second);
}

/** Undefined for one that is not spoken here; none named means MD5. */
export function digestAlgorithm(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined) return 'MD5';
  return ALGORITHMS.find((each) => each.toLowerCase() === name.toLowerCase());
}

/**
 * Reads the fields of a challenge or of credentials, names in lower case, values without quotes.
 * @returns undefined where they are of another scheme, or malformed
 */
export function parseDigestFields(text: string): ReadonlyMap<string, string> | undefined {
  const rest = /^\s*Digest\s+(.*)$/is.exec(text)?.[1];
  const pieces = rest === undefined ? undefined : splitOutsideQuotes(rest, ',');
  if (pieces === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const piece of pieces) {
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = piece.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    const raw = piece.slice(equals + 1).trim();
    const value = raw.startsWith('"') ? unquote(raw) : raw;
    if (!isToken(name) || value === undefined || fields.has(name)) return undefined;
    fields.set(name, value);
  }
  return fields;
}

const ALGORITHMS: readonly DigestAlgorithm[] = [
  'MD5',
  'MD5-sess',
  'SHA-256',
  'SHA-256-sess',
  'SHA-512-256',
  'SHA-512-256-sess',
];

function hashHex(algorithm: DigestAlgorithm, data: string | Uint8Array): string {
  const name = algorithm.startsWith('MD5') ? 'md5' : algorithm.startsWith('SHA-256') ? 'sha256' : 'sha512-256';
  return createHash(name).update(data).digest('hex');
}
