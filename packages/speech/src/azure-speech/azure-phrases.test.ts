import { expect, it } from 'vitest';
import { phrasesFor } from './azure-phrases.ts';

const vocabulary = {
  id: 'salon',
  phrases: ['haircut', ' Yes ', '', 'Rehaan', 'x'.repeat(201)],
  contexts: { 'yes-no': ['yes', 'no'] },
};

it('puts first what was asked, and each phrase once', () => {
  expect(phrasesFor(vocabulary, 'yes-no')).toEqual(['yes', 'no', 'haircut', 'Rehaan']);
  expect(phrasesFor(vocabulary, 'toString')).toEqual(['haircut', 'Yes', 'Rehaan']);
  expect(phrasesFor(vocabulary, undefined)).toEqual(['haircut', 'Yes', 'Rehaan']);
  expect(phrasesFor(undefined, 'yes-no')).toEqual([]);
});

it('gives no more than the service takes', () => {
  const phrases = Array.from({ length: 2000 }, (_, n) => `phrase ${n}`);
  expect(phrasesFor({ ...vocabulary, phrases }, 'yes-no')).toHaveLength(500);
});
