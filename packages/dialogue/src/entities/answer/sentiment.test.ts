import { describe, expect, it } from 'vitest';
import { SENTIMENT_SENTENCES } from '../testing/sentiment-sentences.ts';
import { readSentiment } from './sentiment.ts';

describe('how callers feel', () => {
  it.each(['en', 'vi'] as const)('is told rightly of the labelled sentences in %s', (language) => {
    const told = Object.entries(SENTIMENT_SENTENCES[language]).flatMap(([label, sentences]) =>
      sentences.map((sentence) => ({ sentence, label, read: readSentiment(sentence, language).label })),
    );
    const wrong = told.filter(({ label, read }) => label !== read);
    const opposite = wrong.filter(({ label, read }) => label !== 'neutral' && read !== 'neutral');
    expect(told.length).toBeGreaterThanOrEqual(60);
    expect(opposite).toEqual([]);
    expect(wrong.length / told.length).toBeLessThanOrEqual(0.1);
  });

  it('is turned round by a negation and stronger with an intensifier', () => {
    const score = (text: string, language: 'en' | 'vi') => readSentiment(text, language).score;
    expect(score('it is not good', 'en')).toBeLessThan(0);
    expect(score('không tốt', 'vi')).toBeLessThan(0);
    expect(score('very good', 'en')).toBeGreaterThan(score('good', 'en'));
    expect(score('tốt lắm', 'vi')).toBeGreaterThan(score('tốt', 'vi'));
    expect(score('', 'en')).toBe(0);
  });
});
