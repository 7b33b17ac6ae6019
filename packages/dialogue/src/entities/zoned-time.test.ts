import { describe, expect, it } from 'vitest';
import { epochOf, localTime } from './zoned-time.ts';

/** What the platform's own data says, without anything kept. */
function shownBy(formatter: Intl.DateTimeFormat, epochMs: number) {
  const parts = new Map(formatter.formatToParts(epochMs).map((part) => [part.type, Number(part.value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name);
  return {
    date: { year: part('year'), month: part('month'), day: part('day') },
    time: { hour: part('hour'), minute: part('minute') },
  };
}

function formatterOf(timeZone: string) {
  const numeric = 'numeric';
  const shape = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric } as const;
  return new Intl.DateTimeFormat('en-US', { ...shape, hourCycle: 'h23', timeZone });
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

describe('the clock on the wall', () => {
  it('shows in every zone what the zone shows, at moments all over the years', () => {
    const from = Date.UTC(1974, 0);
    const to = Date.UTC(2040, 0);
    // Steps that meet every hour of the day and every day of the year in turn; each zone begins elsewhere.
    const stepMs = 397 * dayMs + 7 * hourMs + 11 * minuteMs;
    Intl.supportedValuesOf('timeZone').forEach((timeZone, index) => {
      const formatter = formatterOf(timeZone);
      for (let at = from + index * 19 * hourMs; at < to; at += stepMs) {
        expect(localTime(at, timeZone), `${timeZone} at ${new Date(at).toISOString()}`).toEqual(shownBy(formatter, at));
      }
    });
  });

  // Among them changes at a minute past midnight, by half an hour, over the date line, and in winter.
  it.each([
    ['America/New_York', '2026-11-01'],
    ['America/New_York', '2027-03-14'],
    ['America/St_Johns', '2006-10-29'],
    ['Australia/Lord_Howe', '2026-04-05'],
    ['Pacific/Apia', '2011-12-30'],
    ['Africa/Casablanca', '2026-02-15'],
    ['Asia/Kathmandu', '1986-01-01'],
  ])('shows each quarter of an hour of the days around a change of clocks in %s, %s', (timeZone, date) => {
    const formatter = formatterOf(timeZone);
    const noon = Date.parse(`${date}T12:00:00Z`);
    for (let at = noon - 2 * dayMs; at < noon + 2 * dayMs; at += 15 * minuteMs) {
      const shown = localTime(at + minuteMs, timeZone);
      expect(shown, new Date(at + minuteMs).toISOString()).toEqual(shownBy(formatter, at + minuteMs));
    }
  });

  it('gives the first of two moments that show the same, and an hour later for one that is skipped', () => {
    const half = { hour: 1, minute: 30 };
    expect(epochOf({ year: 2026, month: 11, day: 1 }, half, 'America/New_York')).toBe(Date.UTC(2026, 10, 1, 5, 30));
    const skipped = { hour: 2, minute: 30 };
    expect(epochOf({ year: 2027, month: 3, day: 14 }, skipped, 'America/New_York')).toBe(Date.UTC(2027, 2, 14, 7, 30));
  });
});
