import { z } from 'zod';
import { permissionSchema } from '../people.ts';
import { nextCursorSchema, pageQuerySchema } from './paging.ts';
import { defineRoute } from './route.ts';

const tag = 'API keys';

const apiKeySchema = z.object({
  api_key_id: z.uuid(),
  kind: z.enum(['api_key', 'service']).meta({
    description: '`service`: a token of another program of the house, such as a media server.',
  }),
  name: z.string(),
  prefix: z.string().meta({ description: 'How the key begins, to tell it from others.' }),
  permissions: z.array(z.string()),
  created_by: z.uuid().nullable(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  last_used_at: z.iso.datetime().nullable().meta({ description: 'To the minute.' }),
  revoked_at: z.iso.datetime().nullable(),
});
export type ApiKey = z.output<typeof apiKeySchema>;

export const createApiKey = defineRoute({
  id: 'create_api_key',
  method: 'POST',
  path: '/v1/api-keys',
  tag,
  summary: 'Make an API key or a service token',
  description:
    'The key is in this answer and nowhere else. It may what its `permissions` say, which can be no more than its maker may. It is ' +
    "the organization's: it works on when its maker leaves, until it expires or is revoked.",
  access: { kind: 'permission', permission: 'api_keys:write' },
  input: z.object({
    body: z.object({
      name: z.string().trim().min(1).max(120),
      kind: z.enum(['api_key', 'service']).default('api_key'),
      permissions: z
        .array(permissionSchema)
        .max(100)
        .transform((names) => [...new Set(names)]),
      expires_in_days: z.int().min(1).max(3650).optional().meta({ description: 'Left out, it does not expire.' }),
    }),
  }),
  reply: { status: 201, schema: z.object({ api_key: apiKeySchema, key: z.string() }) },
  errors: ['permission_above_own', 'too_many_api_keys'],
  isIdempotent: true,
});

export const listApiKeys = defineRoute({
  id: 'list_api_keys',
  method: 'GET',
  path: '/v1/api-keys',
  tag,
  summary: 'API keys and service tokens, newest first, with those that were revoked',
  access: { kind: 'permission', permission: 'api_keys:read' },
  input: z.object({ query: pageQuerySchema }),
  reply: { status: 200, schema: z.object({ api_keys: z.array(apiKeySchema), next_cursor: nextCursorSchema }) },
});

export const revokeApiKey = defineRoute({
  id: 'revoke_api_key',
  method: 'DELETE',
  path: '/v1/api-keys/{api_key_id}',
  tag,
  summary: 'Revoke a key',
  description:
    'At once where it is revoked, within ten seconds on every other replica. Revoking again changes nothing.',
  access: { kind: 'permission', permission: 'api_keys:write' },
  input: z.object({ params: z.object({ api_key_id: z.uuid() }) }),
  reply: { status: 204 },
});
