import { describe, expect, it } from 'vitest';
import { splitAtGiven } from './written-words.ts';

/** Times of 300 ms a word. */
const times = (text: string) =>
  text.split(' ').map((word, n) => ({ text: word, startMs: n * 300, endMs: (n + 1) * 300 }));

describe('the word at which a voice broke off is found', () => {
  it.each([
    ['by its times', 'Hello Alice, see you', 'Hello Alice, see you', 650, 'see you'],
    [
      'when it says an amount in several words',
      'It costs $25 for you',
      'It costs twenty five dollars for you',
      1800,
      'you',
    ],
    ['when it tells words without points', 'Well, yes. Or no?', 'well yes or no', 600, 'Or no?'],
    ['when nothing was given whole', 'Hello Alice', 'Hello Alice', 200, 'Hello Alice'],
    ['when all was given', 'Hello Alice', 'Hello Alice', 600, ''],
  ])('%s', (_, text, spoken, givenMs, rest) => {
    expect(splitAtGiven(text, times(spoken), givenMs, 60).rest).toBe(rest);
  });

  it('by the pace of the words told so far, when the times lag behind the sound', () => {
    expect(splitAtGiven('aaaa bbbb cccc dddd', times('aaaa bbbb'), 900, 10).rest).toBe('dddd');
  });

  it('by the pace alone, when there are no times, or none that fit the text', () => {
    expect(splitAtGiven('aaaa bbbb cccc dddd', [], 700, 60).rest).toBe('cccc dddd');
    expect(splitAtGiven('aaaa bbbb cccc dddd', times('x y z u v w'), 700, 60).rest).toBe('cccc dddd');
  });

  it('in a script without spaces', () => {
    const { rest } = splitAtGiven('我想预订一个房间', [], 500, 60);
    expect(rest.length).toBeGreaterThan(4);
    expect(rest.length).toBeLessThan(8);
  });
});
