import { spokenForm } from '@parley/engine/text/spoken-form/spoken-form.ts';
import { describe, expect, it } from 'vitest';
import { type CharacterTimes, createTimedWords } from './timed-words.ts';

/** Characters of 10 ms each. */
function every10Ms(text: string, fromMs = 0): CharacterTimes {
  const characters = [...text];
  return {
    characters,
    startsMs: characters.map((_, index) => fromMs + index * 10),
    endsMs: characters.map((_, index) => fromMs + index * 10 + 10),
  };
}
const asWritten = (text: string) => [{ source: text, spoken: text }];

describe('times of characters become times of words', () => {
  it('when a chunk ends within a word and the next counts from its own beginning', () => {
    const words = createTimedWords(asWritten('Good morning, Ann.'));
    expect(words.add(every10Ms('Good mor'), 0)).toEqual([{ text: 'Good', startMs: 0, endMs: 40 }]);
    expect(words.add(every10Ms('ning, A'), 80)).toEqual([{ text: 'morning,', startMs: 50, endMs: 130 }]);
    expect(words.add(every10Ms('nn. '), 150)).toEqual([{ text: 'Ann.', startMs: 140, endMs: 180 }]);
    expect(words.end()).toEqual([]);
  });

  it('when times count from the beginning of the sentence', () => {
    const words = createTimedWords(asWritten('one two'));
    expect(words.add(every10Ms('one t'), 0)).toEqual([{ text: 'one', startMs: 0, endMs: 30 }]);
    expect(words.add(every10Ms('wo ', 50), 50)).toEqual([{ text: 'two', startMs: 40, endMs: 70 }]);
  });

  it('when silence lies between two chunks', () => {
    const words = createTimedWords(asWritten('one two'));
    words.add(every10Ms('one '), 0);
    expect(words.add(every10Ms('two'), 500)).toEqual([{ text: 'two', startMs: 500, endMs: 530 }]);
  });

  it('when the times of a whole stretch come ahead of its sound', () => {
    const words = createTimedWords(asWritten(`${'a'.repeat(80)} b`));
    words.add(every10Ms(`${'a'.repeat(80)} `), 0);
    expect(words.add(every10Ms('b'), 250)).toEqual([{ text: 'b', startMs: 800, endMs: 810 }]);
  });

  it('when a chunk says again from the first character what came before', () => {
    const words = createTimedWords(asWritten('Hello, this is Maria'));
    expect(words.add(every10Ms('Hello, th'), 0).map(({ text }) => text)).toEqual(['Hello,']);
    const rest = [...words.add(every10Ms('Hello, this is Maria '), 90), ...words.end()];
    expect(rest.map(({ text }) => text)).toEqual(['this', 'is', 'Maria']);
    const starts = rest.map(({ startMs }) => startMs);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  it('of what is written, when numbers are said in words', () => {
    const pieces = spokenForm('Room 12 costs $5 today', 'en-US');
    const words = createTimedWords(pieces);
    const said = pieces.map(({ spoken }) => spoken).join(' ');
    expect(said).toBe('Room twelve costs five dollars today');
    const told = [...words.add(every10Ms(`${said} `), 0), ...words.end()];
    expect(told).toEqual([
      { text: 'Room', startMs: 0, endMs: 40 },
      { text: '12', startMs: 50, endMs: 110 },
      { text: 'costs', startMs: 120, endMs: 170 },
      { text: '$5', startMs: 180, endMs: 300 },
      { text: 'today', startMs: 310, endMs: 360 },
    ]);
  });

  it('though letters are composed in another way', () => {
    const words = createTimedWords(asWritten('Cảm ơn chị'));
    const told = words.add(every10Ms('Cảm ơn chị '.normalize('NFD')), 0);
    expect(told.map(({ text }) => text)).toEqual(['Cảm', 'ơn', 'chị']);
  });

  it('of scripts without blanks', () => {
    const words = createTimedWords(asWritten('今日は晴れです。'));
    const told = [...words.add(every10Ms('今日は晴れです。'), 0), ...words.end()];
    expect(told.length).toBeGreaterThan(2);
    expect(told.map(({ text }) => text).join('')).toBe('今日は晴れです。');
  });

  it('and what is not in the text is passed over', () => {
    const words = createTimedWords(asWritten('a & b'));
    const told = [...words.add(every10Ms('a and & b'), 0), ...words.end()];
    expect(told.map(({ text }) => text)).toEqual(['a', '&', 'b']);
  });
});
