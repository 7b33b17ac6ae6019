import { isPermission, type Permission, rolePermissions } from '@parley/contract/api/permissions.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { AuthenticationScheme } from '../api/authenticate.ts';
import type { Identity } from '../api/request-context.ts';
import type { Database } from '../storage/database.ts';
import type { AccessTokens } from './access-tokens.ts';
import { findApiKeyByHash, markApiKeyUsed, type StoredApiKey } from './api-keys-repository.ts';
import { type CookieNames, readCookie } from './cookies.ts';
import { hashSecret, secretPrefixes } from './secrets.ts';
import type { Sessions } from './sessions.ts';
import { createTimedCache, type TimedCache } from './timed-cache.ts';

/** `Authorization: Bearer <JWT>`. */
export function createBearerScheme(tokens: AccessTokens, sessions: Sessions): AuthenticationScheme {
  return {
    identify: async (_request, credential) => {
      // A conversation's token has no dots in it.
      if (credential === undefined || credential.split('.').length !== 3) return undefined;
      const identity = await identifyToken(tokens, sessions, credential);
      if (identity === undefined) throw new WireError('unauthorized');
      return identity;
    },
  };
}

/**
 * The cookie of whoever signed in with `transport: cookie`. Browsers send it whether it is good or not: one that is not makes
 * nobody of whoever sends it, so that what is open to all stays open to them.
 */
export function createCookieScheme(tokens: AccessTokens, sessions: Sessions, names: CookieNames): AuthenticationScheme {
  return {
    identify: async ({ headers }, credential) => {
      if (credential !== undefined) return undefined;
      const token = readCookie(headers.cookie, names.access);
      return token === undefined ? undefined : identifyToken(tokens, sessions, token);
    },
  };
}

async function identifyToken(tokens: AccessTokens, sessions: Sessions, token: string): Promise<Identity | undefined> {
  const claims = await tokens.verify(token);
  if (claims === undefined) return undefined;
  const { userId, organizationId, sessionId } = claims;
  const current = await sessions.check(claims);
  if (current === undefined) return undefined;
  return { actor: { kind: 'user', userId }, organizationId, permissions: permissionsOfRole[current.role], sessionId };
}

const permissionsOfRole = {
  admin: new Set(rolePermissions.admin),
  developer: new Set(rolePermissions.developer),
  analyst: new Set(rolePermissions.analyst),
  viewer: new Set(rolePermissions.viewer),
  agent: new Set(rolePermissions.agent),
} as const satisfies Record<string, ReadonlySet<Permission>>;

/** What is known of a key, by its hash; undefined for a key that is none. */
export type ApiKeyCache = TimedCache<StoredApiKey>;

/** So long does a key that was revoked on another replica live on here. */
const keyFreshForMs = 10_000;
const maxKeys = 1000;
/** `last_used_at` is written at most this often a key: it is for people who wonder which keys are still in use. */
const markEveryMs = 60_000;

export function createApiKeyCache(): ApiKeyCache {
  return createTimedCache({ maxEntries: maxKeys, freshForMs: keyFreshForMs });
}

/** `Authorization: Bearer prl_…` (API keys) and `prs_…` (service tokens). */
export function createApiKeyScheme(
  database: Database,
  cache: ApiKeyCache,
  onError: (error: unknown, what: string) => void,
): AuthenticationScheme {
  const marked = createTimedCache<true>({ maxEntries: maxKeys, freshForMs: markEveryMs });
  return {
    identify: async (_request, credential) => {
      if (credential === undefined) return undefined;
      const { api_key: apiKeyPrefix, service: servicePrefix } = secretPrefixes;
      if (!credential.startsWith(apiKeyPrefix) && !credential.startsWith(servicePrefix)) return undefined;
      const hash = hashSecret(credential);
      let key = cache.get(hash);
      if (key === undefined) {
        key = await database.acrossOrganizations((transaction) => findApiKeyByHash(transaction, hash));
        if (key !== undefined) cache.set(hash, key);
      }
      if (key === undefined || key.revokedAt !== null) throw new WireError('unauthorized');
      if (key.expiresAt !== null && key.expiresAt.getTime() <= Date.now()) throw new WireError('unauthorized');
      const { apiKeyId, organizationId } = key;
      if (marked.get(apiKeyId) === undefined) {
        marked.set(apiKeyId, true);
        // Nobody waits for it.
        database
          .inOrganization(organizationId, (transaction) => markApiKeyUsed(transaction, apiKeyId, new Date()))
          .catch((error: unknown) => onError(error, 'when a key was used'));
      }
      return {
        actor: { kind: key.kind, apiKeyId },
        organizationId,
        permissions: new Set(key.permissions.filter(isPermission)),
      };
    },
  };
}
