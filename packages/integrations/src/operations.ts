import { z } from 'zod';
import { plainHeaderNameSchema } from './values/header-name.ts';
import { parameterSchema } from './values/parameters.ts';
import { resultSchema } from './values/result.ts';
import { placeholdersIn } from './values/template.ts';

const template = z.string().max(20_000);
/** JSON whose texts may hold `{{ input.name }}`. */
const jsonTemplate = z.json();

const common = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, 'Small letters, digits and underscores, such as list_rooms.')
    .meta({ title: 'Name' }),
  description: z
    .string()
    .min(1)
    .max(1000)
    .meta({ title: 'Description', description: 'What it does and when; read by models.' }),
  effect: z.enum(['reads', 'changes']).default('reads').meta({ title: 'Effect' }),
  parameters: z.array(parameterSchema).max(50).default([]).meta({ title: 'Parameters' }),
  result: resultSchema,
};

const errorCodes = z
  .record(z.string().regex(/^[45]\d\d$/), z.string().regex(/^[a-z][a-z0-9_]{0,63}$/))
  .default({})
  .meta({
    title: 'Outcomes',
    description: 'A name for an HTTP status, such as 409: room_taken, for the flow to go on from.',
  });

const idempotencyHeader = plainHeaderNameSchema.optional().meta({
  title: 'Idempotency header',
  description: 'The API does a request once for each value of it: it may be tried again.',
});

const restOperation = z.strictObject({
  ...common,
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET').meta({ title: 'Method' }),
  path: template
    .regex(/^\//, 'It begins with a slash.')
    .refine(isPlainPath, 'Outside of placeholders only what URLs hold as it is; the query has its own place.')
    .meta({ title: 'Path', description: 'Such as /rooms/{{ input.id }}.' }),
  query: z.record(z.string().min(1).max(200), template).default({}).meta({ title: 'Query' }),
  headers: z.record(plainHeaderNameSchema, template).default({}).meta({ title: 'Headers' }),
  body: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('none') }),
      z.strictObject({ type: z.literal('json'), json: jsonTemplate }),
      z.strictObject({ type: z.literal('form'), fields: z.record(z.string().min(1).max(200), template) }),
    ])
    .default({ type: 'none' })
    .meta({ title: 'Body' }),
  idempotencyHeader,
  errorCodes,
});
export type RestOperation = z.infer<typeof restOperation>;

const graphqlOperation = z.strictObject({
  ...common,
  query: z
    .string()
    .min(1)
    .max(50_000)
    .refine((text) => !text.includes('{{ '), 'Values go into variables, never into the query.')
    .meta({ title: 'Query' }),
  operationName: z.string().max(200).optional(),
  variables: z.record(z.string(), jsonTemplate).default({}).meta({ title: 'Variables' }),
  idempotencyHeader,
  errorCodes,
});
export type GraphqlOperation = z.infer<typeof graphqlOperation>;

const soapOperation = z.strictObject({
  ...common,
  action: z
    .string()
    .max(1000)
    .regex(/^[\x21\x23-\x7e]*$/, 'Printable, without quotes.')
    .meta({ title: 'SOAPAction' }),
  namespace: z.string().max(1000).meta({ title: 'Namespace' }),
  element: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,199}$/)
    .meta({ title: 'Element', description: 'The one in the body.' }),
  body: z
    .record(z.string(), jsonTemplate)
    .default({})
    .meta({ title: 'Content', description: 'Elements by name; a list repeats its element; @name is an attribute.' }),
  errorCodes,
});
export type SoapOperation = z.infer<typeof soapOperation>;

const sqlOperation = z
  .strictObject({
    ...common,
    statement: z
      .string()
      .min(1)
      .max(20_000)
      .refine((text) => !/\{\{|\}\}/.test(text), 'Values are bound: write $1, $2 and so on, and list them in values.')
      .meta({ title: 'Statement' }),
    values: z.array(template).max(100).default([]).meta({ title: 'Values', description: 'Of $1, $2 and so on.' }),
    maxRows: z.int().min(1).max(10_000).default(200),
  })
  .superRefine((operation, context) => {
    const used = [...operation.statement.matchAll(/\$(\d{1,3})/g)].map((match) => Number(match[1]));
    const highest = Math.max(0, ...used);
    if (highest !== operation.values.length)
      context.addIssue({
        code: 'custom',
        path: ['values'],
        message: `The statement has $${highest} as its last value, and ${operation.values.length} are listed.`,
      });
  });
export type SqlOperation = z.infer<typeof sqlOperation>;

export type Operation = RestOperation | GraphqlOperation | SoapOperation | SqlOperation;

export const operationSchemas = {
  rest: operations(restOperation, ({ path, query, headers, body }) => ({ path, query, headers, body })),
  graphql: operations(graphqlOperation, ({ variables }) => ({ variables })),
  soap: operations(soapOperation, ({ body }) => ({ body })),
  sql: operations(sqlOperation, ({ values }) => ({ values })),
};

/** What templates may name of the conversation. */
export const contextNames = [
  'conversationId',
  'turnNumber',
  'nowEpochMs',
  'timeZone',
  'language',
  'idempotencyKey',
] as const;

/** What a URL keeps as it is written, without steps up. Values are encoded when they are put in. */
function isPlainPath(path: string): boolean {
  const fixed = path.replace(/\{\{[^{}]*\}\}/g, 'x');
  return /^[\w\-.~!$&'()*+,;=:@%/]*$/.test(fixed) && !/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(fixed);
}

function operations<Type extends z.ZodType<{ parameters: z.infer<typeof parameterSchema>[] }>>(
  operation: Type,
  templatesOf: (value: z.infer<Type>) => Readonly<Record<string, z.infer<typeof jsonTemplate>>>,
) {
  const checked = operation.superRefine((value, context) => {
    const names = value.parameters.map(({ name }) => name);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) !== index)
        context.addIssue({
          code: 'custom',
          path: ['parameters', index, 'name'],
          message: `There are two named ${name}.`,
        });
    }
    for (const [field, text] of Object.entries(templatesOf(value))) {
      for (const path of placeholdersIn(text)) {
        const message = wrongPlaceholder(path, names);
        if (message !== undefined) context.addIssue({ code: 'custom', path: [field], message });
      }
    }
  });
  return z.array(checked).min(1).max(200).meta({ title: 'Operations' });
}

function wrongPlaceholder(path: string | undefined, parameters: readonly string[]): string | undefined {
  if (path === undefined) return 'A placeholder is written {{ input.name }}, with a name and nothing else.';
  const [root, name = ''] = path.split('.');
  const known: readonly string[] = root === 'input' ? parameters : contextNames;
  return known.includes(name) ? undefined : `There is no ${path}. Known: ${known.join(', ') || 'none'}.`;
}
