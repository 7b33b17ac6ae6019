import { describe, expect, it } from 'vitest';
import type { EntityLanguage } from '../numbers/number-words.ts';
import { findPhones } from './find-phones.ts';

describe('the country of a telephone number', () => {
  it.each([
    ['0912345678', 'vi', 'US', '+84912345678'],
    ['0912 345 678', 'vi', 'GB', '+84912345678'],
    ['không chín một hai ba bốn năm sáu bảy tám', 'vi', 'US', '+84912345678'],
    ['024 3825 1234', 'vi', 'US', '+842438251234'],
    ['0912345678', 'en', 'VN', '+84912345678'],
    // The agent's own country comes first, whoever speaks.
    ['415 555 0100', 'vi', 'US', '+14155550100'],
    ['020 7946 0958', 'vi', 'GB', '+442079460958'],
    ['+44 20 7946 0958', 'vi', 'US', '+442079460958'],
  ] as const)('%s in %s, told to an agent of %s, is %s', (text, language, region, number) => {
    expect(phones(text, language, region, 'phone')).toEqual([number]);
    expect(phones(text, language, region)).toEqual([number]);
  });
});

describe('what cannot be called is no telephone number, though it was asked for', () => {
  it.each([
    ['0912345678', 'en', 'US'],
    ['123 456 7890', 'en', 'US'],
    ['933 134 4547', 'en', 'US'],
    ['0000 000 000', 'vi', 'US'],
    ['012 3456 7890 12', 'en', 'GB'],
    ['024 123 4567', 'vi', 'VN'],
  ] as const)('%s in %s, told to an agent of %s', (text, language, region) => {
    expect(phones(text, language, region, 'phone')).toEqual([]);
  });

  it('an area code that was given out after the tables were made is one', () => {
    expect(phones('944 555 0123', 'en', 'US', 'phone')).toEqual(['+19445550123']);
    expect(phones('1 944 555 0123', 'en', 'CA', 'phone')).toEqual(['+19445550123']);
    expect(phones('944 555 0123', 'en', 'GB', 'phone')).toEqual([]);
  });

  it.each([
    ['0912', 'vi', 'US', 'beginning: 0912'],
    ['0912 345 67', 'vi', 'US', 'beginning: 091234567'],
    ['415', 'en', 'US', 'beginning: 415'],
  ] as const)('%s in %s may become one of %s', (text, language, region, beginning) => {
    expect(phones(text, language, region, 'phone')).toEqual([beginning]);
  });
});

function phones(text: string, language: EntityLanguage, region: string, asked?: 'phone'): readonly unknown[] {
  const found = findPhones(text, { language, region, asked, nowEpochMs: 0, timeZone: 'UTC', kinds: ['phone'] });
  return found.map((entity) => (entity.kind === 'partial' ? `beginning: ${entity.value}` : entity.value));
}
