import { z } from 'zod';
import { integrationViewSchema } from '../flow-views.ts';
import { nextCursorSchema, pageQuerySchema } from './paging.ts';
import { defineRoute } from './route.ts';

const tag = 'Integrations';
const params = z.object({ integration_id: z.uuid() });

const definition = {
  type: z.enum(['rest', 'graphql', 'soap', 'sql']),
  base_url: z
    .string()
    .max(2000)
    .meta({ description: 'For `sql` the name of the credential that holds the connection, as `secret:NAME`.' }),
  auth: z.record(z.string(), z.json()).default({ type: 'none' }).meta({
    description: 'docs/integrations.md; secrets by name: `{"type":"bearer","token":{"secret":"API_TOKEN"}}`.',
  }),
  credentials: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,99}$/), z.string().min(1).max(10_000))
    .optional()
    .meta({
      description:
        'Values of the secrets that `auth` names. Kept encrypted, never shown again; left out on a change: as they are.',
    }),
  endpoint_mappings: z
    .record(z.string(), z.json())
    .meta({ description: '`{"operations": [...]}` and further settings, as in docs/integrations.md.' }),
  timeout_ms: z.int().min(100).max(60_000).default(5000),
  rate_limit_per_minute: z.int().min(1).max(100_000).default(600),
};

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'Small letters, digits and underscores, such as room_list.')
  .meta({ description: 'Its operations become tools named NAME_OPERATION.' });

export const listIntegrations = defineRoute({
  id: 'list_integrations',
  method: 'GET',
  path: '/v1/integrations',
  tag,
  summary: 'Outside systems that flows can use',
  access: { kind: 'permission', permission: 'integrations:read' },
  input: z.object({ query: pageQuerySchema }),
  reply: {
    status: 200,
    schema: z.object({ integrations: z.array(integrationViewSchema), next_cursor: nextCursorSchema }),
  },
});

export const createIntegration = defineRoute({
  id: 'create_integration',
  method: 'POST',
  path: '/v1/integrations',
  tag,
  summary: 'Connect an outside system',
  access: { kind: 'permission', permission: 'integrations:write' },
  input: z.object({ body: z.object({ name, ...definition }) }),
  reply: { status: 201, schema: integrationViewSchema },
  errors: ['name_taken', 'integration_invalid'],
  isIdempotent: true,
  etag: 'read',
  bodyLimitBytes: 1024 * 1024,
});

export const getIntegration = defineRoute({
  id: 'get_integration',
  method: 'GET',
  path: '/v1/integrations/{integration_id}',
  tag,
  summary: 'An outside system, without its credentials',
  access: { kind: 'permission', permission: 'integrations:read' },
  input: z.object({ params }),
  reply: { status: 200, schema: integrationViewSchema },
  etag: 'read',
});

export const updateIntegration = defineRoute({
  id: 'update_integration',
  method: 'PUT',
  path: '/v1/integrations/{integration_id}',
  tag,
  summary: 'Change an outside system',
  access: { kind: 'permission', permission: 'integrations:write' },
  input: z.object({ params, body: z.object(definition) }),
  reply: { status: 200, schema: integrationViewSchema },
  errors: ['integration_invalid'],
  etag: 'write',
  bodyLimitBytes: 1024 * 1024,
});

export const deleteIntegration = defineRoute({
  id: 'delete_integration',
  method: 'DELETE',
  path: '/v1/integrations/{integration_id}',
  tag,
  summary: 'Disconnect an outside system',
  description: 'Flows that use it fail at that step, as they do when it is down.',
  access: { kind: 'permission', permission: 'integrations:write' },
  input: z.object({ params }),
  reply: { status: 204 },
});
