import { z } from 'zod';

/** Names in definitions: of nodes, slots, intents, flows, lists, variables. */
export const nameSchema = z
  .string()
  .regex(
    /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/,
    'A name begins with a letter and has letters, digits, _ and - only, 64 at most.',
  );

/** BCP 47, such as `en-US`; what is written for `en` serves `en-GB` too. */
export const languageSchema = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'Write a language as BCP 47 does: en, en-US, vi-VN.');

/** One sentence or several, as a Liquid template: `{{ slots.date | say_date }}`. */
const templateSchema = z.string().min(1).max(4000);

/** One wording, or variations of which one is said; never the same twice in a row if it can be helped. */
const variationsSchema = z.union([templateSchema, z.array(templateSchema).min(1).max(20)]);

/** What is said: in the agent's only language, or by language. */
export const wordingSchema = z
  .union([variationsSchema, z.record(languageSchema, variationsSchema)])
  .meta({ title: 'Wording', description: 'What is said; variations as a list, other languages by their code.' });
export type Wording = z.infer<typeof wordingSchema>;

/**
 * A value: JSON, in which a string that begins with `=` is a path (`=slots.date`, `=results.rooms.0.price`) whose value is taken
 * as it is, and any other string is a Liquid template.
 */
export const valueSchema: z.ZodType<ValueTemplate> = z.lazy(() =>
  z.union([
    z.string().max(8000),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(valueSchema).max(200),
    z.record(z.string().max(100), valueSchema),
  ]),
);
export type ValueTemplate =
  | string
  | number
  | boolean
  | null
  | readonly ValueTemplate[]
  | { readonly [key: string]: ValueTemplate };

/** Where a value is found: `slots.service`, `results.order.total`, `turn.text`, `call.channel`, `now.hour`. */
export const pathSchema = z
  .string()
  .max(200)
  .regex(
    /^(slots|results|turn|conversation|now)(\.[A-Za-z0-9_-]+)+$/,
    'A path begins with slots, results, turn, conversation or now.',
  );

/** How two values are compared. Days and times are compared as such, since they are written as ISO 8601. */
export const comparisons = [
  'equals',
  'notEquals',
  'lessThan',
  'atMost',
  'moreThan',
  'atLeast',
  'contains',
  'oneOf',
  'matches',
  'isSet',
  'isNotSet',
] as const;
export type Comparison = (typeof comparisons)[number];

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  /** `matches` takes a regular expression in RE2's syntax. */
  | { readonly value: string; readonly is: Comparison; readonly to?: ValueTemplate | undefined };

/** Nested at most as deep as JSON readers go; the runner stops at 20. */
export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(conditionSchema).min(1).max(50) }),
    z.strictObject({ any: z.array(conditionSchema).min(1).max(50) }),
    z.strictObject({ not: conditionSchema }),
    z.strictObject({ value: pathSchema, is: z.enum(comparisons), to: valueSchema.optional() }),
  ]),
);
