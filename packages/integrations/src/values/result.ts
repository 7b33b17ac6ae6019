import type { Json } from '@parley/dialogue/tools/tool.ts';
import { type JsonValue, query } from 'jsonpath-rfc9535';
import parsePath from 'jsonpath-rfc9535/parser';
import { z } from 'zod';
import type { Fail } from '../errors.ts';

/** A path of RFC 9535. Its two functions with regular expressions are left out: an expression could take for ever. */
const pathSchema = z
  .string()
  .min(1)
  .max(500)
  .superRefine((path, context) => {
    if (/\b(?:match|search)\s*\(/.test(path)) {
      context.addIssue({ code: 'custom', message: 'match() and search() cannot be used.' });
    } else if (!isPath(path)) {
      context.addIssue({ code: 'custom', message: 'This is no JSONPath, such as $.rooms[0].name.' });
    }
  });

const fieldsSchema = z
  .record(
    z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/),
    z.strictObject({
      path: pathSchema,
      required: z.boolean().default(false).meta({ description: 'Without it the use fails; otherwise it is null.' }),
    }),
  )
  .meta({ title: 'Fields' });

/** What is taken from an answer. */
export const resultSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('whole') }).meta({ title: 'All of it' }),
    z.strictObject({ type: z.literal('none') }).meta({ title: 'Nothing' }),
    z.strictObject({ type: z.literal('value'), path: pathSchema }).meta({ title: 'One value' }),
    z.strictObject({ type: z.literal('fields'), fields: fieldsSchema }).meta({ title: 'Fields' }),
    z
      .strictObject({
        type: z.literal('list'),
        path: pathSchema.meta({ description: 'Of the items, such as $.rooms[*].' }),
        fields: fieldsSchema.optional().meta({ description: 'Of each item, $ being the item.' }),
        maxItems: z.int().min(1).max(1000).default(50),
      })
      .meta({ title: 'List' }),
  ])
  .default({ type: 'whole' })
  .meta({ title: 'Result' });

export type ResultMapping = z.infer<typeof resultSchema>;

/** @throws IntegrationError `response_field_missing` */
export function mapResult(mapping: ResultMapping, answer: JsonValue, fail: Fail): Json {
  switch (mapping.type) {
    case 'whole':
      return answer;
    case 'none':
      return null;
    case 'value': {
      const found = first(mapping.path, answer);
      if (found === undefined)
        throw fail('response_field_missing', `The answer has nothing at ${mapping.path}.`, { field: 'result' });
      return found;
    }
    case 'fields':
      return takeFields(mapping.fields, answer, fail);
    case 'list': {
      const items = all(mapping.path, answer).slice(0, mapping.maxItems);
      const { fields } = mapping;
      return fields === undefined ? items : items.map((item) => takeFields(fields, item, fail));
    }
  }
}

/** The names of what is taken: for the record, which keeps no values. */
export function resultFieldNames(mapping: ResultMapping): readonly string[] {
  return 'fields' in mapping && mapping.fields !== undefined ? Object.keys(mapping.fields) : [];
}

function takeFields(fields: z.infer<typeof fieldsSchema>, answer: JsonValue, fail: Fail): Json {
  const taken: Record<string, Json> = {};
  for (const [name, { path, required }] of Object.entries(fields)) {
    const found = first(path, answer);
    if (required && (found === undefined || found === null))
      throw fail('response_field_missing', `The answer has nothing at ${path}.`, { field: name });
    taken[name] = found ?? null;
  }
  return taken;
}

function first(path: string, answer: JsonValue): JsonValue | undefined {
  return all(path, answer)[0];
}

function all(path: string, answer: JsonValue): JsonValue[] {
  return query(answer, path);
}

function isPath(path: string): boolean {
  try {
    parsePath(path);
    return true;
  } catch {
    return false;
  }
}
