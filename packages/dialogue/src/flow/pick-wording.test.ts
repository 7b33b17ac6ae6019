import { describe, expect, test } from 'vitest';
import { pickWording } from './pick-wording.ts';

const turn = { conversationId: 'c1', replies: 4 };

describe('the language of what is said', () => {
  const wording = { en: 'hello', 'en-GB': 'hiya', vi: 'xin chào' };

  test('is the very one, else the one it is a kind of, else the first', () => {
    expect(pickWording(wording, 'en-GB', turn)).toBe('hiya');
    expect(pickWording(wording, 'en-AU', turn)).toBe('hello');
    expect(pickWording(wording, 'vi-VN', turn)).toBe('xin chào');
    expect(pickWording(wording, 'fr', turn)).toBe('hello');
    expect(pickWording('one for all', 'fr', turn)).toBe('one for all');
  });
});

describe('variations', () => {
  const wording = ['a', 'b', 'c'];

  test('a replayed conversation says the same, others say others', () => {
    expect(pickWording(wording, 'en', turn)).toBe(pickWording(wording, 'en', { ...turn }));
    const said = new Set(
      Array.from({ length: 60 }, (_, replies) => pickWording(wording, 'en', { conversationId: 'c1', replies })),
    );
    expect(said).toEqual(new Set(wording));
  });

  test('never come twice in a row where it is known how often they were said', () => {
    for (const conversationId of ['c1', 'c2', 'c3']) {
      const said = Array.from({ length: 12 }, (_, uses) =>
        pickWording(wording, 'en', { conversationId, replies: uses * 2, uses }),
      );
      expect(said.some((text, index) => text === said[index - 1])).toBe(false);
    }
  });
});
