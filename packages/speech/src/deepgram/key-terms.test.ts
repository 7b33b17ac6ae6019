import { describe, expect, test } from 'vitest';
import { chooseKeyTerms } from './key-terms.ts';

const vocabulary = (phrases: readonly string[], contexts: Readonly<Record<string, readonly string[]>> = {}) => ({
  id: 'any',
  phrases,
  contexts,
});

describe('what of a vocabulary is told to the vendor', () => {
  test('nothing when there is none', () => expect(chooseKeyTerms(undefined, 'name')).toEqual([]));

  test('not what everybody says', () =>
    expect(chooseKeyTerms(vocabulary(['i would like to book', 'yes please', 'seven', 'tomorrow']), undefined)).toEqual(
      [],
    ));

  test('names before rare words, rare words of a sentence last', () =>
    expect(
      chooseKeyTerms(vocabulary(['i would like a pedicure', 'balayage', 'with Siobhan please']), undefined),
    ).toEqual(['Siobhan', 'balayage', 'pedicure']));

  test('names of two words and entries of lists as a whole', () =>
    expect(chooseKeyTerms(vocabulary(['Anna Novak', 'blow dry']), undefined)).toEqual(['Anna Novak', 'blow dry']));

  test('each once, however often and however it is written', () =>
    expect(chooseKeyTerms(vocabulary(['balayage', 'a balayage', 'Balayage']), undefined)).toEqual(['balayage']));

  test('those of the question first', () =>
    expect(chooseKeyTerms(vocabulary(['pedicure', 'Vinh'], { name: ['Vinh', 'Linh'] }), 'name')).toEqual([
      'Vinh',
      'Linh',
      'pedicure',
    ]));

  test('Vietnamese names with all their marks', () =>
    expect(chooseKeyTerms(vocabulary(['Nguyễn Thị Ánh', 'phở']), undefined)).toEqual(['Nguyễn Thị Ánh', 'phở']));

  test('no more than the vendor takes, of however many phrases', () => {
    const phrases = Array.from({ length: 12_000 }, (_, n) => `somebody called Name${n.toString(36)}wski`);
    const terms = chooseKeyTerms(vocabulary(phrases), undefined);
    expect(terms.length).toBeGreaterThan(30);
    expect(terms.length).toBeLessThanOrEqual(100);
    // Two bytes to a token is the worst that tokenizers make of Latin letters.
    expect(Buffer.byteLength(terms.join('')) / 2).toBeLessThan(500);
  });
});
