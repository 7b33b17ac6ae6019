import { describe, expect, it } from 'vitest';
import { spokenPhoneNumbers } from '../vocabulary/spoken-values.ts';
import { findDigitRuns } from './digits/digit-runs.ts';
import { findPersonName } from './person-name.ts';
import { findYesNo } from './yes-no.ts';

describe('telephone numbers', () => {
  it('all that the recogniser can hear as digits is one run', () => {
    for (const text of spokenPhoneNumbers(160)) {
      expect(findDigitRuns(text, 'en').map(({ start, end }) => text.slice(start, end))).toEqual([text]);
    }
  });
});

describe('names', () => {
  it.each([
    ['my name is alice', false, 'Alice'],
    ['My name is Alice and my number is 5', false, 'Alice'],
    ['this is john smith', false, 'John Smith'],
    ["it's maria", false, 'Maria'],
    ["i'm bob calling about an appointment", false, 'Bob'],
    ['change the name to bob', false, 'Bob'],
    ['Alice', true, 'Alice'],
    ['uh alice please', true, 'Alice'],
    ["sean o'brien", true, "Sean O'Brien"],
    ['ronald mcdonald', true, 'Ronald McDonald'],
    ['jean-luc', true, 'Jean-Luc'],
    ['a l i c e', true, 'Alice'],
    ['Nguyễn Thị Hoa', true, 'Nguyễn Thị Hoa'],
    ["it's xanthippe", true, 'Xanthippe'],
  ])('%s', (text, asked, name) => expect(findPersonName(text, asked)?.value).toBe(name));

  it.each([
    ['this is great', false],
    ["it's wrong", true],
    ["i'm not sure", true],
    ['what did you say', true],
    ['actually make it four', true],
    ['friday at three', true],
    ['yes', true],
    ['Alice', false],
    ['the quick brown fox jumps over it', true],
  ])('no name in: %s', (text, asked) => expect(findPersonName(text, asked)).toBeUndefined());
});

describe('yes and no', () => {
  it.each(['yes', 'Yes, please.', "that's right", 'yeah sure', 'ok', 'um yes', 'sounds good', 'correct'])(
    'yes: %s',
    (text) => expect(findYesNo(text)).toBe('yes'),
  );
  it.each(['no', 'no thanks', "that's wrong", 'No, Thursday', 'not really', "that isn't right", 'nope'])(
    'no: %s',
    (text) => expect(findYesNo(text)).toBe('no'),
  );
  it.each(['', 'maybe', 'yes no wait', 'friday'])('neither: %s', (text) => expect(findYesNo(text)).toBeUndefined());
});
