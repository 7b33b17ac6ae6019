import { roleSchema } from '@parley/contract/people.ts';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { hashSecret } from './secrets.ts';
import { type SigningKeys, signingAlgorithm } from './signing-keys.ts';
import { createTimedCache } from './timed-cache.ts';

/** What an access token says: who, of which organization, in which role, of which session. */
export interface AccessClaims {
  readonly userId: string;
  readonly organizationId: string;
  readonly role: z.output<typeof roleSchema>;
  readonly sessionId: string;
}

export interface AccessTokens {
  issue(claims: AccessClaims): Promise<string>;
  /** Undefined when it is not ours, changed, expired, or of another kind. */
  verify(token: string): Promise<AccessClaims | undefined>;
}

/** How long a token is good for without anybody being asked. */
export const accessTokenLifeSeconds = 15 * 60;
/** Clocks of replicas differ by less. */
const clockSkewSeconds = 30;

const issuer = 'parley';
/** The type of RFC 9068: a token of another purpose, signed with the same key, is none of these. */
const tokenType = 'at+jwt';

const payloadSchema = z.object({ sub: z.uuid(), org: z.uuid(), role: roleSchema, sid: z.uuid(), exp: z.number() });

/** Checking a signature takes 0.13 ms of a core, and a client sends its token with every request. */
const verifiedFreshForMs = 60_000;
const maxVerified = 5000;

export function createAccessTokens(keys: SigningKeys, nowMs: () => number = Date.now): AccessTokens {
  const verified = createTimedCache<{ readonly claims: AccessClaims; readonly expiresAtMs: number }>({
    maxEntries: maxVerified,
    freshForMs: verifiedFreshForMs,
    nowMs,
  });
  return {
    issue: async ({ userId, organizationId, role, sessionId }) => {
      const { keyId, key } = await keys.signer();
      const nowSeconds = Math.floor(nowMs() / 1000);
      return new SignJWT({ org: organizationId, role, sid: sessionId })
        .setProtectedHeader({ alg: signingAlgorithm, kid: keyId, typ: tokenType })
        .setIssuer(issuer)
        .setAudience(issuer)
        .setSubject(userId)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + accessTokenLifeSeconds)
        .sign(key);
    },
    verify: async (token) => {
      const hash = hashSecret(token);
      const known = verified.get(hash);
      if (known !== undefined) return known.expiresAtMs > nowMs() ? known.claims : undefined;
      try {
        const { payload } = await jwtVerify(
          token,
          async ({ kid }) => {
            const key = kid === undefined ? undefined : await keys.verifier(kid);
            if (key === undefined) throw new errors.JWKSNoMatchingKey();
            return key;
          },
          {
            algorithms: [signingAlgorithm],
            typ: tokenType,
            issuer,
            audience: issuer,
            clockTolerance: clockSkewSeconds,
            currentDate: new Date(nowMs()),
            requiredClaims: ['exp', 'iat'],
          },
        );
        const parsed = payloadSchema.safeParse(payload);
        if (!parsed.success) return undefined;
        const { sub: userId, org: organizationId, role, sid: sessionId, exp } = parsed.data;
        const claims = { userId, organizationId, role, sessionId };
        verified.set(hash, { claims, expiresAtMs: (exp + clockSkewSeconds) * 1000 });
        return claims;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
