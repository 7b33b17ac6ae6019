import { ApiError } from '@parley/client/api-error.ts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { accountErrorsOf, accountFieldsOf, accountOf, missingFields } from './account-fields.ts';

const schema = z.toJSONSchema(
  z.strictObject({
    apiKey: z.string().min(1).meta({ title: 'API key', isSecret: true }),
    baseUrl: z.url().default('https://api.example.com').meta({ title: 'Address', description: 'Where it begins.' }),
    functionId: z.string().optional().meta({ example: 'f-1' }),
    lines: z.array(z.string()).optional(),
  }),
  { io: 'input' },
);
const fields = accountFieldsOf(schema);

test('a form has a line for each field of the account, keys hidden, and says what holds when it is left empty', () => {
  expect(fields).toEqual([
    { name: 'apiKey', label: 'API key', description: '', isSecret: true, isRequired: true, placeholder: '' },
    {
      ...{ name: 'baseUrl', label: 'Address', description: 'Where it begins.' },
      ...{ isSecret: false, isRequired: false, placeholder: 'https://api.example.com' },
    },
    {
      ...{ name: 'functionId', label: 'Function ID', description: '' },
      ...{ isSecret: false, isRequired: false, placeholder: 'f-1' },
    },
  ]);
  expect(accountFieldsOf({ anything: 'else' })).toEqual([]);
  expect(accountFieldsOf(undefined)).toEqual([]);
});

test('what is typed is sent without blanks around it, and what is left empty is not sent', () => {
  const account = accountOf(fields, { apiKey: ' key-1\n', baseUrl: '  ', lines: 'x' });
  expect(account).toEqual({ apiKey: 'key-1' });
  expect(missingFields(fields, account)).toEqual({});
  expect(missingFields(fields, accountOf(fields, { baseUrl: 'https://x.example' }))).toEqual({
    apiKey: 'API key is needed.',
  });
});

test('a refusal is told beside its field, and what belongs to none above the button', () => {
  const invalid = z.strictObject({ apiKey: z.string().min(10, 'Too short.') }).refine(() => false, 'Give both.');
  const tree = (account: unknown) => z.treeifyError(invalid.safeParse(account).error ?? new z.ZodError([]));
  expect(accountErrorsOf(refused('account_invalid', tree({ apiKey: 'x' })), fields)).toEqual({
    fields: { apiKey: 'Too short.' },
    general: 'Give both.',
  });
  expect(accountErrorsOf(refused('account_invalid', tree({ apiKey: 'long enough' })), fields)).toEqual({
    fields: {},
    general: 'Give both.',
  });
  expect(accountErrorsOf(refused('address_refused', { baseUrl: 'Not public.', other: 'Nor this.' }), fields)).toEqual({
    fields: { baseUrl: 'Not public.' },
    general: 'Nor this.',
  });
});

test('a refusal without details, and a server that cannot be reached, are told too', () => {
  const message = 'Sign in first.';
  expect(accountErrorsOf(refused('unauthorized', undefined, message), fields).general).toBe(message);
  expect(accountErrorsOf(refused('forbidden', {}, message), fields).general).toBe(message);
  expect(accountErrorsOf(new TypeError('Failed to fetch'), fields).general).toBe('Failed to fetch');
  expect(accountErrorsOf('thrown', fields).general).toMatch(/could not be saved/);
});

function refused(code: string, details: unknown, message = 'See details.'): ApiError {
  return new ApiError({ status: 422, message, code, details, traceId: undefined, retryAfterMs: undefined });
}
