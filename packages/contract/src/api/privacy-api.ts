import { z } from 'zod';
import { defineRoute } from './route.ts';

const tag = 'Privacy';

const personSchema = z.string().trim().min(1).max(320).meta({
  description: 'An address of e-mail, a telephone number in any form, or the caller id of a channel.',
});

const privacyRequestSchema = z.object({
  request_id: z.uuid(),
  kind: z.enum(['export', 'erasure']),
  status: z.enum(['waiting', 'running', 'done', 'failed']),
  figures: z.record(z.string(), z.int()).meta({
    description:
      'How many rows of what; `left.<table>.<column>` is where the person still occurs and somebody must look.',
  }),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime().nullable().meta({ description: 'Until when an export can be fetched.' }),
});

const requestParams = z.object({ request_id: z.uuid() });

export const createPrivacyExport = defineRoute({
  id: 'create_privacy_export',
  method: 'POST',
  path: '/v1/privacy/exports',
  tag,
  summary: 'Gather what is stored of a person',
  description:
    'Done in the background: ask `GET /v1/privacy/requests/{request_id}` until it is `done`, then fetch the file within a day.',
  access: { kind: 'permission', permission: 'privacy:export' },
  input: z.object({ body: z.object({ person: personSchema }) }),
  reply: { status: 202, schema: privacyRequestSchema },
  isIdempotent: true,
});

export const getPrivacyExportFile = defineRoute({
  id: 'get_privacy_export_file',
  method: 'GET',
  path: '/v1/privacy/exports/{request_id}/file',
  tag,
  summary: 'The file of an export',
  description: 'JSON with conversations, appointments, the account, and all conversations as text in `transcript`.',
  access: { kind: 'permission', permission: 'privacy:export' },
  input: z.object({ params: requestParams }),
  reply: { status: 200, mediaType: 'application/json' },
  errors: ['not_found', 'export_not_ready'],
});

export const createPrivacyErasure = defineRoute({
  id: 'create_privacy_erasure',
  method: 'POST',
  path: '/v1/privacy/erasures',
  tag,
  summary: 'Erase what is stored of a person',
  description:
    'Cannot be undone. Every conversation in which the identifier occurs loses its content, its recordings are deleted, an account ' +
    'with that address is removed (not the last admin: the request then ends as `failed`); times and counts stay. Sending it again does no harm.',
  access: { kind: 'permission', permission: 'privacy:erase' },
  input: z.object({
    body: z.object({
      person: personSchema,
      confirm: personSchema.meta({ description: 'The same once more, to show that it was meant.' }),
    }),
  }),
  reply: { status: 202, schema: privacyRequestSchema },
  errors: ['erasure_not_confirmed'],
  isIdempotent: true,
});

export const getPrivacyRequest = defineRoute({
  id: 'get_privacy_request',
  method: 'GET',
  path: '/v1/privacy/requests/{request_id}',
  tag,
  summary: 'How far an export or an erasure is',
  access: { kind: 'permission', permission: 'privacy:export' },
  input: z.object({ params: requestParams }),
  reply: { status: 200, schema: privacyRequestSchema },
  errors: ['not_found'],
});
