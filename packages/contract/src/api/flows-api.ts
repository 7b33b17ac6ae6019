import { z } from 'zod';
import {
  flowDefinitionSchema,
  flowProblemSchema,
  flowSummarySchema,
  flowTrafficSchema,
  flowVersionSchema,
  flowViewSchema,
} from '../flow-views.ts';
import { nextCursorSchema, pageQuerySchema } from './paging.ts';
import { defineRoute } from './route.ts';

const tag = 'Flows';
const params = z.object({ flow_id: z.uuid() });
const name = z.string().trim().min(1).max(200);
const description = z.string().trim().max(2000);
const percentage = z.int().min(0).max(100).meta({
  description: 'Share of new conversations. 100: it becomes the stable version; less: it is on trial beside it.',
});

/** Agents of a hundred flows with two hundred nodes each come to about a megabyte. */
const definitionLimitBytes = 4 * 1024 * 1024;

export const listFlows = defineRoute({
  id: 'list_flows',
  method: 'GET',
  path: '/v1/flows',
  tag,
  summary: 'Flows, newest first',
  access: { kind: 'permission', permission: 'flows:read' },
  input: z.object({ query: pageQuerySchema }),
  reply: { status: 200, schema: z.object({ flows: z.array(flowSummarySchema), next_cursor: nextCursorSchema }) },
});

export const createFlow = defineRoute({
  id: 'create_flow',
  method: 'POST',
  path: '/v1/flows',
  tag,
  summary: 'Begin a flow',
  access: { kind: 'permission', permission: 'flows:write' },
  input: z.object({
    body: z.object({
      flow_name: name,
      description: description.default(''),
      flow_definition: flowDefinitionSchema.optional(),
    }),
  }),
  reply: { status: 201, schema: flowViewSchema },
  errors: ['name_taken'],
  isIdempotent: true,
  etag: 'read',
  bodyLimitBytes: definitionLimitBytes,
});

export const getFlow = defineRoute({
  id: 'get_flow',
  method: 'GET',
  path: '/v1/flows/{flow_id}',
  tag,
  summary: 'A flow with its draft',
  access: { kind: 'permission', permission: 'flows:read' },
  input: z.object({ params }),
  reply: { status: 200, schema: flowViewSchema },
  etag: 'read',
});

export const saveFlow = defineRoute({
  id: 'save_flow',
  method: 'PUT',
  path: '/v1/flows/{flow_id}',
  tag,
  summary: 'Save the draft',
  description: 'Nothing is checked yet, and nobody is answered by it until it is published.',
  access: { kind: 'permission', permission: 'flows:write' },
  input: z.object({
    params,
    body: z.object({
      flow_name: name.optional(),
      description: description.optional(),
      flow_definition: flowDefinitionSchema,
    }),
  }),
  reply: { status: 200, schema: flowViewSchema },
  errors: ['name_taken'],
  etag: 'write',
  bodyLimitBytes: definitionLimitBytes,
});

export const archiveFlow = defineRoute({
  id: 'archive_flow',
  method: 'DELETE',
  path: '/v1/flows/{flow_id}',
  tag,
  summary: 'Archive a flow',
  description: 'No conversation is opened with it any more; those under way go on to their end.',
  access: { kind: 'permission', permission: 'flows:write' },
  input: z.object({ params }),
  reply: { status: 204 },
});

export const validateFlow = defineRoute({
  id: 'validate_flow',
  method: 'POST',
  path: '/v1/flows/{flow_id}/validate',
  tag,
  summary: 'What is wrong with the draft',
  access: { kind: 'permission', permission: 'flows:read' },
  input: z.object({ params }),
  reply: { status: 200, schema: z.object({ is_valid: z.boolean(), problems: z.array(flowProblemSchema) }) },
});

export const publishFlow = defineRoute({
  id: 'publish_flow',
  method: 'POST',
  path: '/v1/flows/{flow_id}/publish',
  tag,
  summary: 'Publish the draft as the next version',
  description:
    'Only the draft that `If-Match` names is published, and only if nothing is wrong with it (`flow_invalid` lists what is).',
  access: { kind: 'permission', permission: 'flows:publish' },
  input: z.object({
    params,
    body: z
      .object({
        traffic_percentage: percentage.default(100),
        note: z.string().trim().max(2000).default('').meta({ description: 'What is new in it.' }),
      })
      .prefault({}),
  }),
  reply: {
    status: 201,
    schema: flowVersionSchema.extend({
      flow_id: z.uuid(),
      is_active: z.boolean(),
      traffic: flowTrafficSchema,
      warnings: z.array(flowProblemSchema),
    }),
  },
  errors: ['flow_invalid', 'flow_conflict'],
  isIdempotent: true,
  etag: 'write',
});

export const setFlowTraffic = defineRoute({
  id: 'set_flow_traffic',
  method: 'PUT',
  path: '/v1/flows/{flow_id}/traffic',
  tag,
  summary: 'Give a published version its share of new conversations',
  access: { kind: 'permission', permission: 'flows:publish' },
  input: z.object({ params, body: z.object({ version: z.int().min(1), traffic_percentage: percentage }) }),
  reply: { status: 200, schema: flowTrafficSchema },
  errors: ['flow_conflict'],
});

export const rollBackFlow = defineRoute({
  id: 'roll_back_flow',
  method: 'POST',
  path: '/v1/flows/{flow_id}/rollback',
  tag,
  summary: 'All new conversations to an earlier version',
  description:
    'From a trial back to the stable version, else to the one that was stable before, or to the one that is named.',
  access: { kind: 'permission', permission: 'flows:publish' },
  input: z.object({ params, body: z.object({ version: z.int().min(1).optional() }).prefault({}) }),
  reply: { status: 200, schema: flowTrafficSchema },
  errors: ['flow_conflict'],
});

export const listFlowVersions = defineRoute({
  id: 'list_flow_versions',
  method: 'GET',
  path: '/v1/flows/{flow_id}/versions',
  tag,
  summary: 'Published versions, newest first',
  access: { kind: 'permission', permission: 'flows:read' },
  input: z.object({ params, query: pageQuerySchema }),
  reply: { status: 200, schema: z.object({ versions: z.array(flowVersionSchema), next_cursor: nextCursorSchema }) },
});

export const getFlowVersion = defineRoute({
  id: 'get_flow_version',
  method: 'GET',
  path: '/v1/flows/{flow_id}/versions/{version}',
  tag,
  summary: 'A published version; it never changes',
  access: { kind: 'permission', permission: 'flows:read' },
  input: z.object({ params: params.extend({ version: z.coerce.number().int().min(1).max(1_000_000) }) }),
  reply: {
    status: 200,
    schema: flowVersionSchema.extend({ flow_id: z.uuid(), flow_definition: flowDefinitionSchema }),
  },
});
