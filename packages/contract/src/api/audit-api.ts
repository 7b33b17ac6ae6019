import { z } from 'zod';
import { nextCursorSchema, pageQuerySchema } from './paging.ts';
import { defineRoute } from './route.ts';

const auditLogSchema = z.object({
  audit_id: z.int(),
  at: z.iso.datetime(),
  actor: z.string().meta({ description: 'Who: `user:<id>`, `api_key:<id>`, `service:<id>`, `operator`, `anonymous`.' }),
  action: z.string().meta({ description: 'What was done, as `resource:verb`.' }),
  resource_type: z.string(),
  resource_id: z.string().nullable(),
  before: z
    .unknown()
    .meta({ description: 'The state before; null where there was none. People who were erased are `[erased]`.' }),
  after: z.unknown(),
  client_address: z.string().nullable(),
  trace_id: z.string().nullable(),
});

export const listAuditLogs = defineRoute({
  id: 'list_audit_logs',
  method: 'GET',
  path: '/v1/audit-logs',
  tag: 'Privacy',
  summary: 'Who changed or looked at what, newest first',
  description:
    'The log is only ever added to. Looking at it is written down too. What identifies people is kept apart from it, so that ' +
    'whoever is erased is `[erased]` here.',
  access: { kind: 'permission', permission: 'audit:read' },
  input: z.object({
    query: pageQuerySchema.extend({
      actor: z.string().min(1).max(100).optional().meta({ description: 'As it stands in the answer.' }),
      action: z
        .string()
        .min(1)
        .max(100)
        .optional()
        .meta({ description: '`users:write`; `users:*` for all of a resource.' }),
      resource_type: z.string().min(1).max(100).optional(),
      resource_id: z.string().min(1).max(200).optional(),
      trace_id: z.string().min(1).max(64).optional(),
      from: z.iso.datetime({ offset: true }).optional().meta({ description: 'At or after this moment.' }),
      to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Before this moment.' }),
    }),
  }),
  reply: { status: 200, schema: z.object({ audit_logs: z.array(auditLogSchema), next_cursor: nextCursorSchema }) },
});
