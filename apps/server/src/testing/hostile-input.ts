import fc from 'fast-check';
import { z } from 'zod';

/** Texts that have broken programs before: injections, other alphabets, ends that are none, numbers that are none. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e\u0000',
  '👩‍👩‍👧‍👦'.repeat(20),
  'Ｉ\u0307ﬁ\u1e9e\u0130',
  'e\u0301'.repeat(500),
  '\u200b\ufeff',
  "' or 1=1 --",
  "'; drop table users; --",
  '") or ("1"="1',
  '%27%20union%20select%201',
  '$1',
  '#{7*7}',
  '{{7*7}}',
  '../../../../etc/passwd',
  '..\\..\\windows',
  '/etc/passwd\0.json',
  '%2e%2e%2f',
  '%',
  '%00',
  '%ff%fe',
  '\r\nX-Injected: yes',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-0',
  '1e999',
  '9'.repeat(400),
  '-1',
  '0x10',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '0000-00-00',
  '+275760-09-13T00:00:00.001Z',
  '00000000-0000-0000-0000-000000000000',
  '00000000-0000-4000-8000-000000000001',
  'http://169.254.169.254/latest/meta-data/',
  'http://[::ffff:127.0.0.1]:22/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  '(a+)+$',
  'a:* | b & !c',
  '(((((',
  '"unclosed',
  '\\',
  'x'.repeat(5000),
  'x'.repeat(100_000),
];

const hostileText = fc.constantFrom(...hostileTexts);

/** Values of every kind but the right one. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    -1e308,
    2 ** 31,
    2 ** 53,
    5e-324,
    [],
    {},
    [[]],
    [null],
    { a: 1 },
  ),
  fc.constantFrom(1, 10, 60, 200).map(nested),
  fc.constantFrom(10, 2000).map((length) => Array.from({ length }, (_, at) => at)),
  fc.constantFrom(10, 1000).map((length) => Object.fromEntries(Array.from({ length }, (_, at) => [`k${at}`, at]))),
);

const nodeSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  $ref: z.string().optional(),
  $defs: z.record(z.string(), z.unknown()).optional(),
});

/** Values that the schema mostly takes. What JSON Schema cannot say (refinements) may refuse some. */
export function valuesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline', cycles: 'ref' });
  const definitions = nodeSchema.parse(root).$defs ?? {};
  return build(root, root, definitions, 0);
}

/** The value with one place in it, or all of it, replaced by what does not belong there. */
export function spoilt(value: unknown): fc.Arbitrary<unknown> {
  const inside: fc.Arbitrary<unknown>[] = [];
  if (Array.isArray(value)) {
    inside.push(...value.map((inner: unknown, at) => spoilt(inner).map((bad) => value.with(at, bad))));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value))
      inside.push(spoilt(inner).map((bad) => ({ ...value, [key]: bad })));
    inside.push(
      fc
        .constantFrom(...Object.keys(value), 'x')
        .map((key) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))),
      fc.tuple(hostileText, hostileValue).map(([key, bad]) => ({ ...value, [key]: bad })),
    );
  }
  return inside.length === 0
    ? hostileValue
    : fc.oneof({ weight: 4, arbitrary: fc.oneof(...inside) }, { weight: 1, arbitrary: hostileValue });
}

/** Deeper than this a schema that contains itself is cut off. */
const maxDepth = 6;

function build(
  node: unknown,
  root: unknown,
  definitions: Readonly<Record<string, unknown>>,
  depth: number,
): fc.Arbitrary<unknown> {
  const read = nodeSchema.safeParse(node);
  if (!read.success || depth > maxDepth) return fc.constant(null);
  const schema = read.data;
  const go = (inner: unknown) => build(inner, root, definitions, depth + 1);
  if (schema.$ref !== undefined)
    return go(schema.$ref === '#' ? root : definitions[schema.$ref.replace('#/$defs/', '')]);
  if ('const' in schema && schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined && schema.enum.length > 0) return fc.constantFrom(...schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined && either.length > 0) return fc.oneof(...either.map(go));
  if (schema.allOf !== undefined && schema.allOf.length > 0) {
    return fc.tuple(...schema.allOf.map(go)).map((parts) => Object.assign({}, ...parts.map(Object)));
  }
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objectOf(schema, go);
    case 'array':
      if (schema.prefixItems !== undefined) return fc.tuple(...schema.prefixItems.map(go));
      return fc.array(go(schema.items ?? {}), {
        minLength: Math.min(schema.minItems ?? 0, 50),
        maxLength: Math.max(Math.min(schema.minItems ?? 0, 50), Math.min(schema.maxItems ?? 3, 3)),
      });
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? -1000, -(2 ** 31)),
        max: Math.min(schema.maximum ?? 1000, 2 ** 31 - 1),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

type Schema = z.output<typeof nodeSchema>;

function objectOf(schema: Schema, go: (inner: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, go(inner)]),
  );
  const requiredKeys = (schema.required ?? []).filter((name) => Object.hasOwn(properties, name));
  const known = fc.record(properties, { requiredKeys });
  if (typeof schema.additionalProperties !== 'object') return known;
  const more = fc.dictionary(fc.stringMatching(/^[a-z_]{1,10}$/), go(schema.additionalProperties), { maxKeys: 3 });
  return fc.tuple(more, known).map(([extra, named]) => ({ ...extra, ...named }));
}

function textOf({ format, pattern, minLength = 0, maxLength }: Schema): fc.Arbitrary<string> {
  switch (format) {
    case 'uuid':
      return fc.uuid({ version: 4 });
    case 'email':
      return fc.stringMatching(/^[a-z]{1,8}@[a-z]{1,8}\.example$/);
    case 'uri':
      // Nothing beyond this machine is ever asked.
      return fc.constantFrom('http://127.0.0.1:1/', 'https://nobody.invalid/hook', 'http://localhost:1/x?y=z');
    case 'date-time':
      return fc
        .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString());
    case 'date':
      return fc
        .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10));
  }
  const most = Math.max(minLength, Math.min(maxLength ?? minLength + 30, minLength + 30));
  if (pattern !== undefined) {
    try {
      return fc.stringMatching(new RegExp(pattern));
    } catch {
      // Some patterns it cannot make texts for.
    }
  }
  return fc.oneof(
    fc.string({ minLength, maxLength: most, unit: 'grapheme' }),
    fc.stringMatching(/^[a-z ]+$/).map((text) => text.padEnd(minLength, 'x').slice(0, most)),
  );
}

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let at = 0; at < depth; at += 1) value = at % 2 === 0 ? [value] : { a: value };
  return value;
}
