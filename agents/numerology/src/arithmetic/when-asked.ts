import type { CalendarDate } from '@parley/dialogue/entities/zoned-time.ts';
import { z } from 'zod';

/** A year by its number, or as people say it. */
export const yearAsked = z
  .union([z.int().min(1000).max(9999), z.string().regex(/^(?:this|next|last|[1-9]\d{3})$/u)])
  .optional()
  .describe('Calendar year asked about, as a number or as this, next or last; this year if left out');

/** A month by its number, or as people say it. */
export const monthAsked = z
  .union([z.int().min(1).max(12), z.string().regex(/^(?:this|next|last|[1-9]|1[0-2]|\d{4}-\d{2}-\d{2})$/u)])
  .optional()
  .describe(
    'Calendar month asked about, 1 to 12, as this, next or last, or as any of its days, YYYY-MM-DD; this month if left out',
  );

/** The month that is meant, and the year: the month after December is in the next. A named month is of the year asked about. */
export function calendarMonth(
  year: z.infer<typeof yearAsked>,
  month: z.infer<typeof monthAsked>,
  today: CalendarDate,
): { readonly year: number; readonly month: number } {
  const [, dayYear, dayMonth] = typeof month === 'string' ? (/^(\d{4})-(\d{2})-\d{2}$/u.exec(month) ?? []) : [];
  if (dayYear !== undefined && dayMonth !== undefined) return { year: Number(dayYear), month: Number(dayMonth) };
  const inYear = resolve(year, today.year);
  const number = resolve(month, today.month);
  if (number < 1) return { year: inYear - 1, month: 12 };
  return number > 12 ? { year: inYear + 1, month: 1 } : { year: inYear, month: number };
}

function resolve(asked: string | number | undefined, now: number): number {
  switch (asked) {
    case undefined:
    case 'this':
      return now;
    case 'next':
      return now + 1;
    case 'last':
      return now - 1;
    default:
      return Number(asked);
  }
}
