import { type CalendarDate, isRealDate } from '../zoned-time.ts';
import { fullYear, nearestYearly } from './calendar.ts';
import type { Moment } from './reading.ts';

export interface WrittenDay {
  readonly date: CalendarDate;
  readonly start: number;
  readonly end: number;
}

const pattern = /(?<![\d/.-])(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})([/.-])(\d{1,2})(?:\5(\d{4}|\d{2}))?)(?![\d/-])/g;

/** Days in digits: `2026-11-27`, `27/11/2026`, `11/27` where months come first, `27-11-2026`. */
export function findWrittenDays(text: string, { today, preference, monthFirst }: Moment): readonly WrittenDay[] {
  const found: WrittenDay[] = [];
  for (const hit of text.matchAll(pattern)) {
    const [whole, isoYear, isoMonth, isoDay, first, separator, second, year] = hit;
    // "9.30" is a time, "2-4" a range; only with a year are they days.
    if (separator !== undefined && separator !== '/' && year === undefined) continue;
    const date =
      isoYear === undefined
        ? dayOf(Number(first), Number(second), year === undefined ? undefined : fullYear(Number(year), today))
        : { year: Number(isoYear), month: Number(isoMonth), day: Number(isoDay) };
    if (date === undefined || !isRealDate(date)) continue;
    found.push({ date, start: hit.index, end: hit.index + whole.length });
  }
  return found;

  function dayOf(first: number, second: number, year: number | undefined): CalendarDate | undefined {
    // What cannot be a month is the day, whatever the place.
    const [month, day] = monthFirst
      ? first > 12
        ? [second, first]
        : [first, second]
      : second > 12
        ? [first, second]
        : [second, first];
    if (month < 1 || month > 12 || day < 1) return undefined;
    return year === undefined ? nearestYearly(month, day, today, preference) : { year, month, day };
  }
}
