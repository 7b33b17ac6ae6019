import { phoneGroups } from '../entities/phone-number.ts';
import { type CalendarDate, type ClockTime, weekdayOf } from '../entities/zoned-time.ts';

/** `Friday the 27th of November`; the year only if it is another one than this. */
export function sayDate(date: CalendarDate, thisYear: number): string {
  const day = `${WEEKDAYS[weekdayOf(date) - 1]} the ${date.day}${suffix(date.day)} of ${MONTHS[date.month - 1]}`;
  return date.year === thisYear ? day : `${day} ${date.year}`;
}

/** `3 PM`, `9:30 AM`, `noon`. */
export function sayTime(time: ClockTime): string {
  if (time.hour === 12 && time.minute === 0) return 'noon';
  const half = time.hour < 12 ? 'AM' : 'PM';
  const hour = time.hour % 12 === 0 ? 12 : time.hour % 12;
  return time.minute === 0 ? `${hour} ${half}` : `${hour}:${String(time.minute).padStart(2, '0')} ${half}`;
}

/** Digit by digit, a pause between groups: `4 1 5, 5 5 5, 1 2 3 4`. */
export function sayPhone(digits: string): string {
  return phoneGroups(digits)
    .map((group) => [...group].join(' '))
    .join(', ');
}

/** `a, b and c`. */
export function sayList(items: readonly string[], link: 'and' | 'or'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${link} ${last}`;
}

function suffix(day: number): string {
  if (day >= 11 && day <= 13) return 'th';
  return { 1: 'st', 2: 'nd', 3: 'rd' }[day % 10] ?? 'th';
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
