import { type Entity, entityOf, type Token, tokenize } from './entity.ts';
import { readCardinal, readOrdinal } from './numbers.ts';
import { addDays, type CalendarDate, compareDates, isRealDate, weekdayOf } from './zoned-time.ts';

/**
 * The dates named in the utterance, in order, seen from `today`. A day without a year is the next such day; a bare
 * weekday is the next one after today, and "next Friday" is Friday of the week (Monday to Sunday) after this one.
 */
export function findDates(text: string, today: CalendarDate): Entity<CalendarDate>[] {
  const tokens = tokenize(text);
  const found: Entity<CalendarDate>[] = [...findWritten(text, today)];
  const taken = [...found];
  for (let at = 0; at < tokens.length; ) {
    const read = readDate(tokens, at, today);
    if (read === undefined) {
      at += 1;
      continue;
    }
    const entity = entityOf(text, tokens, at, read.next, read.date);
    if (!taken.some((other) => entity.start < other.end && other.start < entity.end)) found.push(entity);
    at = read.next;
  }
  return found.sort((a, b) => a.start - b.start);
}

interface ReadDate {
  readonly date: CalendarDate;
  readonly next: number;
}

type Reader = (tokens: readonly Token[], at: number, today: CalendarDate) => ReadDate | undefined;

function readDate(tokens: readonly Token[], at: number, today: CalendarDate): ReadDate | undefined {
  for (const reader of READERS) {
    const read = reader(tokens, at, today);
    if (read !== undefined) return read;
  }
  return undefined;
}

const readRelative: Reader = (tokens, at, today) => {
  const word = wordAt(tokens, at);
  if (word === 'today' || word === 'tonight') return { date: today, next: at + 1 };
  if (word === 'tomorrow') return { date: addDays(today, 1), next: at + 1 };
  for (const opening of ['the day after tomorrow', 'day after tomorrow']) {
    const next = match(tokens, at, opening);
    if (next !== undefined) return { date: addDays(today, 2), next };
  }
  return undefined;
};

/** `in three days`, `in a week`, `two weeks from today`, `a week from friday`, `friday week`. */
const readDistance: Reader = (tokens, at, today) => {
  const starts = wordAt(tokens, at) === 'in' ? at + 1 : at;
  const one = ['a', 'an'].includes(wordAt(tokens, starts));
  const count = one ? { value: 1, next: starts + 1 } : readCardinal(tokens, starts);
  if (count === undefined || count.value > 366) return undefined;
  const unit = UNIT_DAYS.get(wordAt(tokens, count.next));
  if (unit === undefined) return undefined;
  const days = unit * count.value;
  const after = count.next + 1;
  if (['from', 'after'].includes(wordAt(tokens, after))) {
    if (wordAt(tokens, after + 1) === 'now') return { date: addDays(today, days), next: after + 2 };
    const anchor = readRelative(tokens, after + 1, today) ?? readWeekday(tokens, after + 1, today);
    if (anchor !== undefined) return { date: addDays(anchor.date, days), next: anchor.next };
  }
  return starts > at ? { date: addDays(today, days), next: after } : undefined;
};

/** `friday`, `this friday`, `next friday`, and with a day of the month, which then decides: `friday the 27th of november`. */
const readWeekday: Reader = (tokens, at, today) => {
  const prefix = wordAt(tokens, at);
  const named = prefix === 'next' || prefix === 'this' || prefix === 'coming';
  const index = named ? at + 1 : at;
  const weekday = WEEKDAYS.get(wordAt(tokens, index));
  if (weekday === undefined) return undefined;
  const dated = readMonthDay(tokens, index + 1, today) ?? readDayOfMonth(tokens, index + 1, today);
  if (dated !== undefined) return dated;
  const ahead = (weekday - weekdayOf(today) + 7) % 7;
  if (prefix === 'next') return { date: addDays(today, 8 - weekdayOf(today) + weekday - 1), next: index + 1 };
  const days = ahead === 0 && prefix !== 'this' ? 7 : ahead;
  return { date: addDays(today, days), next: index + 1 };
};

/** `may fifth`, `may the fifth`, `may 5`, `the fifth of may`, `5 may`. */
const readMonthDay: Reader = (tokens, at, today) => {
  const month = MONTHS.get(wordAt(tokens, at));
  if (month !== undefined) {
    const start = wordAt(tokens, at + 1) === 'the' ? at + 2 : at + 1;
    const day = readOrdinal(tokens, start) ?? readCardinal(tokens, start);
    return day === undefined ? undefined : dated(tokens, month, day.value, day.next, today);
  }
  const start = wordAt(tokens, at) === 'the' ? at + 1 : at;
  const ordinal = readOrdinal(tokens, start);
  const day = ordinal ?? readCardinal(tokens, start);
  if (day === undefined) return undefined;
  const of = wordAt(tokens, day.next) === 'of' ? day.next + 1 : day.next;
  const named = MONTHS.get(wordAt(tokens, of));
  // "three may" without "of" or an ordinal is more likely "three, maybe": only unmistakable months are taken.
  if (named === undefined || (ordinal === undefined && of === day.next && named === 5)) return undefined;
  return dated(tokens, named, day.value, of + 1, today);
};

/** `the fifth`, `the 27th`: the next month that has this day ahead. */
const readDayOfMonth: Reader = (tokens, at, today) => {
  const start = wordAt(tokens, at) === 'the' ? at + 1 : at;
  const day = readOrdinal(tokens, start);
  const written = /^\d/.test(wordAt(tokens, start));
  if (day === undefined || (start === at && !written)) return undefined;
  // "The thirtieth of February" is no day at all, and "the first of all" none either.
  if (wordAt(tokens, day.next) === 'of') return undefined;
  for (let ahead = 0; ahead < 12; ahead += 1) {
    const month = ((today.month - 1 + ahead) % 12) + 1;
    const date = { year: today.year + Math.floor((today.month - 1 + ahead) / 12), month, day: day.value };
    if (isRealDate(date) && compareDates(date, today) >= 0) return { date, next: day.next };
  }
  return undefined;
};

const READERS: readonly Reader[] = [readRelative, readDistance, readMonthDay, readWeekday, readDayOfMonth];

function dated(
  tokens: readonly Token[],
  month: number,
  day: number,
  next: number,
  today: CalendarDate,
): ReadDate | undefined {
  const year = wordAt(tokens, next);
  if (/^20\d\d$/.test(year)) {
    const date = { year: Number(year), month, day };
    return isRealDate(date) && day > 0 ? { date, next: next + 1 } : undefined;
  }
  const date = nextYearly(month, day, today);
  return date === undefined ? undefined : { date, next };
}

/** This year's day if it is still ahead, else the next year's that the calendar has (29 February may be four years off). */
function nextYearly(month: number, day: number, today: CalendarDate): CalendarDate | undefined {
  if (day < 1) return undefined;
  for (let year = today.year; year <= today.year + 8; year += 1) {
    const date = { year, month, day };
    if (isRealDate(date) && compareDates(date, today) >= 0) return date;
  }
  return undefined;
}

/** `2026-11-27` and, month first as in the United States, `11/27` or `11/27/2026`. */
function findWritten(text: string, today: CalendarDate): Entity<CalendarDate>[] {
  const found: Entity<CalendarDate>[] = [];
  for (const hit of text.matchAll(/\b(?:(20\d\d)-(\d\d?)-(\d\d?)|(\d\d?)\/(\d\d?)(?:\/(20\d\d))?)\b/g)) {
    const month = Number(hit[2] ?? hit[4]);
    const day = Number(hit[3] ?? hit[5]);
    const year = hit[1] ?? hit[6];
    const date = year === undefined ? nextYearly(month, day, today) : { year: Number(year), month, day };
    if (date === undefined || month < 1 || month > 12 || day < 1 || !isRealDate(date)) continue;
    found.push({ value: date, text: hit[0], start: hit.index, end: hit.index + hit[0].length });
  }
  return found;
}

function match(tokens: readonly Token[], at: number, words: string): number | undefined {
  const list = words.split(' ');
  return list.every((word, index) => wordAt(tokens, at + index) === word) ? at + list.length : undefined;
}

function wordAt(tokens: readonly Token[], at: number): string {
  return (tokens[at]?.text ?? '').replace(/'s$/, '');
}

function named(names: string, length: number): Map<string, number> {
  return new Map(
    names.split(' ').flatMap((name, index): [string, number][] => [
      [name, index + 1],
      [name.slice(0, length), index + 1],
    ]),
  );
}

const WEEKDAYS = new Map([
  ...named('monday tuesday wednesday thursday friday saturday sunday', 3),
  ['tues', 2] as const,
  ['thurs', 4] as const,
]);
// "sun", "sat" and "mar" are words of their own, but hardly to a receptionist.
const MONTHS = named('january february march april may june july august september october november december', 3);
const UNIT_DAYS = new Map([
  ['day', 1],
  ['days', 1],
  ['week', 7],
  ['weeks', 7],
]);
