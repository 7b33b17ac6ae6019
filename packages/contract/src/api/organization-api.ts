import { z } from 'zod';
import { organizationSettingsChangeSchema, organizationSettingsSchema } from '../organization-settings.ts';
import { emailSchema, personNameSchema, userSchema } from '../people.ts';
import { defineRoute } from './route.ts';

const tag = 'Organization';

const organizationNameSchema = z.string().trim().min(1).max(120);

const organizationSchema = z.object({
  organization_id: z.uuid(),
  name: z.string(),
  region: z.string().nullable().meta({ description: 'Where its data may be; fixed when it is made.' }),
  settings: organizationSettingsSchema,
  created_at: z.iso.datetime(),
});

export const getOrganization = defineRoute({
  id: 'get_organization',
  method: 'GET',
  path: '/v1/organization',
  tag,
  summary: "One's own organization and its settings",
  access: { kind: 'permission', permission: 'organization:read' },
  input: z.object({}),
  reply: { status: 200, schema: organizationSchema },
  etag: 'read',
});

export const updateOrganization = defineRoute({
  id: 'update_organization',
  method: 'PATCH',
  path: '/v1/organization',
  tag,
  summary: 'Change its name or settings',
  description:
    'Each setting that is sent (`retention_days`, `redaction`, …) replaces the one of that name, null removes it, and those left out ' +
    'stay.',
  access: { kind: 'permission', permission: 'organization:write' },
  input: z.object({
    body: z.strictObject({
      name: organizationNameSchema.optional(),
      settings: organizationSettingsChangeSchema.optional(),
    }),
  }),
  reply: { status: 200, schema: organizationSchema },
  errors: ['speech_invalid'],
  etag: 'write',
});

export const createOrganization = defineRoute({
  id: 'create_organization',
  method: 'POST',
  path: '/v1/organizations',
  tag,
  summary: 'Make an organization with its first admin',
  description: 'For admins of the organization that the server was started with. The first admin is invited.',
  access: { kind: 'permission', permission: 'organization:write', within: 'default_organization' },
  input: z.object({
    body: z.object({
      name: organizationNameSchema,
      region: z
        .string()
        .regex(/^[a-z][a-z0-9-]{1,30}$/, 'A region is lower-case letters, digits and hyphens, such as eu-west.')
        .optional(),
      admin: z.object({ email: emailSchema, name: personNameSchema }),
    }),
  }),
  reply: {
    status: 201,
    schema: z.object({
      organization: organizationSchema,
      admin: userSchema,
      delivery: z.enum(['email', 'link']),
      invitation_url: z.string().nullable(),
      expires_at: z.iso.datetime(),
    }),
  },
  errors: ['email_taken'],
  isIdempotent: true,
});
