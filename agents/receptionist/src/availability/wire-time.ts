import { type CalendarDate, type ClockTime, isRealDate } from '@parley/dialogue/entities/zoned-time.ts';
import { z } from 'zod';

/** A day of the calendar as tools take it: `2026-11-27`. */
export const isoDay = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/u, 'Write the day as YYYY-MM-DD')
  .refine((text) => isRealDate(readDay(text)), 'There is no such day');

/** A time of day as tools take it: `15:00`. */
export const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/u, 'Write the time as HH:MM');

/** Of text that `isoDay` took. */
export function readDay(text: string): CalendarDate {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return { year, month, day };
}

/** Of text that `clockTime` took. */
export function readTime(text: string): ClockTime {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return { hour, minute };
}
