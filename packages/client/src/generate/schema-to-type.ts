import { z } from 'zod';

/** As much of JSON Schema as the API's document uses. */
const schemaShape = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.json().optional(),
  enum: z.array(z.json()).optional(),
  anyOf: z.array(z.json()).optional(),
  oneOf: z.array(z.json()).optional(),
  allOf: z.array(z.json()).optional(),
  items: z.json().optional(),
  prefixItems: z.array(z.json()).optional(),
  properties: z.record(z.string(), z.json()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.json().optional(),
  description: z.string().optional(),
  $defs: z.record(z.string(), z.json()).optional(),
});

/** JSON Schema as a TypeScript type, fit to be read. What has no equal (lengths, patterns) is left to the server to check. */
export function schemaToType(schema: unknown, indent = ''): string {
  if (schema === true || schema === undefined) return 'unknown';
  const one = schemaShape.parse(schema);
  // Schemas that name themselves are JSON of any depth in this API.
  if (one.$ref !== undefined) return 'Json';
  if (one.const !== undefined) return JSON.stringify(one.const);
  if (one.enum !== undefined) return union(one.enum.map((value) => JSON.stringify(value)));
  const branches = one.anyOf ?? one.oneOf;
  if (branches !== undefined) return union(branches.map((branch) => schemaToType(branch, indent)));
  if (one.allOf !== undefined) return one.allOf.map((part) => schemaToType(part, indent)).join(' & ');
  if (Array.isArray(one.type)) return union(one.type.map((type) => schemaToType({ ...one, type }, indent)));
  switch (one.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return one.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      if (one.prefixItems !== undefined) {
        return `readonly [${one.prefixItems.map((item) => schemaToType(item, indent)).join(', ')}]`;
      }
      return `readonly ${group(schemaToType(one.items, indent))}[]`;
    case 'object':
      return objectType(one, indent);
    default:
      return 'unknown';
  }
}

function objectType(schema: z.output<typeof schemaShape>, indent: string): string {
  const entries = Object.entries(schema.properties ?? {});
  const rest = schema.additionalProperties;
  if (entries.length === 0) {
    const values = rest === undefined || rest === false ? 'unknown' : schemaToType(rest === true ? {} : rest, indent);
    return `{ readonly [name: string]: ${values} }`;
  }
  const inner = `${indent}  `;
  const lines = entries.flatMap(([name, property]) => {
    const { description } = z.looseObject({ description: z.string().optional() }).catch({}).parse(property);
    const mark = schema.required?.includes(name) === true ? '' : '?';
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    return [
      ...(description === undefined ? [] : [`${inner}/** ${comment(description)} */`]),
      `${inner}readonly ${key}${mark}: ${schemaToType(property, inner)};`,
    ];
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

/** Text that may stand in a comment. */
export function comment(text: string): string {
  return text
    .replaceAll('*/', '*\\/')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
}

function union(types: readonly string[]): string {
  const different = [...new Set(types)];
  return different.includes('unknown') ? 'unknown' : different.join(' | ');
}

function group(type: string): string {
  return /[|&]/.test(type) && !type.startsWith('{') ? `(${type})` : type.startsWith('readonly') ? `(${type})` : type;
}
