import { z } from 'zod';

/** A setting as it is documented. */
export interface DescribedSetting {
  readonly name: string;
  readonly description: string;
  readonly example: string | undefined;
  /** What it is when it is not set, in words; undefined when nothing is. */
  readonly defaultText: string | undefined;
  readonly isSecret: boolean;
}

export interface SettingGroup {
  readonly title: string;
  readonly shape: Readonly<Record<string, z.ZodType>>;
}

const metaSchema = z.object({
  description: z.string(),
  example: z.string().optional(),
  defaultText: z.string().optional(),
  isSecret: z.boolean().default(false),
});

/**
 * From what stands beside each setting.
 * @throws Error naming a setting without a description
 */
export function describeSettings({ shape }: SettingGroup): readonly DescribedSetting[] {
  return Object.entries(shape).map(([name, schema]) => {
    const meta = metaSchema.safeParse(schema.meta());
    if (!meta.success) throw new Error(`${name} has no description: add .meta({ description, example }) to it`);
    const { description, example, isSecret } = meta.data;
    return { name, description, example, isSecret, defaultText: meta.data.defaultText ?? defaultOf(schema) };
  });
}

function defaultOf(schema: z.ZodType): string | undefined {
  const unset = schema.safeParse(undefined);
  if (!unset.success || unset.data === undefined) return undefined;
  const { data } = unset;
  const text = Array.isArray(data) ? data.join(',') : typeof data === 'object' ? '' : String(data);
  return text === '' ? undefined : text;
}
