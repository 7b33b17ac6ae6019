import { type CalendarDate, type ClockTime, isRealDate, weekdayOf } from '../../entities/zoned-time.ts';
import { sayTime as sayEnglishTime } from '../../wording/spoken.ts';
import { type DurationPart, durationParts } from '../duration.ts';
import { baseLanguage, formatterOf } from './formatter.ts';
import { sayItems } from './lists.ts';

/*
 * Days and times as people write them, by language; the spoken form of the text is made later, for voices only. Values are
 * those of slots: `2026-11-27`, `15:00`, `{ from, to }`, `PT1H30M`. What is none of these comes back undefined.
 */

/** `Friday 27 November`, `thứ Sáu ngày 27 tháng 11`; the year only if it is another one than this. */
export function sayDate(value: unknown, language: string, thisYear: number): string | undefined {
  const date = dateIn(value);
  if (date === undefined) return undefined;
  const otherYear = date.year !== thisYear;
  switch (baseLanguage(language)) {
    case 'en': {
      // One order for all of English, and no commas to stop at: "Friday 27 November" is understood everywhere.
      const day = `${partOf(date, 'en', 'weekday')} ${date.day} ${partOf(date, 'en', 'month')}`;
      return otherYear ? `${day} ${date.year}` : day;
    }
    case 'vi': {
      const weekday = vietnameseWeekdays[weekdayOf(date) - 1] ?? '';
      const day = `${weekday} ngày ${date.day} tháng ${date.month}`;
      return otherYear ? `${day} năm ${date.year}` : day;
    }
    default:
      return dateFormatter(language, otherYear).format(utcOf(date));
  }
}

/** `3 PM`, `9:30 AM`, `noon`; `3 giờ chiều`, `9 giờ 30 sáng`. */
export function sayTime(value: unknown, language: string): string | undefined {
  const time = timeIn(value);
  if (time === undefined) return undefined;
  switch (baseLanguage(language)) {
    case 'en':
      return sayEnglishTime(time);
    case 'vi':
      return sayVietnameseTime(time);
    default:
      return timeFormatter(language).format(Date.UTC(2000, 0, 1, time.hour, time.minute));
  }
}

/** Days or times from and to: `Friday 27 November to Sunday 29 November`, `thứ Sáu ngày 27 tháng 11 đến …`. */
export function sayRange(value: unknown, language: string, thisYear: number): string | undefined {
  if (typeof value !== 'object' || value === null || !('from' in value) || !('to' in value)) return undefined;
  const from = sayDate(value.from, language, thisYear) ?? sayTime(value.from, language);
  const to = sayDate(value.to, language, thisYear) ?? sayTime(value.to, language);
  if (from === undefined || to === undefined) return undefined;
  if (from === to) return from;
  return `${from} ${links[baseLanguage(language)] ?? '–'} ${to}`;
}

/** `1 hour and 30 minutes`, `2 weeks`; `1 giờ 30 phút`. */
export function sayDuration(value: unknown, language: string): string | undefined {
  const parts = typeof value === 'string' ? durationParts(value) : undefined;
  if (parts === undefined) return undefined;
  const said = parts.map(({ unit, count }) => unitFormatter(language, unit).format(count));
  return baseLanguage(language) === 'vi' ? said.join(' ') : sayItems(said, 'and', language);
}

const links: Readonly<Record<string, string>> = { en: 'to', vi: 'đến', de: 'bis', fr: 'à', es: 'a' };

const vietnameseWeekdays = ['thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy', 'Chủ nhật'];

/** Twelve hours and the part of the day, as people say it; the parts are those that callers use for the hours of a shop. */
function sayVietnameseTime({ hour, minute }: ClockTime): string {
  const onClock = hour % 12 === 0 ? 12 : hour % 12;
  const part =
    hour >= 1 && hour < 11
      ? 'sáng'
      : hour >= 11 && hour < 13
        ? 'trưa'
        : hour >= 13 && hour < 18
          ? 'chiều'
          : hour >= 18 && hour < 22
            ? 'tối'
            : 'đêm';
  return minute === 0 ? `${onClock} giờ ${part}` : `${onClock} giờ ${minute} ${part}`;
}

function dateIn(value: unknown): CalendarDate | undefined {
  const match = typeof value === 'string' ? /^(\d{4})-(\d\d)-(\d\d)(?:T[\d:.Z+-]{1,30})?$/.exec(value) : null;
  if (match === null) return undefined;
  const date = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  return isRealDate(date) ? date : undefined;
}

function timeIn(value: unknown): ClockTime | undefined {
  const match =
    typeof value === 'string'
      ? /^(?:\d{4}-\d\d-\d\dT)?([01]\d|2[0-3]):([0-5]\d)(?::[\d:.Z+-]{1,20})?$/.exec(value)
      : null;
  return match === null ? undefined : { hour: Number(match[1]), minute: Number(match[2]) };
}

function utcOf(date: CalendarDate): number {
  return Date.UTC(date.year, date.month - 1, date.day);
}

function partOf(date: CalendarDate, language: string, part: 'weekday' | 'month'): string {
  const make = (tag: string) => new Intl.DateTimeFormat(tag, { [part]: 'long', timeZone: 'UTC' });
  return formatterOf(dateFormatters, language, part, make).format(utcOf(date));
}

function dateFormatter(language: string, withYear: boolean): Intl.DateTimeFormat {
  const parts = { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' } as const;
  const make = (tag: string) => new Intl.DateTimeFormat(tag, withYear ? { ...parts, year: 'numeric' } : parts);
  return formatterOf(dateFormatters, language, withYear ? 'year' : 'day', make);
}

function timeFormatter(language: string): Intl.DateTimeFormat {
  const make = (tag: string) => new Intl.DateTimeFormat(tag, { timeStyle: 'short', timeZone: 'UTC' });
  return formatterOf(dateFormatters, language, 'time', make);
}

function unitFormatter(language: string, unit: DurationPart['unit']): Intl.NumberFormat {
  const make = (tag: string) => new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' });
  return formatterOf(unitFormatters, language, unit, make);
}

const dateFormatters = new Map<string, Intl.DateTimeFormat>();
const unitFormatters = new Map<string, Intl.NumberFormat>();
