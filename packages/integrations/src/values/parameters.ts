import type { Json } from '@parley/dialogue/tools/tool.ts';
import { z } from 'zod';

const common = {
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/)
    .meta({ title: 'Name' }),
  description: z.string().max(500).default('').meta({ title: 'Description', description: 'Read by models, too.' }),
  required: z.boolean().default(true).meta({ title: 'Required' }),
  personal: z
    .boolean()
    .default(false)
    .meta({ title: 'Personal', description: 'Kept out of the record of calls, such as a name or a card.' }),
};

/** What an operation is told by the flow or the model. */
export const parameterSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      ...common,
      type: z.literal('text'),
      maxLength: z.int().min(1).max(20_000).default(1000),
      oneOf: z.array(z.string().min(1).max(200)).min(1).max(200).optional().meta({ title: 'One of' }),
    }),
    z.strictObject({ ...common, type: z.literal('number'), min: z.number().optional(), max: z.number().optional() }),
    z.strictObject({ ...common, type: z.literal('integer'), min: z.int().optional(), max: z.int().optional() }),
    z.strictObject({ ...common, type: z.literal('boolean') }),
    z.strictObject({ ...common, type: z.literal('date') }).meta({ description: 'Such as 2026-03-01.' }),
    z.strictObject({ ...common, type: z.literal('texts'), maxItems: z.int().min(1).max(100).default(20) }),
  ])
  .meta({ title: 'Parameter' });

export type Parameter = z.infer<typeof parameterSchema>;

/** Checked input; what was left out may be there as undefined. */
export type OperationInput = { readonly [name: string]: Json | undefined };

/** What the tool takes: described for models, checked before anything is sent. */
export function inputSchemaOf(parameters: readonly Parameter[]): z.ZodType<OperationInput> {
  return z.strictObject(
    Object.fromEntries(
      parameters.map((parameter) => {
        const type = typeOf(parameter);
        const described = parameter.description === '' ? type : type.describe(parameter.description);
        return [parameter.name, parameter.required ? described : described.optional()];
      }),
    ),
  );
}

function typeOf(
  parameter: Parameter,
): z.ZodType<string> | z.ZodType<number> | z.ZodType<boolean> | z.ZodType<string[]> {
  switch (parameter.type) {
    case 'text':
      return parameter.oneOf === undefined ? z.string().max(parameter.maxLength) : z.enum(parameter.oneOf);
    case 'number':
      return between(z.number(), parameter);
    case 'integer':
      return between(z.int(), parameter);
    case 'boolean':
      return z.boolean();
    case 'date':
      return z.iso.date();
    case 'texts':
      return z.array(z.string().max(1000)).max(parameter.maxItems);
  }
}

function between(type: z.ZodNumber, { min, max }: { min?: number | undefined; max?: number | undefined }): z.ZodNumber {
  const atLeast = min === undefined ? type : type.min(min);
  return max === undefined ? atLeast : atLeast.max(max);
}
