import type { CalendarDate } from '@parley/dialogue/entities/zoned-time.ts';
import type { NameLanguage } from './name-letters.ts';

/** A date of birth as it is read back, without the day of the week: `March 12, 1990`, `ngày 12 tháng 3 năm 1990`. */
export function sayBirth({ year, month, day }: CalendarDate, language: NameLanguage): string {
  return language === 'vi' ? `ngày ${day} tháng ${month} năm ${year}` : `${englishMonth(month)} ${day}, ${year}`;
}

/** `November 2026`, `tháng 11 năm 2026`. */
export function sayMonth(month: number, year: number, language: NameLanguage): string {
  return language === 'vi' ? `tháng ${month} năm ${year}` : `${englishMonth(month)} ${year}`;
}

function englishMonth(month: number): string {
  return months.format(Date.UTC(2026, month - 1, 1));
}

const months = new Intl.DateTimeFormat('en-US', { month: 'long', timeZone: 'UTC' });
