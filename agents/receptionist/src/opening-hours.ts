import type { ClockTime } from '@parley/dialogue/entities/zoned-time.ts';
import { sayTime } from '@parley/dialogue/wording/spoken.ts';

/** When appointments can start. */
export interface OpeningHours {
  /** 1 for Monday to 7 for Sunday. */
  readonly weekdays: readonly number[];
  readonly opens: ClockTime;
  /** The last appointment starts before. */
  readonly closes: ClockTime;
}

export const defaultOpeningHours: OpeningHours = {
  weekdays: [1, 2, 3, 4, 5, 6],
  opens: { hour: 9, minute: 0 },
  closes: { hour: 18, minute: 0 },
};

/** `Monday to Saturday, from 9 AM to 6 PM`. */
export function sayOpeningHours(hours: OpeningHours): string {
  const days = hours.weekdays.map((weekday) => WEEKDAYS[weekday - 1] ?? '');
  const unbroken = hours.weekdays.every(
    (weekday, index) => index === 0 || weekday === (hours.weekdays[index - 1] ?? 0) + 1,
  );
  const named = unbroken && days.length > 2 ? `${days[0]} to ${days.at(-1)}` : days.join(', ');
  return `${named}, from ${sayTime(hours.opens)} to ${sayTime(hours.closes)}`;
}

/** `Sundays`. */
export function sayWeekdays(weekday: number): string {
  return `${WEEKDAYS[weekday - 1]}s`;
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
