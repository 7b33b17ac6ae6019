import { z } from 'zod';
import { comment, schemaToType } from './schema-to-type.ts';

const parameterShape = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().default(false),
  description: z.string().optional(),
  schema: z.json(),
});
const contentShape = z.record(z.string(), z.object({ schema: z.json() }));
const operationShape = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  parameters: z.array(parameterShape).default([]),
  requestBody: z.object({ required: z.boolean().default(false), content: contentShape }).optional(),
  responses: z.record(z.string(), z.object({ content: contentShape.optional() })),
});
type Operation = z.output<typeof operationShape>;
const documentShape = z.object({ paths: z.record(z.string(), z.record(z.string(), operationShape)) });

/** The headers that callers set by name; others are the client's own affair. */
const headerNames: Readonly<Record<string, string>> = { 'Idempotency-Key': 'idempotencyKey', 'If-Match': 'ifMatch' };

/** The source of `generated/api.ts`, from an OpenAPI document. The same document gives the same text. */
export function generateClient(document: unknown): string {
  const { paths } = documentShape.parse(document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  operations.sort((a, b) => (a.operation.operationId < b.operation.operationId ? -1 : 1));
  return [
    '// Made from the OpenAPI document by `npm run client`. Change the routes in packages/contract and make it anew.',
    "import type { CallOptions, Transport } from '../call.ts';",
    '',
    'export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };',
    '',
    ...operations.flatMap(({ operation }) => typesOf(operation)),
    '/** Every operation of the API as a function. */',
    'export function createOperations(transport: Transport) {',
    '  return {',
    ...operations.flatMap(({ path, method, operation }) => methodOf(path, method, operation)),
    '  };',
    '}',
    '',
  ].join('\n');
}

function typesOf(operation: Operation): string[] {
  const name = pascal(operation.operationId);
  const input = inputType(operation);
  const answer = answerOf(operation);
  return [
    ...(input === undefined ? [] : [`export type ${name}Input = ${input};`, '']),
    ...(answer.kind === 'json' ? [`export type ${name}Output = ${schemaToType(answer.schema)};`, ''] : []),
  ];
}

function inputType({ parameters, requestBody }: Operation): string | undefined {
  const lines = parameters.map(({ name, in: place, required, description, schema }) => {
    const key = place === 'header' ? (headerNames[name] ?? camel(name)) : name;
    const about = description === undefined ? '' : `  /** ${comment(description)} */\n`;
    return `${about}  readonly ${key}${required ? '' : '?'}: ${schemaToType(schema, '  ')};`;
  });
  const body = Object.values(requestBody?.content ?? {})[0];
  if (body !== undefined) {
    lines.push(`  readonly body${requestBody?.required === true ? '' : '?'}: ${schemaToType(body.schema, '  ')};`);
  }
  return lines.length === 0 ? undefined : `{\n${lines.join('\n')}\n}`;
}

function methodOf(path: string, method: string, operation: Operation): string[] {
  const name = pascal(operation.operationId);
  const hasInput = inputType(operation) !== undefined;
  const mayBeLeftOut =
    !operation.parameters.some(({ required }) => required) && operation.requestBody?.required !== true;
  const answer = answerOf(operation);
  const output = answer.kind === 'json' ? `${name}Output` : answer.kind === 'file' ? 'Response' : 'void';
  const named = (place: string) =>
    JSON.stringify(operation.parameters.filter((one) => one.in === place).map((one) => one.name));
  const facts = `{ method: '${method}', path: '${path}', query: ${named('query')} }`;
  const input = hasInput ? `input: ${name}Input${mayBeLeftOut ? ' = {}' : ''}, ` : '';
  return [
    `    /** ${comment(operation.summary)}. ${comment(operation.description ?? '')} */`,
    `    ${camel(operation.operationId)}: (${input}options?: CallOptions): Promise<${output}> =>`,
    `      transport.${answer.kind}(${facts}, ${hasInput ? 'input' : '{}'}, options),`,
  ];
}

type Answer =
  | { readonly kind: 'json'; readonly schema: unknown }
  | { readonly kind: 'file' }
  | { readonly kind: 'nothing' };

function answerOf({ responses }: Operation): Answer {
  const [, success] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
  if (success?.content === undefined) return { kind: 'nothing' };
  const json = success.content['application/json'];
  return json === undefined || isBinary(json.schema) ? { kind: 'file' } : { kind: 'json', schema: json.schema };
}

/** JSON that is fetched as a file is handed on as it comes. */
function isBinary(schema: unknown): boolean {
  return z.object({ format: z.literal('binary') }).safeParse(schema).success;
}

function camel(name: string): string {
  return name.toLowerCase().replaceAll(/[_-](\w)/g, (_, letter: string) => letter.toUpperCase());
}

function pascal(name: string): string {
  const text = camel(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
