import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spokenPhoneNumbers } from '../vocabulary/spoken-values.ts';
import { sayPhone } from '../wording/spoken.ts';
import { findChoices } from './choice.ts';
import { tokenize } from './entity.ts';
import { readCardinal, readOrdinal } from './numbers.ts';
import { findPersonName } from './person-name.ts';
import { findDigitStrings, findPhoneNumber, phoneGroups } from './phone-number.ts';
import { findYesNo } from './yes-no.ts';

describe('numbers', () => {
  it.each([
    ['zero', 0],
    ['nineteen', 19],
    ['twenty five', 25],
    ['twenty-five', 25],
    ['two hundred and ten', 210],
    ['three thousand four hundred', 3400],
    ['42', 42],
  ])('%s', (text, value) => expect(readCardinal(tokenize(text), 0)?.value).toBe(value));

  it.each([
    ['first', 1],
    ['twenty first', 21],
    ['31st', 31],
    ['thirtieth', 30],
  ])('%s', (text, value) => expect(readOrdinal(tokenize(text), 0)?.value).toBe(value));

  it.each(['three thirty', '32nd', 'forty first', 'hello'])('no ordinal: %s', (text) => {
    expect(readOrdinal(tokenize(text), 0)).toBeUndefined();
  });
});

describe('telephone numbers', () => {
  it.each([
    ['four one five five five five one two three four', '4155551234'],
    ['my number is 415-555-1234 thanks', '4155551234'],
    ['(415) 555 1234', '4155551234'],
    ['four one five double five five one two three four', '4155551234'],
    ['four one five triple five one two three four', '4155551234'],
    ['oh two oh seven nine four six oh one two three', '02079460123'],
    ['eight hundred five five five twelve thirty four', '8005551234'],
    ['five five five uh one two three four', '5551234'],
    ['not 5551234 but 5559876', '5559876'],
  ])('%s', (text, digits) => expect(findPhoneNumber(text)?.value).toBe(digits));

  it.each(['at three thirty', 'four one five', '1234567890123456', 'hello'])('no number in: %s', (text) => {
    expect(findPhoneNumber(text)).toBeUndefined();
  });

  it('what is read back is what was dictated', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{7,15}$/), (digits) => {
        expect(phoneGroups(digits).join('')).toBe(digits);
        expect(findPhoneNumber(sayPhone(digits))?.value).toBe(digits);
      }),
    );
  });

  it('all that the recogniser can hear as digits is one run', () => {
    for (const text of spokenPhoneNumbers(160)) expect(findDigitStrings(text).map((run) => run.text)).toEqual([text]);
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

describe('choices', () => {
  const options = [
    { id: 'haircut', names: ['haircut', 'hair cut', 'cut'] },
    { id: 'beard trim', names: ['beard trim', 'beard'] },
    { id: 'hair color', names: ['hair color', 'color'] },
  ];
  it.each([
    ['a haircut please', ['haircut']],
    ['HAIRCUTS', ['haircut']],
    ['beard trim', ['beard trim']],
    ['a haircuit', ['haircut']],
    ['a baerd trim', ['beard trim']],
    ['hair color not a haircut', ['hair color', 'haircut']],
    ['a massage', []],
    ['cat', []],
  ])('%s', (text, ids) => expect(findChoices(text, options).map(({ value }) => value)).toEqual(ids));
});
