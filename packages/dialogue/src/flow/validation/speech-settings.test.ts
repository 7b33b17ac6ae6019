import { expect, test } from 'vitest';
import { smallAgent } from '../../testing/small-agent.ts';
import { validateAgent } from '../validate-agent.ts';

/** Knows of one engine, which hears and speaks English alone. */
const known = {
  tools: ['book_table'],
  hasModel: false,
  checkSpeech: ({ recognizers = [] }: { readonly recognizers?: readonly string[] | undefined }, language: string) => ({
    errors: recognizers.includes('english') && language === 'vi' ? ['english does not know vi'] : [],
    warnings: recognizers.includes('nobody') ? ['There is no nobody'] : [],
  }),
};

test('engines that leave a language of the agent without an ear are an error at its speech settings', () => {
  const named = { ...smallAgent(), speech: { recognizers: ['english'] } };
  const checked = validateAgent(named, known);
  expect(checked).toMatchObject({
    kind: 'invalid',
    problems: [{ severity: 'error', code: 'speech_unusable', field: 'speech' }],
  });
});

test('engines that are passed over are a warning, and agents that name none are not asked about', () => {
  const warned = validateAgent({ ...smallAgent(), speech: { recognizers: ['nobody'] } }, known);
  expect(warned).toMatchObject({ kind: 'valid', warnings: [{ field: 'speech' }, { field: 'speech' }] });
  expect(validateAgent(smallAgent(), known)).toMatchObject({ kind: 'valid', warnings: [] });
  // Whoever checks it without engines at hand lets it pass by its form.
  expect(validateAgent({ ...smallAgent(), speech: { typo: [] } }, { ...known, checkSpeech: undefined })).toMatchObject({
    kind: 'invalid',
  });
});
