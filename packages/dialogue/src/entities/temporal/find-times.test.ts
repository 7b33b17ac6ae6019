import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findTimes, type TemporalEntity, type TimesRequest } from './find-times.ts';
import { englishPhrases, vietnamesePhrases } from './testing/phrases.ts';

/** Monday 23 November 2026, 9 in the morning in London. */
const monday: Omit<TimesRequest, 'language'> = {
  nowEpochMs: Date.UTC(2026, 10, 23, 9),
  timeZone: 'Europe/London',
  preference: 'future',
};

/** What was found, in one line: `2026-11-27`, `15:00|03:00`, `2026-11-27..2026-11-29`, `14:00-16:00`, `PT2H`. */
function inShort(found: readonly TemporalEntity[]): string {
  return found.map(entityInShort).join(', ');
}

function entityInShort(entity: TemporalEntity): string {
  switch (entity.kind) {
    case 'date':
    case 'duration':
      return entity.value;
    case 'time':
    case 'dateTime':
      return entity.readings.join('|');
    case 'dateRange':
      return `${entity.value.from}..${entity.value.to}`;
    case 'timeRange':
      return `${entity.value.date === undefined ? '' : `${entity.value.date} `}${entity.value.from}-${entity.value.to}`;
  }
}

const times = (text: string, language: 'en' | 'vi', more: Partial<TimesRequest> = {}) =>
  inShort(findTimes(text, { ...monday, language, ...more }));

describe('English', () => {
  test.each(englishPhrases)('%s', (phrase, expected) => expect(times(phrase, 'en')).toBe(expected));
});

describe('Vietnamese', () => {
  test.each(vietnamesePhrases)('%s', (phrase, expected) => expect(times(phrase, 'vi')).toBe(expected));
});

describe('a length and where it begins', () => {
  test.each([
    ['a room for one week from monday', 'afterFor', 'P1W, 2026-11-30'],
    ['for a week from friday', 'afterFor', 'P1W, 2026-11-27'],
    ['for two weeks from the 3rd', 'afterFor', 'P2W, 2026-12-03'],
    ['for three days from tomorrow', 'afterFor', 'P3D, 2026-11-24'],
    ['for one week from today', 'afterFor', 'P1W, 2026-11-23'],
    ['a week from friday', 'afterFor', '2026-12-04'],
    ['in a week from today', 'afterFor', '2026-11-30'],
    ['one week from monday', 'always', 'P1W, 2026-11-30'],
    ['in a week', 'always', '2026-11-30'],
    // Where nothing has a length, such as a haircut.
    ['book me in for a week from friday', 'never', '2026-12-04'],
  ] as const)('%s, %s', (phrase, lengths, expected) => expect(times(phrase, 'en', { lengths })).toBe(expected));
});

describe('the place and the moment decide', () => {
  test.each([
    ['tomorrow', 'Pacific/Auckland', Date.UTC(2026, 10, 23, 12), '2026-11-25'],
    ['tomorrow', 'America/Los_Angeles', Date.UTC(2026, 10, 24, 3), '2026-11-24'],
    ['today', 'Asia/Ho_Chi_Minh', Date.UTC(2026, 11, 31, 18), '2027-01-01'],
    ['the 31st', 'UTC', Date.UTC(2026, 10, 23), '2026-12-31'],
    ['february 29', 'UTC', Date.UTC(2026, 10, 23), '2028-02-29'],
    ['in a month', 'UTC', Date.UTC(2027, 0, 31), '2027-02-28'],
    ['end of the month', 'UTC', Date.UTC(2028, 1, 10), '2028-02-29'],
    ['next sunday', 'UTC', Date.UTC(2026, 10, 22), '2026-11-29'],
    ['sunday', 'UTC', Date.UTC(2026, 10, 22), '2026-11-29'],
    ['next monday', 'UTC', Date.UTC(2026, 10, 22), '2026-11-23'],
    ['this weekend', 'UTC', Date.UTC(2026, 10, 22), '2026-11-21..2026-11-22'],
    // The clocks change at night; the day after is still the day after.
    ['tomorrow at three pm', 'Europe/London', Date.UTC(2026, 2, 28, 12), '2026-03-29T15:00'],
    ['tomorrow at three pm', 'America/New_York', Date.UTC(2026, 9, 31, 12), '2026-11-01T15:00'],
    ['in two days', 'Europe/London', Date.UTC(2026, 9, 24, 23, 30), '2026-10-27'],
  ])('%s in %s', (phrase, timeZone, nowEpochMs, expected) => {
    expect(times(phrase, 'en', { timeZone, nowEpochMs })).toBe(expected);
  });

  test('12/1 is December where months come first', () => {
    expect(times('12/1', 'en', { region: 'US' })).toBe('2026-12-01');
    expect(times('12/1', 'en', { region: 'GB' })).toBe('2027-01-12');
    expect(times('12/1', 'vi')).toBe('2027-01-12');
  });

  test('birthdays lie behind', () => {
    const past = { preference: 'past' } as const;
    expect(times('december fifth', 'en', past)).toBe('2025-12-05');
    expect(times('the 30th', 'en', past)).toBe('2026-10-30');
    expect(times('friday', 'en', past)).toBe('2026-11-20');
    expect(times('march fifth nineteen eighty five', 'en', past)).toBe('1985-03-05');
    expect(times('ngày 5 tháng 12', 'vi', past)).toBe('2025-12-05');
    expect(times('thứ sáu', 'vi', past)).toBe('2026-11-20');
  });

  test('a number alone is a time where one was asked for', () => {
    expect(times('three', 'en')).toBe('');
    expect(times('three', 'en', { timeAsked: true })).toBe('15:00|03:00');
    expect(times('10', 'vi', { timeAsked: true })).toBe('10:00|22:00');
  });
});

test.each(['en', 'vi'] as const)(
  'whatever is said, it is read without an error, and lies where it was said (%s)',
  (language) => {
    const phrases = language === 'en' ? englishPhrases : vietnamesePhrases;
    const words = [...new Set(phrases.flatMap(([phrase]) => phrase.split(' ')))];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 4 })), { maxLength: 30 }),
        (said) => {
          const text = said.join(' ');
          for (const { start, end, text: found } of findTimes(text, { ...monday, language })) {
            expect(text.slice(start, end)).toBe(found);
            expect(end).toBeGreaterThan(start);
          }
        },
      ),
      { numRuns: 500 },
    );
  },
);
