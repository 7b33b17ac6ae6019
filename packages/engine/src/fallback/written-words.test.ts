import { describe, expect, it } from 'vitest';
import { speakingTimeMs } from '../text/speaking-time.ts';
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
    expect(splitAtGiven(text, times(spoken), givenMs, 1, 'en-US').rest).toBe(rest);
  });

  it('by how long words take behind those told so far, when the times lag behind the sound', () => {
    const { rest, untold } = splitAtGiven('one two three four five', times('one two'), 950, 1, 'en-US');
    expect(rest).toBe('four five');
    expect(untold.map((word) => word.text)).toEqual(['three']);
  });

  it('by how long words take, when there are no times, or none that fit the text', () => {
    const text = 'one two three four five';
    const reckonedMs = speakingTimeMs('one two three', 'en-US') + 60;
    expect(splitAtGiven(text, [], reckonedMs, 1, 'en-US').rest).toBe('four five');
    expect(splitAtGiven(text, [], reckonedMs * 1.5, 1.5, 'en-US').rest).toBe('four five');
  });

  it('in a script without spaces', () => {
    const text = '我想预订一个房间';
    const { rest } = splitAtGiven(text, [], speakingTimeMs(text, 'zh-CN') / 2, 1, 'zh-CN');
    expect(rest.length).toBeGreaterThan(2);
    expect(rest.length).toBeLessThan(7);
    expect(text.endsWith(rest)).toBe(true);
  });
});
