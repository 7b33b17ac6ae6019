import { isIP } from 'node:net';
import { z } from 'zod';
import { operationSchemas } from './operations.ts';
import { headerNameSchema, plainHeaderNameSchema } from './values/header-name.ts';

const nameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'Small letters, digits and underscores, such as room_list.');

/** A secret by its name; its value is in no definition. */
export const secretReferenceSchema = z
  .strictObject({ secret: z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,99}$/) })
  .meta({ title: 'Secret', description: 'The name of a secret of the organization.' });
export type SecretReference = z.infer<typeof secretReferenceSchema>;

const urlSchema = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url === undefined || (url.username === '' && url.password === '' && url.hash === '' && url.search === '');
  }, 'Without a password, a query or a fragment.');

export const authSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }).meta({ title: 'None' }),
    z.strictObject({ type: z.literal('bearer'), token: secretReferenceSchema }).meta({ title: 'Bearer token' }),
    z
      .strictObject({
        type: z.literal('api-key'),
        in: z.enum(['header', 'query']).default('header'),
        name: headerNameSchema.default('X-API-Key'),
        key: secretReferenceSchema,
      })
      .meta({ title: 'API key' }),
    z
      .strictObject({ type: z.literal('basic'), username: secretReferenceSchema, password: secretReferenceSchema })
      .meta({ title: 'User and password' }),
    z
      .strictObject({
        type: z.literal('oauth2'),
        tokenUrl: urlSchema,
        clientId: secretReferenceSchema,
        clientSecret: secretReferenceSchema,
        scope: z.string().max(1000).optional(),
        audience: z.string().max(1000).optional(),
        sendAs: z
          .enum(['basic', 'body'])
          .default('basic')
          .meta({ description: 'How the client is named to the token URL.' }),
      })
      .meta({ title: 'OAuth2 client credentials' }),
  ])
  .default({ type: 'none' })
  .meta({ title: 'Authentication' });
export type Auth = z.infer<typeof authSchema>;

const networkSchema = z.string().refine((network) => {
  const [address = '', bits, more] = network.split('/');
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  return family !== 0 && more === undefined && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}, 'A network, such as 10.1.0.0/16.');

const common = {
  id: nameSchema.meta({ title: 'Name' }),
  title: z.string().max(200).default('').meta({ title: 'Title' }),
  timeoutMs: z.int().min(100).max(60_000).default(5000).meta({
    title: 'Time-out',
    description: 'Of one try, in milliseconds. A caller waits 5 s on the phone, hardly more.',
  }),
  retries: z
    .strictObject({
      maxAttempts: z.int().min(1).max(5).default(3),
      initialDelayMs: z.int().min(10).max(5000).default(200),
      maxDelayMs: z.int().min(10).max(10_000).default(1500),
    })
    .prefault({})
    .meta({
      title: 'Retries',
      description: 'Of what changes nothing, or is done only once for its key. Delays grow, with jitter.',
    }),
  breaker: z
    .strictObject({
      failures: z.int().min(1).max(100).default(5),
      openMs: z.int().min(100).max(600_000).default(10_000),
    })
    .prefault({})
    .meta({ title: 'Breaker', description: 'After so many failures in a row nothing is sent for so long.' }),
  ratePerMinute: z.int().min(1).max(100_000).default(600).meta({ title: 'Requests per minute' }),
  maxConcurrent: z
    .int()
    .min(1)
    .max(200)
    .default(20)
    .meta({ title: 'Requests at once', description: 'As many again wait for their turn.' }),
  allowPrivateAddresses: z
    .union([z.boolean(), z.array(networkSchema).max(50)])
    .default(false)
    .meta({
      title: 'Private addresses',
      description:
        'true for an API in a private network, or the networks. Otherwise only public addresses are reached.',
    }),
};

const http = {
  ...common,
  baseUrl: urlSchema.meta({ title: 'Base URL' }),
  auth: authSchema,
  headers: z.record(plainHeaderNameSchema, z.string().max(2000)).default({}).meta({ title: 'Headers of each request' }),
  maxResponseBytes: z.int().min(1000).max(10_000_000).default(1_000_000).meta({ title: 'Largest answer' }),
};

/** An outside system and what can be asked of it. Each operation becomes a tool, named ID_OPERATION. */
export const integrationSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('rest'), ...http, operations: operationSchemas.rest }).meta({ title: 'REST' }),
    z
      .strictObject({ kind: z.literal('graphql'), ...http, operations: operationSchemas.graphql })
      .meta({ title: 'GraphQL', description: 'The base URL is the endpoint.' }),
    z
      .strictObject({
        kind: z.literal('soap'),
        ...http,
        version: z.enum(['1.1', '1.2']).default('1.1'),
        operations: operationSchemas.soap,
      })
      .meta({ title: 'SOAP', description: 'The base URL is the endpoint.' }),
    z
      .strictObject({
        kind: z.literal('sql'),
        ...common,
        connection: secretReferenceSchema.meta({
          description: 'The secret holds a URL such as postgres://user@host/name.',
        }),
        operations: operationSchemas.sql,
      })
      .meta({ title: 'SQL' }),
  ])
  .superRefine((integration, context) => {
    const seen = new Set<string>();
    integration.operations.forEach(({ name }, index) => {
      if (seen.has(name))
        context.addIssue({
          code: 'custom',
          path: ['operations', index, 'name'],
          message: `There are two named ${name}.`,
        });
      seen.add(name);
      // The longest name of a tool that language models take.
      if (integration.id.length + name.length > 63)
        context.addIssue({
          code: 'custom',
          path: ['operations', index, 'name'],
          message: `${integration.id}_${name} has more than 64 characters.`,
        });
    });
  })
  .meta({ title: 'Integration' });

export type Integration = z.infer<typeof integrationSchema>;
/** As it is written down: what has a default may be left out. */
export type IntegrationInput = z.input<typeof integrationSchema>;
export type HttpIntegration = Exclude<Integration, { kind: 'sql' }>;
