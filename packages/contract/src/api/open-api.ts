import { z } from 'zod';
import { type ErrorCode, errorBodySchema, errorCatalogue } from '../errors.ts';
import { permissions } from './permissions.ts';
import type { Access, Reply, Route } from './route.ts';

/** JSON as the OpenAPI document is made of. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export interface OpenApiDocument {
  readonly [name: string]: Json;
}

/** The version of the paths below `/v1`: grows with each change that clients can see, its first number with those that break them. */
export const apiVersion = '1.0.0';

/**
 * The OpenAPI 3.1 document of the routes. What is sent is described as it may be sent (defaults may be left out), what is answered
 * as it comes.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApiDocument(routes: readonly Route[]): OpenApiDocument {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    paths[route.path] = operations;
    operations[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Parley',
      version: apiVersion,
      summary: 'Agents that talk: on the phone, in the browser, in a room, in chat.',
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Error: jsonSchema(errorBodySchema, 'output') },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An access token of somebody who signed in, an API key (`prl_…`), or the token of one conversation.',
        },
      },
    },
  };
}

const description = `Everything under \`/v1\`. Versions: paths of \`/v1\` only ever grow; what would break a client comes under \`/v2\`.

- **Errors** are \`{error, code, details, trace_id}\`: \`code\` is for programs, \`error\` says what to do next, \`trace_id\` finds it in the logs.
- **Lists** come newest first; pass \`next_cursor\` back as \`cursor\`.
- **Idempotency**: a POST that creates takes \`Idempotency-Key\` (16 to 255 characters, such as a UUID) and answers the same request for a day with what it answered first.
- **Concurrent changes**: what is read with an \`ETag\` is changed with \`If-Match\`.
- **Limits**: 429 and 503 say in \`Retry-After\` when to come back.`;

function operation(route: Route): Json {
  const { params, query, body } = route.input.shape;
  const headers: Json[] = [];
  if (route.isIdempotent === true || route.takesIdempotencyKey === true)
    headers.push(
      header('Idempotency-Key', false, 'Makes sending it again harmless.', { minLength: 16, maxLength: 255 }),
    );
  if (route.etag === 'write') headers.push(header('If-Match', true, 'The ETag of what you read, or `*`.', {}));
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, who(route.access)].filter((text) => text !== undefined).join('\n\n'),
    security: route.access.kind === 'public' ? [{}, { bearer: [] }] : [{ bearer: [] }],
    ...(route.access.kind === 'permission' || route.access.kind === 'conversation'
      ? { 'x-permission': route.access.permission }
      : {}),
    parameters: [...fields('path', params), ...fields('query', query), ...headers],
    ...(isSchema(body) && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: jsonSchema(body, 'input') } },
      },
    }),
    responses: {
      [String(route.reply.status)]: success(route.reply, route.etag === 'read'),
      ...failures(route),
    },
  };
}

function who(access: Access): string {
  switch (access.kind) {
    case 'public':
      return 'Open to all.';
    case 'signed_in':
      return 'For whoever is signed in.';
    case 'permission':
      return `Needs \`${access.permission}\`: ${permissions[access.permission]}`;
    case 'conversation':
      return `For the caller, with the conversation's token, or with \`${access.permission}\`.`;
  }
}

function header(name: string, required: boolean, text: string, limits: { readonly [name: string]: Json }): Json {
  return { name, in: 'header', required, description: text, schema: { type: 'string', ...limits } };
}

function fields(place: 'path' | 'query', schema: unknown): Json[] {
  if (!isSchema(schema)) return [];
  const { properties, required } = objectSchema.parse(jsonSchema(schema, 'input'));
  return Object.entries(properties).map(([name, property]) => {
    const { description: text, ...rest } = property;
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(typeof text === 'string' && { description: text }),
      schema: rest,
    };
  });
}

const json: z.ZodType<Json> = z.json();
const objectSchema = z.object({
  properties: z.record(z.string(), z.record(z.string(), json)).default({}),
  required: z.array(z.string()).default([]),
});

function success(reply: Reply, hasEtag: boolean): Json {
  const headers = hasEtag ? { headers: { ETag: { schema: { type: 'string' }, description: 'For `If-Match`.' } } } : {};
  if ('schema' in reply) {
    return {
      description: 'Done.',
      ...headers,
      content: { 'application/json': { schema: jsonSchema(reply.schema, 'output') } },
    };
  }
  if ('mediaType' in reply) {
    return {
      description: 'The file.',
      content: { [reply.mediaType]: { schema: { type: 'string', format: 'binary' } } },
    };
  }
  return { description: 'Done.' };
}

/** What every route may answer with, by what it takes. */
function failures(route: Route): Record<string, Json> {
  const codes = new Set<ErrorCode>(['invalid_request', 'rate_limited', 'storage_unavailable', 'internal_error']);
  if (route.access.kind !== 'public') codes.add('unauthorized').add('forbidden');
  if (route.input.shape.params !== undefined) codes.add('not_found');
  if (route.input.shape.body !== undefined) codes.add('invalid_json').add('body_too_large');
  if (route.isIdempotent === true) {
    codes.add('idempotency_key_reused').add('idempotency_in_progress').add('idempotency_answer_lost');
  }
  if (route.etag === 'write') codes.add('precondition_failed').add('precondition_required');
  for (const code of route.errors ?? []) codes.add(code);
  const byStatus = Map.groupBy(codes, (code) => errorCatalogue[code].status);
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, names]) => [
        String(status),
        {
          description: names.map((code) => `\`${code}\`: ${errorCatalogue[code].message}`).join('\n\n'),
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      ]),
  );
}

function isSchema(value: unknown): value is z.ZodType {
  return value instanceof z.ZodType;
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): { readonly [name: string]: Json } {
  const {
    $schema: _dialect,
    $defs: _any,
    ...rest
  } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema: made }) => {
      // A format says it in one word; the patterns of zod fill pages.
      if (made.format !== undefined) delete made.pattern;
      if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
      // Answers grow new fields within a version; a client must not be told otherwise.
      if (io === 'output' && made.additionalProperties === false) delete made.additionalProperties;
    },
  });
  // What names itself is JSON of any kind here (`z.json()`): a schema without words says the same.
  const whole: unknown = JSON.parse(JSON.stringify(rest), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && '$ref' in value ? {} : value,
  );
  return z.record(z.string(), json).parse(whole);
}
