import { z } from 'zod';
import { defineRoute } from './route.ts';

const tag = 'Speech';
const params = z.object({ provider: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/) });

const schemaOfOptions = z.record(z.string(), z.unknown()).meta({ description: 'A JSON Schema.' });

const languagesSchema = z
  .union([z.literal('any'), z.array(z.string())])
  .nullable()
  .meta({
    description:
      'BCP 47 tags; one without a region stands for all of them. `any`: as whoever runs it decides. Null: it depends on options that must be given.',
  });

const engineView = {
  name: z.string().meta({ description: 'By which settings name it, with options behind a question mark.' }),
  title: z.string(),
  options_schema: schemaOfOptions,
};

const recognizerViewSchema = z.object({
  ...engineView,
  languages: languagesSchema,
  abilities: z.object({
    partials: z.boolean(),
    word_times: z.boolean(),
    turn_events: z.boolean(),
    vocabulary: z.enum(['grammar', 'key-terms', 'prompt', 'none']),
    phone_audio: z.boolean(),
  }),
});

const synthesizerViewSchema = z.object({
  ...engineView,
  languages: languagesSchema,
  abilities: z.object({
    word_times: z.boolean(),
    ssml: z.boolean(),
    stitching: z.boolean(),
    phone_audio: z.boolean(),
  }),
});

const providerAccountViewSchema = z.object({
  source: z.enum(['not_needed', 'server', 'organization', 'none']).meta({
    description:
      'Whose account is used: `server` is the one of whoever runs the server, `none` says that one must be set first.',
  }),
  label: z.string().nullable(),
  hint: z.string().nullable().meta({ description: 'The end of the key, to recognise it by.' }),
  values: z
    .record(z.string(), z.string())
    .meta({ description: "What of the organization's own account is no secret, such as a region." }),
  updated_at: z.iso.datetime().nullable(),
});

const providerViewSchema = z.object({
  provider: z.string(),
  title: z.string(),
  account: providerAccountViewSchema,
  account_schema: schemaOfOptions.meta({ description: 'A JSON Schema of what PUT takes as `account`.' }),
  takes_account: z.boolean().meta({ description: 'Whether the organization can set an account of its own.' }),
  recognizers: z.array(recognizerViewSchema),
  synthesizers: z.array(synthesizerViewSchema),
  language_models: z.array(z.object(engineView)),
});

export const listProviders = defineRoute({
  id: 'list_providers',
  method: 'GET',
  path: '/v1/providers',
  tag,
  summary: 'Who can listen, speak and think for agents',
  description: 'With what each can do, and whether there is an account with it. Keys are never shown.',
  access: { kind: 'permission', permission: 'providers:read' },
  input: z.object({}),
  reply: { status: 200, schema: z.object({ providers: z.array(providerViewSchema) }) },
});

export const putProviderAccount = defineRoute({
  id: 'put_provider_account',
  method: 'PUT',
  path: '/v1/providers/{provider}/account',
  tag,
  summary: "Set the organization's own account with a provider",
  description:
    "In place of the server's, for all conversations of the organization from then on. Kept encrypted, never shown again.",
  access: { kind: 'permission', permission: 'providers:write' },
  input: z.object({
    params,
    body: z.object({
      account: z
        .record(z.string().max(100), z.union([z.string().max(4000), z.number(), z.boolean()]))
        .meta({ description: 'As the `account_schema` of the provider says.' }),
      label: z.string().max(100).default('').meta({ description: 'For people: whose account it is.' }),
    }),
  }),
  reply: { status: 200, schema: providerAccountViewSchema },
  errors: ['account_invalid', 'account_not_needed', 'address_refused'],
});

export const deleteProviderAccount = defineRoute({
  id: 'delete_provider_account',
  method: 'DELETE',
  path: '/v1/providers/{provider}/account',
  tag,
  summary: "Forget the organization's own account with a provider",
  description: "The server's account is used from then on, where there is one.",
  access: { kind: 'permission', permission: 'providers:write' },
  input: z.object({ params }),
  reply: { status: 204 },
});
