import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spokenDays } from '../vocabulary/spoken-values.ts';
import { findDates } from './calendar-date.ts';
import { addDays, compareDates, epochOf, isRealDate, localTime, weekdayOf } from './zoned-time.ts';

/** A Saturday. */
const TODAY = { year: 2026, month: 11, day: 21 };

describe('days as callers name them', () => {
  it.each([
    ['today', '2026-11-21'],
    ['tomorrow', '2026-11-22'],
    ['the day after tomorrow', '2026-11-23'],
    ['friday', '2026-11-27'],
    ['on Friday please', '2026-11-27'],
    ['saturday', '2026-11-28'],
    ['this saturday', '2026-11-21'],
    ['next friday', '2026-11-27'],
    ['next monday at half past three', '2026-11-23'],
    ['in three days', '2026-11-24'],
    ['in a week', '2026-11-28'],
    ['in two weeks', '2026-12-05'],
    ['a week from friday', '2026-12-04'],
    ['two days after tomorrow', '2026-11-24'],
    ['the fifth of may', '2027-05-05'],
    ['may the fifth', '2027-05-05'],
    ['May 5', '2027-05-05'],
    ['december third', '2026-12-03'],
    ['december third three pm', '2026-12-03'],
    ['the 27th', '2026-11-27'],
    ['the twenty first', '2026-11-21'],
    ['the third', '2026-12-03'],
    ['friday the 27th of November', '2026-11-27'],
    ['the twenty ninth of february', '2028-02-29'],
    ['5 Dec 2026', '2026-12-05'],
    ['2026-12-24', '2026-12-24'],
    ['12/24', '2026-12-24'],
  ])('%s', (text, expected) => {
    expect(findDates(text, TODAY).map(({ value }) => iso(value))).toEqual([expected]);
  });

  it.each(['may i book', 'at three', 'the thirtieth of february', 'one two three', 'i have two', '99/99', ''])(
    'no day in: %s',
    (text) => expect(findDates(text, TODAY)).toEqual([]),
  );

  it('next Friday early in the week is not this one', () => {
    const monday = { year: 2026, month: 11, day: 23 };
    expect(findDates('friday', monday).map(({ value }) => iso(value))).toEqual(['2026-11-27']);
    expect(findDates('next friday', monday).map(({ value }) => iso(value))).toEqual(['2026-12-04']);
  });

  it('everything that the recogniser can hear as a day is one real day, from today on', () => {
    for (const text of spokenDays()) {
      const found = findDates(text, TODAY);
      expect(
        found.map(({ text: said }) => said),
        text,
      ).toEqual([text]);
      expect(
        found.every(({ value }) => isRealDate(value) && compareDates(value, TODAY) >= 0),
        text,
      ).toBe(true);
    }
  });

  it('any text: spans lie in it and dates are real', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const { start, end, value, text: said } of findDates(text, TODAY)) {
          expect(text.slice(start, end)).toBe(said);
          expect(isRealDate(value)).toBe(true);
        }
      }),
    );
  });
});

describe('the clock on the wall', () => {
  it('gives back the time of any moment, in zones with and without summer time', () => {
    const zones = fc.constantFrom(
      'America/New_York',
      'Europe/London',
      'Asia/Ho_Chi_Minh',
      'Australia/Lord_Howe',
      'UTC',
    );
    fc.assert(
      fc.property(zones, fc.integer({ min: 25_000_000, max: 33_000_000 }), (zone, minute) => {
        const { date, time } = localTime(minute * 60_000, zone);
        expect(localTime(epochOf(date, time, zone), zone)).toEqual({ date, time });
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [
      'an hour that summer time skips is an hour later',
      { year: 2026, month: 3, day: 8 },
      { hour: 2, minute: 30 },
      '2026-03-08T07:30:00.000Z',
    ],
    [
      'an hour that comes twice is the first',
      { year: 2026, month: 11, day: 1 },
      { hour: 1, minute: 30 },
      '2026-11-01T05:30:00.000Z',
    ],
    ['an afternoon in winter', { year: 2026, month: 11, day: 27 }, { hour: 15, minute: 0 }, '2026-11-27T20:00:00.000Z'],
    ['an afternoon in summer', { year: 2026, month: 7, day: 3 }, { hour: 15, minute: 0 }, '2026-07-03T19:00:00.000Z'],
  ])('%s', (_, date, time, expected) => {
    expect(new Date(epochOf(date, time, 'America/New_York')).toISOString()).toBe(expected);
  });

  it('days follow one another, weekdays too', () => {
    for (let days = 0; days < 800; days += 1) {
      const date = addDays(TODAY, days);
      expect(isRealDate(date)).toBe(true);
      expect(weekdayOf(date)).toBe(((5 + days) % 7) + 1);
    }
  });
});

function iso({ year, month, day }: { year: number; month: number; day: number }): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
