import { dialTargetSchema, ownNumberSchema } from '@parley/contract/phone.ts';
import { expect, it } from 'vitest';
import { createRedactor } from '../privacy/redact.ts';
import { redactionDefaults } from '../privacy/redaction-policy.ts';

// What an answer to a wrong request says is blanked as the logs are: an example of a number would read [phone].
it.each([
  ['a number of one’s own', ownNumberSchema, '+1'],
  ['whom to call', dialTargetSchema, '202'],
] as const)('who gives %s that is none is told the form in words that reach them whole', (_, schema, wrong) => {
  const redactor = createRedactor({ modes: redactionDefaults.logs, customPatterns: [] });
  const said = schema.safeParse(wrong).error?.issues[0]?.message ?? '';
  expect(said).toContain('must be an international number');
  expect(redactor.value(said)).toBe(said);
});
