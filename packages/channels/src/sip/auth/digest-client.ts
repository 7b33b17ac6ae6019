import { randomBytes } from 'node:crypto';
import { headersNamed } from '../message/headers.ts';
import type { SipHeader, SipHeaders, SipRequest, SipResponse } from '../message/sip-message.ts';
import { quote } from '../message/tokens.ts';
import type { SipCredentials } from '../sip-endpoint.ts';
import {
  type DigestAlgorithm,
  type DigestQuality,
  digestAlgorithm,
  digestResponse,
  parseDigestFields,
} from './digest.ts';

/** One account at the far side: answers what it is asked to prove, and goes on proving it while it is believed. */
export interface DigestClient {
  /**
   * What to send the request again with, after a 401 or 407. All realms are answered that were asked for, each by the first challenge
   * that is understood (RFC 8760 §2.4).
   * @param request as it was sent, with the credentials that it had
   * @returns the headers in place of the request's own Authorization and Proxy-Authorization; undefined: nothing is understood, or the
   * credentials were refused, and asking again is of no use
   */
  answer(response: SipResponse, request: SipRequest): SipHeaders | undefined;
  /** The same ahead of being asked, by what is known from earlier answers; none where nothing is. */
  authorize(request: Pick<SipRequest, 'method' | 'uri' | 'body'>): SipHeaders;
}

export interface DigestClientOptions {
  /** Random, for tests that know what comes out. */
  readonly newCnonce?: () => string;
}

export function createDigestClient(credentials: SipCredentials, options: DigestClientOptions = {}): DigestClient {
  const newCnonce = options.newCnonce ?? (() => randomBytes(12).toString('hex'));
  const known = new Map<string, KnownChallenge>();

  const prove = (challenge: KnownChallenge, request: Pick<SipRequest, 'method' | 'uri' | 'body'>): SipHeader => {
    challenge.count += 1;
    const { header, realm, nonce, algorithm, qop, opaque, count } = challenge;
    const quality: DigestQuality | undefined =
      qop === undefined ? undefined : { qop, nonceCount: count.toString(16).padStart(8, '0') };
    const { username, password } = credentials;
    const { method, uri, body } = request;
    const cnonce = newCnonce();
    const response = digestResponse({
      ...{ algorithm, username, realm, password, nonce, method, uri, body, quality, cnonce },
    });
    const fields = [
      `username=${quote(username)}`,
      `realm=${quote(realm)}`,
      `nonce=${quote(nonce)}`,
      `uri=${quote(uri)}`,
      `response="${response}"`,
      ...(challenge.namesAlgorithm ? [`algorithm=${algorithm}`] : []),
      ...(quality !== undefined || algorithm.endsWith('-sess') ? [`cnonce="${cnonce}"`] : []),
      ...(quality === undefined ? [] : [`qop=${quality.qop}`, `nc=${quality.nonceCount}`]),
      ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ];
    return { name: header, value: `Digest ${fields.join(', ')}` };
  };

  return {
    answer(response, request) {
      const asked = readChallenges(response);
      if (asked.length === 0) return undefined;
      for (const challenge of asked) {
        const key = keyOf(challenge);
        if (!challenge.isStale && wasFresh(request, challenge, known.get(key))) {
          // The same account will be refused again; what we know of the realm led to this.
          known.delete(key);
          return undefined;
        }
      }
      for (const challenge of asked) {
        const key = keyOf(challenge);
        const before = known.get(key);
        if (before?.nonce === challenge.nonce) challenge.count = before.count;
        known.delete(key);
        if (known.size < MAX_REALMS) known.set(key, challenge);
      }
      return asked.map((challenge) => prove(challenge, request));
    },
    authorize: (request) => [...known.values()].map((challenge) => prove(challenge, request)),
  };
}

/** A call passes a proxy or two that ask, and the far end. */
const MAX_REALMS = 8;

interface KnownChallenge {
  readonly header: 'Authorization' | 'Proxy-Authorization';
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: DigestAlgorithm;
  /** Some that know only MD5 dislike to see it named. */
  readonly namesAlgorithm: boolean;
  readonly qop: DigestQuality['qop'] | undefined;
  readonly isStale: boolean;
  /** How often the nonce was used. */
  count: number;
}

function keyOf({ header, realm }: KnownChallenge): string {
  return `${header} ${realm}`;
}

/** One for each realm: those who ask write what they like best first. */
function readChallenges(response: SipResponse): readonly KnownChallenge[] {
  const found = new Map<string, KnownChallenge>();
  for (const [asks, header] of ASKS) {
    for (const text of headersNamed(response.headers, asks)) {
      const challenge = readChallenge(text, header);
      if (challenge === undefined || found.has(keyOf(challenge)) || found.size >= MAX_REALMS) continue;
      found.set(keyOf(challenge), challenge);
    }
  }
  return [...found.values()];
}

const ASKS = [
  ['WWW-Authenticate', 'Authorization'],
  ['Proxy-Authenticate', 'Proxy-Authorization'],
] as const;

function readChallenge(text: string, header: KnownChallenge['header']): KnownChallenge | undefined {
  const fields = parseDigestFields(text);
  const realm = fields?.get('realm');
  const nonce = fields?.get('nonce');
  const algorithm = digestAlgorithm(fields?.get('algorithm'));
  if (fields === undefined || realm === undefined || nonce === undefined || algorithm === undefined) return undefined;
  const offered = fields
    .get('qop')
    ?.toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const qop = offered?.includes('auth') ? 'auth' : offered?.includes('auth-int') ? 'auth-int' : undefined;
  if (offered !== undefined && offered.length > 0 && qop === undefined) return undefined;
  return {
    ...{ header, realm, nonce, algorithm, qop },
    opaque: fields.get('opaque'),
    namesAlgorithm: fields.has('algorithm'),
    isStale: fields.get('stale')?.toLowerCase() === 'true',
    count: 0,
  };
}

/**
 * Whether the request answered a challenge for that realm just before, so that it is the account that is refused. A nonce that was used
 * again may be refused for its age alone, which not everybody tells.
 */
function wasFresh(request: SipRequest, asked: KnownChallenge, before: KnownChallenge | undefined): boolean {
  for (const text of headersNamed(request.headers, asked.header)) {
    const fields = parseDigestFields(text);
    if (fields?.get('realm') !== asked.realm) continue;
    const count = fields.get('nc');
    if (count !== undefined) return Number.parseInt(count, 16) <= 1;
    return before === undefined || before.nonce !== fields.get('nonce') || before.count <= 1;
  }
  return false;
}
