import { roleSchema } from '@parley/contract/people.ts';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type SigningKeys, signingAlgorithm } from './signing-keys.ts';

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

const payloadSchema = z.object({ sub: z.uuid(), org: z.uuid(), role: roleSchema, sid: z.uuid() });

export function createAccessTokens(keys: SigningKeys, nowMs: () => number = Date.now): AccessTokens {
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
        const claims = payloadSchema.safeParse(payload);
        if (!claims.success) return undefined;
        const { sub: userId, org: organizationId, role, sid: sessionId } = claims.data;
        return { userId, organizationId, role, sessionId };
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
