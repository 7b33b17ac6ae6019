import { expect, it } from 'vitest';
import { z } from 'zod';
import { providers } from '../registry.ts';

const fieldsSchema = z.object({
  properties: z.record(z.string(), z.looseObject({ isSecret: z.boolean().optional(), format: z.string().optional() })),
});

/** Each provider's keys, with an account that has all that it can have. */
const keys = providers.flatMap(({ name, account }) => {
  const { properties = {} } = fieldsSchema.partial().parse(z.toJSONSchema(account, { io: 'input' }));
  const filled = Object.fromEntries(
    Object.entries(properties).flatMap(([field, { type, format }]) => {
      if (type !== 'string') return [];
      if (field === 'url') return [[field, 'grpcs://speech.example.com:443']];
      return [[field, format === 'uri' ? 'https://speech.example.com' : 'abc']];
    }),
  );
  return Object.entries(properties).flatMap(([field, { isSecret }]) =>
    isSecret === true ? [{ name, field, account, filled }] : [],
  );
});

it('there are providers with keys', () => {
  expect(keys.length).toBeGreaterThan(5);
});

it.each(keys)('a key of $name that no header can hold is refused without quoting it', ({ field, account, filled }) => {
  const accountWith = (key: string) => account.safeParse({ ...filled, [field]: key });
  for (const key of ['top-secret\nvalue', 'top-secret value', 'top-secret-é', 'top-secret–value', ' \n']) {
    const { error } = accountWith(key);
    expect(error?.issues[0]?.path).toEqual([field]);
    expect(String(error)).not.toContain('top-secret');
  }
  expect(accountWith('sk_live-0123.abc~/+=:').success).toBe(true);
  // As it comes from copying.
  expect(accountWith(' 0123456789abcdef\n').data).toMatchObject({ [field]: '0123456789abcdef' });
});
