import { addDays, type CalendarDate, compareDates, isRealDate, weekdayOf } from '../zoned-time.ts';

/** Where a day that is not wholly told lies. */
export type Preference = 'future' | 'past' | 'any';

/** The month so many months on, as year and month. */
export function addMonths({ year, month }: { year: number; month: number }, months: number) {
  const index = year * 12 + (month - 1) + months;
  return { year: Math.floor(index / 12), month: (((index % 12) + 12) % 12) + 1 };
}

export function lastDayOf({ year, month }: { year: number; month: number }): CalendarDate {
  for (let day = 31; day > 28; day -= 1) if (isRealDate({ year, month, day })) return { year, month, day };
  return { year, month, day: 28 };
}

/** The same day so many months on; the last one of the month where it has no such day. */
export function addMonthsTo(date: CalendarDate, months: number): CalendarDate {
  const target = addMonths(date, months);
  const same = { ...target, day: date.day };
  return isRealDate(same) ? same : lastDayOf(target);
}

/** The weekday (1 Monday to 7) so many weeks from the week of `today`, weeks beginning on Monday. */
export function weekdayInWeek(today: CalendarDate, weekday: number, weeks: number): CalendarDate {
  return addDays(today, weekday - weekdayOf(today) + 7 * weeks);
}

/** The weekday ahead, or behind; today counts for neither. */
export function nearestWeekday(today: CalendarDate, weekday: number, preference: Preference): CalendarDate {
  const ahead = (weekday - weekdayOf(today) + 7) % 7;
  if (preference === 'past') return addDays(today, ahead === 0 ? -7 : ahead - 7);
  return addDays(today, ahead === 0 ? 7 : ahead);
}

/** Day and month without a year; undefined when no calendar has it. 29 February may be four years off. */
export function nearestYearly(
  month: number,
  day: number,
  today: CalendarDate,
  preference: Preference,
): CalendarDate | undefined {
  if (day < 1 || month < 1 || month > 12) return undefined;
  const step = preference === 'past' ? -1 : 1;
  for (let years = 0; years <= 8; years += 1) {
    const date = { year: today.year + step * years, month, day };
    if (isRealDate(date) && compareDates(date, today) * step >= 0) return date;
  }
  return undefined;
}

/** A day of the month without a month. */
export function nearestMonthly(day: number, today: CalendarDate, preference: Preference): CalendarDate | undefined {
  const step = preference === 'past' ? -1 : 1;
  for (let months = 0; months <= 12; months += 1) {
    const date = { ...addMonths(today, step * months), day };
    if (isRealDate(date) && compareDates(date, today) * step >= 0) return date;
  }
  return undefined;
}

/** `year` as two or four digits were said: 27 is 2027, 85 is 1985. */
export function fullYear(year: number, today: CalendarDate): number {
  if (year >= 100) return year;
  return year <= (today.year % 100) + 20 ? 2000 + year : 1900 + year;
}
