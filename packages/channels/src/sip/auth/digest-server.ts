import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { headersNamed } from '../message/headers.ts';
import type { SipHeaders, SipRequest } from '../message/sip-message.ts';
import { quote } from '../message/tokens.ts';
import { type DigestAlgorithm, digestAlgorithm, digestResponse, parseDigestFields } from './digest.ts';
import { createNonceUses } from './nonce-uses.ts';

export interface DigestServerOptions {
  /** What the accounts belong to, usually the domain. Telephones show it, and choose credentials by it. */
  readonly realm: string;
  /** The account's password; undefined: there is no such account. */
  readonly passwordOf: (username: string) => string | undefined | Promise<string | undefined>;
  /** Wall time in milliseconds; the time of a nonce is seen by others. */
  readonly epochMs: () => number;
  /** The key of nonces; the same for replicas that stand behind one proxy. Left out: random. */
  readonly secret?: Uint8Array;
  /** Offered in this order; telephones that know only MD5 are many. */
  readonly algorithms?: readonly DigestAlgorithm[];
  /** A nonce is good for so long: a call's set-up needs seconds, what overhears it should have little time. */
  readonly nonceLifetimeMs?: number;
}

export type DigestVerdict =
  | { readonly type: 'known'; readonly username: string }
  /** Answer with 401 and these. It proves nothing, or wrongly: unknown accounts and wrong passwords are not told apart. */
  | { readonly type: 'challenge'; readonly challenges: SipHeaders; readonly reason: 'missing' | 'wrong' | 'stale' };

/** Asks callers who they are, and checks it (RFC 7616, RFC 8760). */
export interface DigestServer {
  /** Never for ACK and CANCEL, which cannot be asked again. A request that is sent again is for the transaction layer to catch. */
  check(request: SipRequest): Promise<DigestVerdict>;
  /** What a 401 asks for: one header for each algorithm. */
  challenges(stale?: boolean): SipHeaders;
}

export function createDigestServer(options: DigestServerOptions): DigestServer {
  const { realm, passwordOf, epochMs, algorithms = ['SHA-256', 'MD5'], nonceLifetimeMs = 300_000 } = options;
  const secret = options.secret ?? randomBytes(32);
  /** What unknown accounts are checked against, so that they take as long as others. */
  const nobodysPassword = randomBytes(16).toString('hex');
  const uses = createNonceUses(MAX_NONCES);

  const sign = (stamp: string) =>
    createHmac('sha256', secret).update(`${realm}:${stamp}`).digest('base64url').slice(0, 24);
  const newNonce = () => {
    const stamp = `${epochMs().toString(36)}.${randomBytes(9).toString('base64url')}`;
    return `${stamp}.${sign(stamp)}`;
  };
  /** When the nonce was made; undefined: not by us. */
  const madeAtMs = (nonce: string): number | undefined => {
    const end = nonce.lastIndexOf('.');
    const stamp = nonce.slice(0, Math.max(end, 0));
    if (end < 0 || nonce.length > MAX_NONCE_CHARACTERS || !sameText(nonce.slice(end + 1), sign(stamp)))
      return undefined;
    return Number.parseInt(stamp, 36);
  };

  const challenges = (stale = false): SipHeaders => {
    const nonce = newNonce();
    return algorithms.map((algorithm) => ({
      name: 'WWW-Authenticate',
      value: `Digest realm=${quote(realm)}, nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale ? ', stale=true' : ''}`,
    }));
  };
  const ask = (reason: 'missing' | 'wrong' | 'stale'): DigestVerdict => ({
    type: 'challenge',
    challenges: challenges(reason === 'stale'),
    reason,
  });

  return {
    challenges,
    async check(request) {
      const proof = readProof(request, realm, algorithms);
      if (proof === undefined) return ask('missing');
      const atMs = madeAtMs(proof.nonce);
      const password = await passwordOf(proof.username);
      // The Request-URI may have been changed by a proxy on the way, so that the one counts that was signed.
      const expected = digestResponse({
        ...proof,
        realm,
        password: password ?? nobodysPassword,
        method: request.method,
        body: request.body,
      });
      const isRight = sameText(proof.response.toLowerCase(), expected);
      if (!isRight || password === undefined) return ask('wrong');
      // Of a time before this process began: whoever knows the password need not ask a person for it again (RFC 7616 §3.3).
      if (atMs === undefined) return ask('stale');
      const ageMs = epochMs() - atMs;
      if (ageMs > nonceLifetimeMs || ageMs < -MAX_CLOCK_SKEW_MS) return ask('stale');
      if (!uses.use(proof.nonce, atMs, proof.count)) return ask('stale');
      return { type: 'known', username: proof.username };
    },
  };
}

/** Nonces that were used with a right password and may be used again: ten minutes of 16 calls a second. */
const MAX_NONCES = 10_000;
const MAX_NONCE_CHARACTERS = 100;
/** Replicas' clocks may differ so far. */
const MAX_CLOCK_SKEW_MS = 60_000;

function readProof(request: SipRequest, realm: string, algorithms: readonly DigestAlgorithm[]) {
  for (const text of headersNamed(request.headers, 'Authorization')) {
    const fields = parseDigestFields(text);
    const algorithm = digestAlgorithm(fields?.get('algorithm'));
    if (fields === undefined || algorithm === undefined || !algorithms.includes(algorithm)) continue;
    const username = fields.get('username');
    const nonce = fields.get('nonce');
    const uri = fields.get('uri');
    const response = fields.get('response');
    if (username === undefined || nonce === undefined || uri === undefined || response === undefined) continue;
    if (fields.get('realm') !== realm) continue;
    const cnonce = fields.get('cnonce') ?? '';
    const base = { algorithm, username, nonce, uri, response, cnonce };
    const qop = fields.get('qop')?.toLowerCase();
    // Who does not count may use a nonce once.
    if (qop === undefined) return { ...base, quality: undefined, count: 1 };
    const nonceCount = fields.get('nc') ?? '';
    if ((qop !== 'auth' && qop !== 'auth-int') || !/^[0-9a-f]{8}$/i.test(nonceCount)) continue;
    return { ...base, quality: { qop, nonceCount } as const, count: Number.parseInt(nonceCount, 16) };
  }
  return undefined;
}

/** Takes as long wherever the difference is. */
function sameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
