import {
  createApiKey,
  listApiKeys as listApiKeysRoute,
  revokeApiKey as revokeApiKeyRoute,
} from '@parley/contract/api/api-keys-api.ts';
import { isPermission } from '@parley/contract/api/permissions.ts';
import { WireError } from '@parley/contract/errors.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import { recordAudit } from '../privacy/audit.ts';
import { addApiKey, countLiveApiKeys, listApiKeys, lockApiKey, revokeApiKey } from './api-keys-repository.ts';
import type { IdentityParts } from './identity-parts.ts';
import { pageOf, readPosition } from './page-position.ts';
import { hashSecret, makeSecret } from './secrets.ts';
import { apiKeyOnWire } from './wire.ts';

/** Keys that work, of one organization: more than anybody keeps in view. */
const maxLiveKeys = 500;
/** The four of the prefix and six more: enough to tell keys apart, far too little to guess the rest. */
const shownCharacters = 10;
const dayMs = 24 * 3_600_000;

/** Keys of programs. */
export function apiKeyRoutes({ database, keyCache }: IdentityParts): HandledRoute[] {
  return [
    handle(createApiKey, async ({ body }, context) => {
      const missing = body.permissions.filter((name) => !isPermission(name) || !context.permissions.has(name));
      if (missing.length > 0) throw new WireError('permission_above_own', { permissions: missing });
      const key = makeSecret(body.kind);
      const { actor, organizationId } = context;
      const added = await database.inOrganization(organizationId, async (transaction) => {
        if ((await countLiveApiKeys(transaction)) >= maxLiveKeys) throw new WireError('too_many_api_keys');
        const made = await addApiKey(transaction, {
          organizationId,
          kind: body.kind,
          name: body.name,
          prefix: key.slice(0, shownCharacters),
          keyHash: hashSecret(key),
          permissions: body.permissions,
          createdBy: actor.kind === 'user' ? actor.userId : null,
          expiresAt: body.expires_in_days === undefined ? null : new Date(Date.now() + body.expires_in_days * dayMs),
        });
        if (made === undefined) throw new Error('The database took a key and gave no row back.');
        await recordAudit(transaction, context, {
          action: 'api_keys:write',
          resourceType: 'api_key',
          resourceId: made.apiKeyId,
          after: {
            kind: made.kind,
            name: made.name,
            prefix: made.prefix,
            permissions: made.permissions,
            expires_at: made.expiresAt?.toISOString() ?? null,
          },
        });
        return made;
      });
      void context.http.reply.header('cache-control', 'no-store');
      return { api_key: apiKeyOnWire(added), key };
    }),

    handle(listApiKeysRoute, async ({ query }, { organizationId }) => {
      const position = readPosition(query.cursor);
      const found = await database.inOrganization(organizationId, (transaction) =>
        listApiKeys(transaction, position, query.limit + 1),
      );
      const { rows, nextCursor } = pageOf(found, query.limit, ({ createdAt, apiKeyId }) => ({
        createdAt,
        id: apiKeyId,
      }));
      return { api_keys: rows.map(apiKeyOnWire), next_cursor: nextCursor };
    }),

    handle(revokeApiKeyRoute, async ({ params }, context) => {
      const { keyHash } = await database.inOrganization(context.organizationId, async (transaction) => {
        const key = await lockApiKey(transaction, params.api_key_id);
        if (key === undefined) throw new WireError('not_found');
        if (key.revokedAt !== null) return key;
        await revokeApiKey(transaction, params.api_key_id);
        await recordAudit(transaction, context, {
          action: 'api_keys:write',
          resourceType: 'api_key',
          resourceId: key.apiKeyId,
          before: { name: key.name, prefix: key.prefix, permissions: key.permissions },
          after: { revoked: true },
        });
        return key;
      });
      keyCache.delete(keyHash);
      return undefined;
    }),
  ];
}
