import { ApiError } from '@parley/client/api-error.ts';
import { z } from 'zod';

/** A field of the form for an account with a provider. */
export interface AccountField {
  readonly name: string;
  readonly label: string;
  /** What it is for, in a sentence; empty when the label says it all. */
  readonly description: string;
  readonly isSecret: boolean;
  readonly isRequired: boolean;
  /** What holds when it is left empty, or how it may look. */
  readonly placeholder: string;
}

/**
 * The fields of an account from its provider's JSON Schema, in the schema's order. What is more than a line of text is left out: it is
 * set by whoever runs the server.
 */
export function accountFieldsOf(accountSchema: unknown): readonly AccountField[] {
  const parsed = schemaSchema.safeParse(accountSchema);
  if (!parsed.success) return [];
  const { properties, required } = parsed.data;
  return Object.entries(properties).flatMap(([name, field]) =>
    field.type === 'string'
      ? [
          {
            name,
            label: field.title ?? labelOf(name),
            description: field.description ?? '',
            isSecret: field.isSecret,
            isRequired: required.includes(name),
            placeholder: field.default ?? field.example ?? '',
          },
        ]
      : [],
  );
}

const schemaSchema = z.looseObject({
  properties: z
    .record(
      z.string(),
      z.looseObject({
        type: z.string().optional(),
        title: z.string().optional(),
        description: z.string().optional(),
        isSecret: z.boolean().default(false),
        default: z.string().optional().catch(undefined),
        example: z.string().optional().catch(undefined),
      }),
    )
    .default({}),
  required: z.array(z.string()).default([]),
});

/** `apiKey` as people read it: API key. */
function labelOf(name: string): string {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const spelled = words.replaceAll(/\b(api|url|id)\b/g, (word) => word.toUpperCase());
  return spelled.charAt(0).toUpperCase() + spelled.slice(1);
}

/** What was typed, as `PUT` takes it: without blanks around it, and without what was left empty. */
export function accountOf(
  fields: readonly AccountField[],
  typed: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = (typed[name] ?? '').trim();
      return value === '' ? [] : [[name, value]];
    }),
  );
}

/** What is wrong with an account: beside the fields, and what belongs to none of them. */
export interface AccountErrors {
  readonly fields: Readonly<Record<string, string>>;
  readonly general: string | undefined;
}

export const noErrors: AccountErrors = { fields: {}, general: undefined };

/** What can be told before anything is sent. */
export function missingFields(
  fields: readonly AccountField[],
  account: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const missing = fields.filter(({ name, isRequired }) => isRequired && account[name] === undefined);
  return Object.fromEntries(missing.map(({ name, label }) => [name, `${label} is needed.`]));
}

/** The server's refusal, taken apart: `account_invalid` and `address_refused` name fields in their details. */
export function accountErrorsOf(error: unknown, fields: readonly AccountField[]): AccountErrors {
  const general = error instanceof Error ? error.message : 'The account could not be saved.';
  if (!(error instanceof ApiError)) return { fields: {}, general };
  const named = new Map<string, string>();
  const others: string[] = [];
  const plain = plainSchema.safeParse(error.details);
  const tree = treeSchema.safeParse(error.details);
  const told: readonly (readonly [string, string])[] = plain.success
    ? Object.entries(plain.data)
    : Object.entries(tree.data?.properties ?? {}).flatMap(([name, { errors }]) =>
        errors.map((message) => [name, message] as const),
      );
  for (const [name, message] of told) {
    if (fields.some((field) => field.name === name)) named.set(name, message);
    else others.push(message);
  }
  if (!plain.success && tree.success) others.push(...tree.data.errors);
  const isTold = named.size > 0 || others.length > 0;
  return { fields: Object.fromEntries(named), general: isTold ? others.join(' ') || undefined : general };
}

const errorsSchema = z.array(z.string()).default([]);
/** As zod tells of an object. */
const treeSchema = z.looseObject({
  errors: errorsSchema,
  properties: z.record(z.string(), z.looseObject({ errors: errorsSchema })).optional(),
});
/** As the checks of addresses tell. */
const plainSchema = z.record(z.string(), z.string());
