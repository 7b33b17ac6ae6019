import { addDays, type CalendarDate } from '../../zoned-time.ts';
import { addMonthsTo, nearestMonthly, nearestWeekday, nearestYearly, weekdayInWeek } from '../calendar.ts';
import { type Moment, matchAny, matchPhrase, type ReadDay, type Word, wordAt } from '../reading.ts';
import { isLengthAt, readCount } from './durations.ts';
import { english } from './english.ts';
import { readDayNumber, readMonthDay } from './months.ts';
import { weekdays } from './names.ts';

export function readNamedDay(words: readonly Word[], at: number, { today }: Moment): ReadDay | undefined {
  for (const [phrase, days] of relativeDays) {
    const next = matchPhrase(words, at, phrase);
    if (next !== undefined) return { date: addDays(today, days), next };
  }
  for (const [phrase, month, day] of feasts) {
    const next = matchPhrase(words, at, phrase);
    if (next === undefined) continue;
    const date = nearestYearly(month, day, today, 'future');
    if (date !== undefined) return { date, next };
  }
  return undefined;
}

const relativeDays: readonly (readonly [string, number])[] = [
  ['the day after tomorrow', 2],
  ['day after tomorrow', 2],
  ['the day before yesterday', -2],
  ['day before yesterday', -2],
  ['today', 0],
  ['tomorrow', 1],
  ['yesterday', -1],
];

const feasts: readonly (readonly [string, number, number])[] = [
  ['christmas eve', 12, 24],
  ['christmas day', 12, 25],
  ['christmas', 12, 25],
  ['boxing day', 12, 26],
  ["new year's eve", 12, 31],
  ['new years eve', 12, 31],
  ["new year's day", 1, 1],
  ['new years day', 1, 1],
  ["new year's", 1, 1],
  ["valentine's day", 2, 14],
  ['halloween', 10, 31],
];

/** `in three days`, `two weeks from today`, `a week on friday`, `friday week`, `three days ago`, `a fortnight tomorrow`. */
export function readDistance(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
  const isIn = wordAt(words, at) === 'in';
  const count = readCount(words, isIn ? at + 1 : at);
  if (count === undefined || count.value > 3660) return undefined;
  const unit = unitDays.get(wordAt(words, count.next));
  const months = monthUnits.get(wordAt(words, count.next));
  if (unit === undefined && months === undefined) return undefined;
  // "In two and a half weeks" is no day.
  if (!Number.isInteger(count.value)) return undefined;
  const shift = (date: CalendarDate, sign: 1 | -1 = 1) =>
    unit === undefined
      ? addMonthsTo(date, sign * count.value * (months ?? 1))
      : addDays(date, sign * unit * count.value);
  const after = count.next + 1;
  const word = wordAt(words, after);
  if (word === 'from' && !isIn && isLengthAt(words, at, moment.lengths)) return undefined;
  if (word === 'ago') return { date: shift(moment.today, -1), next: after + 1 };
  if (word === 'before') {
    const anchor = english.day(words, after + 1, moment);
    if (anchor !== undefined) return { date: shift(anchor.date, -1), next: anchor.next };
  }
  const now = matchAny(words, after, ['from now', 'from today', 'hence', 'time']);
  if (now !== undefined && (isIn || word !== 'time')) return { date: shift(moment.today), next: now };
  const linked = matchAny(words, after, ['from', 'after', 'on']) ?? after;
  const anchor = count.value === 1 || linked > after ? readAnchor(words, linked, moment) : undefined;
  if (anchor !== undefined) return { date: shift(anchor.date), next: anchor.next };
  return isIn ? { date: shift(moment.today), next: after } : undefined;
}

function readAnchor(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
  return readNamedDay(words, at, moment) ?? readWeekday(words, at, moment);
}

/** `friday`, `this friday`, `next friday`, `last tuesday`, `friday next week`, `friday week`, `friday the 27th of november`. */
export function readWeekday(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
  const { today, preference } = moment;
  const week = matchAny(words, at, ['next week on', 'next week', 'this week on', 'last week on']);
  if (week !== undefined) {
    const weekday = weekdays.get(wordAt(words, week));
    if (weekday === undefined) return undefined;
    const weeks = wordAt(words, at) === 'next' ? 1 : wordAt(words, at) === 'last' ? -1 : 0;
    return { date: weekdayInWeek(today, weekday, weeks), next: week + 1 };
  }
  const prefixAt = wordAt(words, at) === 'the' && wordAt(words, at + 1) === 'coming' ? at + 1 : at;
  const prefix = weekdayPrefixes.has(wordAt(words, prefixAt)) ? wordAt(words, prefixAt) : undefined;
  const index = prefix === undefined ? at : prefixAt + 1;
  const weekday = weekdays.get(wordAt(words, index));
  if (weekday === undefined) return undefined;
  // A bare "sun" or "sat" is rarely a day.
  if (prefix === undefined && ambiguousWeekdays.has(wordAt(words, index)) && wordAt(words, at - 1) !== 'on')
    return undefined;
  const after = index + 1;
  if (prefix === undefined || prefix === 'this') {
    const date = readMonthDay(words, after, moment) ?? readNumberOfWeekday(words, after, weekday, moment);
    if (date !== undefined) return date;
  }
  const weeks = matchAny(words, after, ['of next week', 'next week']);
  if (weeks !== undefined) return { date: weekdayInWeek(today, weekday, 1), next: weeks };
  const thisWeek = matchAny(words, after, ['of this week', 'this week']);
  if (thisWeek !== undefined) return { date: weekdayInWeek(today, weekday, 0), next: thisWeek };
  const lastWeek = matchAny(words, after, ['of last week', 'last week']);
  if (lastWeek !== undefined) return { date: weekdayInWeek(today, weekday, -1), next: lastWeek };
  const afterNext = matchAny(words, after, ['after next']);
  if (afterNext !== undefined) return { date: addDays(nearestWeekday(today, weekday, 'future'), 7), next: afterNext };
  const inWeek = matchAny(words, after, ['week', 'in a week']);
  if (inWeek !== undefined) return { date: addDays(nearestWeekday(today, weekday, 'future'), 7), next: inWeek };
  if (prefix === 'next') return { date: weekdayInWeek(today, weekday, 1), next: after };
  if (prefix === 'last' || prefix === 'past') return { date: nearestWeekday(today, weekday, 'past'), next: after };
  const date =
    prefix === 'this' && weekday === weekdayNumber(today) ? today : nearestWeekday(today, weekday, preference);
  return { date, next: after, ...(prefix === undefined && { weekdayOnly: true as const }) };
}

/**
 * "The 27th" after a weekday. Where no such day of the two months ahead (or behind) is that weekday, one of the two was misheard: the
 * weekday counts, as it sounds like nothing else, and a number is easily miscounted.
 */
function readNumberOfWeekday(words: readonly Word[], at: number, weekday: number, moment: Moment): ReadDay | undefined {
  const { today, preference } = moment;
  const day = readDayOfMonth(words, at, moment);
  if (day === undefined) return undefined;
  const following = addMonthsTo(day.date, preference === 'past' ? -1 : 1);
  const date = [day.date, following].find((one) => weekdayNumber(one) === weekday && one.day === day.date.day);
  if (date !== undefined) return { date, next: day.next };
  return { date: nearestWeekday(today, weekday, preference), next: day.next, weekdayOnly: true };
}

function weekdayNumber(date: CalendarDate): number {
  return ((new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay() + 6) % 7) + 1;
}

/** `the fifth`, `the 27th`, `27th`. */
export function readDayOfMonth(words: readonly Word[], at: number, { today, preference }: Moment): ReadDay | undefined {
  const hasThe = wordAt(words, at) === 'the';
  const start = hasThe ? at + 1 : at;
  const day = readDayNumber(words, start);
  if (day === undefined || !day.ordinal) return undefined;
  // "Second" without a "the" is a place in an order, and so is "the second floor", "the first one".
  if (!hasThe && !/^\d/.test(wordAt(words, start))) return undefined;
  const after = wordAt(words, day.next);
  if (after === 'of' || (!dayEndings.has(after) && day.value <= 3 && !/^\d/.test(wordAt(words, start))))
    return undefined;
  if (notDays.has(after)) return undefined;
  const date = nearestMonthly(day.value, today, preference);
  return date === undefined ? undefined : { date, next: day.next, dayOnly: true };
}

/** What may stand after "the first" for it to be a day. */
const dayEndings = new Set([
  '',
  'at',
  'to',
  'until',
  'till',
  'through',
  'and',
  'please',
  'in',
  'around',
  'would',
  'is',
  'works',
  'if',
  'or',
  'for',
  'morning',
  'afternoon',
  'evening',
  'then',
  'then',
]);

const notDays = new Set([
  'floor',
  'time',
  'one',
  'thing',
  'person',
  'street',
  'avenue',
  'option',
  'door',
  'class',
  'name',
  'half',
  'room',
  'line',
  'try',
  'place',
  'question',
  'day',
  'birthday',
  'anniversary',
  'century',
  'rate',
]);

const weekdayPrefixes = new Set(['next', 'this', 'last', 'coming', 'past']);

const ambiguousWeekdays = new Set(['sun', 'sat', 'wed', 'mon']);

const unitDays = new Map([
  ['day', 1],
  ['days', 1],
  ['week', 7],
  ['weeks', 7],
  ["week's", 7],
  ['fortnight', 14],
]);

const monthUnits = new Map([
  ['month', 1],
  ['months', 1],
  ['year', 12],
  ['years', 12],
]);
