import { z } from 'zod';

/** A definition as it is sent: JSON that is checked when it is published, and may be wrong in any way before. */
export const flowDefinitionSchema = z.record(z.string().max(200), z.json()).meta({
  description: 'The agent as data: docs/flows.md. Drafts are kept whatever is wrong with them.',
});

export const flowTrafficSchema = z.object({
  stable_version: z
    .int()
    .nullable()
    .meta({ description: 'Answers all that the candidate does not; null: nothing is published.' }),
  candidate: z
    .object({ version: z.int(), traffic_percentage: z.number() })
    .nullable()
    .meta({ description: 'A version on trial.' }),
});

export const flowSummarySchema = z.object({
  flow_id: z.uuid(),
  flow_name: z.string(),
  description: z.string(),
  revision: z.int().meta({ description: 'Of the draft: its ETag.' }),
  version: z.int().nullable().meta({ description: 'The stable published version.' }),
  is_active: z.boolean().meta({ description: 'Whether conversations can be opened with it.' }),
  traffic: flowTrafficSchema,
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

export const flowViewSchema = flowSummarySchema.extend({
  flow_definition: flowDefinitionSchema.nullable().meta({ description: 'The draft.' }),
});
export type FlowView = z.infer<typeof flowViewSchema>;

export const flowProblemSchema = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  flow: z.string().optional(),
  node: z.string().optional(),
  field: z.string().meta({ description: 'Of the node, of the flow, or of the definition: `slots.0.ask.vi`.' }),
  message: z.string(),
});

export const flowVersionSchema = z.object({
  version: z.int(),
  note: z.string(),
  published_at: z.iso.datetime(),
  created_by: z.string(),
});

/** An outside system that flows use, without its credentials. */
export const integrationViewSchema = z.object({
  integration_id: z.uuid(),
  name: z.string(),
  type: z.enum(['rest', 'graphql', 'soap', 'sql']),
  base_url: z.string(),
  auth: z.record(z.string(), z.json()),
  credential_names: z
    .array(z.string())
    .meta({ description: 'Of the credentials that are kept; their values are never shown.' }),
  endpoint_mappings: z.record(z.string(), z.json()),
  timeout_ms: z.int(),
  rate_limit_per_minute: z.int(),
  tools: z.array(z.string()).meta({ description: 'By these names flows call its operations.' }),
  version: z.int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type IntegrationView = z.infer<typeof integrationViewSchema>;
