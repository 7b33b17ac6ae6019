import { readNumber } from '../numbers/number-words.ts';
import { addDays, type CalendarDate, isRealDate } from '../zoned-time.ts';
import {
  addMonths,
  addMonthsTo,
  lastDayOf,
  nearestMonthly,
  nearestWeekday,
  nearestYearly,
  weekdayInWeek,
} from './calendar.ts';
import {
  type Grammar,
  type Moment,
  matchAny,
  matchPhrase,
  type ReadClock,
  type ReadDay,
  type ReadPart,
  type ReadSpan,
  type Word,
  wordAt,
} from './reading.ts';

/** How English tells time. */
export const english: Grammar = {
  day: (words, at, moment) =>
    readNamedDay(words, at, moment) ??
    readDistance(words, at, moment) ??
    readMonthEdge(words, at, moment) ??
    readMonthDay(words, at, moment) ??
    readWeekday(words, at, moment) ??
    readDayOfMonth(words, at, moment),
  dayNumber: (words, at) => (isCountedAfterNumber(words, at) ? undefined : readDayNumber(words, at)),
  span: readSpan,
  clock: readClock,
  part: readPart,
  duration: readDuration,
  link(words, at) {
    const next = matchAny(words, at, [
      'some time',
      'sometime',
      'around about',
      'at',
      'on',
      'around',
      'about',
      'by',
      'for',
      'in the',
      'of',
    ]);
    return next ?? at;
  },
  opens: (words, at) => matchAny(words, at, ['from', 'between', 'any time from', 'anytime between']),
  joins: (words, at, opened) =>
    matchAny(words, at, ['to', 'until', 'till', 'til', 'through', 'thru', 'up to']) ??
    (opened ? matchAny(words, at, ['and']) : undefined),
  expectsTime: (words, at) => beforeTimes.has(wordAt(words, at - 1)),
};

const beforeTimes = new Set([
  'at',
  'around',
  'about',
  'by',
  'before',
  'after',
  'from',
  'between',
  'until',
  'till',
  'since',
]);

function readNamedDay(words: readonly Word[], at: number, { today }: Moment): ReadDay | undefined {
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
function readDistance(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
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

/** `the end of the month`, `the first day of next month`, `the last of november`. */
function readMonthEdge(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
  const edge = matchAny(words, at, ['the end of', 'end of', 'the last day of', 'last day of', 'the last of']);
  const start =
    edge === undefined
      ? matchAny(words, at, [
          'the start of',
          'start of',
          'the beginning of',
          'beginning of',
          'the first day of',
          'first day of',
        ])
      : undefined;
  const next = edge ?? start;
  if (next === undefined) return undefined;
  const month = readMonthName(words, next, moment);
  if (month === undefined) return undefined;
  return { date: edge === undefined ? { ...month, day: 1 } : lastDayOf(month), next: month.next };
}

/** `the month`, `this month`, `next month`, `november`. */
function readMonthName(words: readonly Word[], at: number, { today, preference }: Moment) {
  for (const [phrase, months] of relativeMonths) {
    const next = matchPhrase(words, at, phrase);
    if (next !== undefined) return { ...addMonths(today, months), next };
  }
  const month = monthNames.get(wordAt(words, at));
  if (month === undefined) return undefined;
  const year = readYear(words, at + 1);
  if (year !== undefined) return { year: year.value, month, next: year.next };
  const passed = month < today.month;
  return {
    year: today.year + (preference === 'past' ? (month > today.month ? -1 : 0) : passed ? 1 : 0),
    month,
    next: at + 1,
  };
}

const relativeMonths: readonly (readonly [string, number])[] = [
  ['the month after next', 2],
  ['next month', 1],
  ['the next month', 1],
  ['last month', -1],
  ['this month', 0],
  ['the month', 0],
];

/** `may fifth`, `may the fifth`, `may 5`, `the fifth of may`, `5 may`, `the 5th of next month`, each with a year or without. */
function readMonthDay(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
  const month = monthNames.get(wordAt(words, at));
  if (month !== undefined) {
    const start = wordAt(words, at + 1) === 'the' ? at + 2 : at + 1;
    const day = readDayNumber(words, start);
    return day === undefined ? undefined : dated(words, month, day.value, day.next, moment);
  }
  const start = wordAt(words, at) === 'the' ? at + 1 : at;
  const day = readDayNumber(words, start);
  if (day === undefined) return undefined;
  const hasOf = wordAt(words, day.next) === 'of';
  const of = hasOf ? day.next + 1 : day.next;
  const named = monthNames.get(wordAt(words, of));
  if (named !== undefined) {
    // "Three may" is more likely "three, maybe".
    if (!day.ordinal && !hasOf && (named === 5 || named === 3) && !/^\d/.test(wordAt(words, start))) return undefined;
    return dated(words, named, day.value, of + 1, moment);
  }
  const relative = hasOf ? readMonthName(words, of, moment) : undefined;
  if (relative === undefined) return undefined;
  const date = { year: relative.year, month: relative.month, day: day.value };
  return isRealDate(date) ? { date, next: relative.next } : undefined;
}

function dated(words: readonly Word[], month: number, day: number, next: number, moment: Moment): ReadDay | undefined {
  const year = readYear(words, next);
  if (year !== undefined) {
    const date = { year: year.value, month, day };
    return isRealDate(date) ? { date, next: year.next } : undefined;
  }
  const date = nearestYearly(month, day, moment.today, moment.preference);
  return date === undefined ? undefined : { date, next };
}

/** `2027`, `twenty twenty seven`, `nineteen ninety`, `two thousand and five`. */
function readYear(words: readonly Word[], at: number): { value: number; next: number } | undefined {
  const start = matchAny(words, at, ['of', 'in']) ?? at;
  if (/^(?:19|20)\d\d$/.test(wordAt(words, start))) return { value: Number(wordAt(words, start)), next: start + 1 };
  const first = readNumber(words, start, 'en');
  if (first === undefined || first.ordinal || /^\d/.test(wordAt(words, start))) return undefined;
  if (first.value >= 1900 && first.value <= 2100) return { value: first.value, next: start + first.length };
  if (first.value !== 19 && first.value !== 20) return undefined;
  const rest = start + first.length;
  const oh = /^(?:oh|o)$/.test(wordAt(words, rest));
  const second = readNumber(words, oh ? rest + 1 : rest, 'en');
  if (second === undefined || second.value > 99 || second.value < (oh ? 1 : 10)) return undefined;
  return { value: first.value * 100 + second.value, next: (oh ? rest + 1 : rest) + second.length };
}

/** `friday`, `this friday`, `next friday`, `last tuesday`, `friday next week`, `friday week`, `friday the 27th of november`. */
function readWeekday(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
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
    const date = readMonthDay(words, after, moment) ?? readDayOfMonth(words, after, moment);
    if (date !== undefined) return { date: date.date, next: date.next };
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

function weekdayNumber(date: CalendarDate): number {
  return ((new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay() + 6) % 7) + 1;
}

/** `the fifth`, `the 27th`, `27th`. */
function readDayOfMonth(words: readonly Word[], at: number, { today, preference }: Moment): ReadDay | undefined {
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

function readDayNumber(
  words: readonly Word[],
  at: number,
): { value: number; next: number; ordinal: boolean } | undefined {
  const number = readNumber(words, at, 'en');
  if (number === undefined || number.value < 1 || number.value > 31) return undefined;
  return { value: number.value, next: at + number.length, ordinal: number.ordinal };
}

/** `this weekend`, `next week`, `in march`. */
function readSpan(words: readonly Word[], at: number, moment: Moment): ReadSpan | undefined {
  const { today } = moment;
  for (const [phrase, weeks] of weekends) {
    const next = matchPhrase(words, at, phrase);
    if (next !== undefined) return { from: weekdayInWeek(today, 6, weeks), to: weekdayInWeek(today, 7, weeks), next };
  }
  for (const [phrase, weeks] of weeksAhead) {
    const next = matchPhrase(words, at, phrase);
    if (next !== undefined) return { from: weekdayInWeek(today, 1, weeks), to: weekdayInWeek(today, 7, weeks), next };
  }
  const isMonth = ['next', 'this', 'last', 'the'].includes(wordAt(words, at)) && wordAt(words, at) !== 'the';
  const start = isMonth ? at : wordAt(words, at) === 'in' ? at + 1 : undefined;
  const month = start === undefined ? undefined : readMonthName(words, start, moment);
  if (month === undefined) return undefined;
  return { from: { year: month.year, month: month.month, day: 1 }, to: lastDayOf(month), next: month.next };
}

const weekends: readonly (readonly [string, number])[] = [
  ['next weekend', 1],
  ['last weekend', -1],
  ['this weekend', 0],
  ['the weekend', 0],
  ['the coming weekend', 0],
];
const weeksAhead: readonly (readonly [string, number])[] = [
  ['the week after next', 2],
  ['next week', 1],
  ['this week', 0],
  ['last week', -1],
];

function readClock(words: readonly Word[], at: number): ReadClock | undefined {
  const word = wordAt(words, at);
  if (word === 'noon' || word === 'midday') return { hour: 12, minute: 0, half: 'pm', bare: false, next: at + 1 };
  if (word === 'midnight') return { hour: 0, minute: 0, half: undefined, bare: false, next: at + 1 };
  const read = readWrittenClock(word, at) ?? readPastTo(words, at) ?? readHour(words, at);
  if (read === undefined) return undefined;
  const half = halfAt(words, read.next);
  return half === undefined ? read : { ...read, half: half.half, next: half.next, bare: false };
}

function readWrittenClock(word: string, at: number): ReadClock | undefined {
  const written = /^(\d{1,2}):(\d\d)$/.exec(word);
  const hour = Number(written?.[1]);
  const minute = Number(written?.[2]);
  if (written === null || hour > 23 || minute > 59) return undefined;
  return { hour, minute, half: undefined, bare: false, next: at + 1 };
}

/** `half past two`, `half two`, `a quarter to four`, `ten past nine`, `twenty minutes to five`. */
function readPastTo(words: readonly Word[], at: number): ReadClock | undefined {
  const start = wordAt(words, at) === 'a' ? at + 1 : at;
  const word = wordAt(words, start);
  const named = word === 'half' ? 30 : word === 'quarter' ? 15 : undefined;
  const counted = named === undefined && start === at ? readNumber(words, start, 'en') : undefined;
  const amount = named ?? counted?.value;
  if (amount === undefined || counted?.ordinal || amount < 1 || amount > 59) return undefined;
  const afterAmount = counted === undefined ? start + 1 : start + counted.length;
  const hasMinutes = /^minutes?$/.test(wordAt(words, afterAmount));
  const link = hasMinutes ? afterAmount + 1 : afterAmount;
  const direction = directions.get(wordAt(words, link));
  if (direction === undefined && word !== 'half') return undefined;
  // "Three to five" is a range: minutes come in fives, or with their name.
  if (counted !== undefined && !hasMinutes && amount % 5 !== 0) return undefined;
  const hour = readNumber(words, direction === undefined ? link : link + 1, 'en');
  if (hour === undefined || wordAt(words, link + 1) === 'dozen' || hour.ordinal || hour.value > 23 || hour.value < 1) return undefined;
  const next = (direction === undefined ? link : link + 1) + hour.length;
  const place = { half: undefined, bare: false, next: /^o'?clock$/.test(wordAt(words, next)) ? next + 1 : next };
  if (direction !== -1) return { hour: hour.value, minute: amount, ...place };
  return { hour: hour.value === 1 ? 12 : hour.value - 1, minute: 60 - amount, ...place };
}

const directions = new Map([
  ['past', 1],
  ['after', 1],
  ['to', -1],
  ['till', -1],
  ['before', -1],
  ['of', -1],
]);

/** `three`, `three pm`, `three thirty`, `ten oh five`, `three o'clock`, `15 30`. */
function readHour(words: readonly Word[], at: number): ReadClock | undefined {
  const hour = readNumber(words, at, 'en');
  const digits = wordAt(words, at);
  // "About a dozen" is no hour.
  if (words.slice(at, at + (hour?.length ?? 0)).some(({ text }) => text === 'dozen')) return undefined;
  if (hour === undefined || hour.ordinal || hour.value > 23 || /^\d{3,}$|^zero$|^oh$/.test(digits)) return undefined;
  const clock = (minute: number, next: number, bare: boolean): ReadClock => ({
    hour: hour.value,
    minute,
    half: undefined,
    bare,
    next,
  });
  const after = at + hour.length;
  const isClose = (words[after]?.start ?? 0) - (words[after - 1]?.end ?? 0) <= 1;
  if (/^(?:oh|o)$/.test(wordAt(words, after))) {
    const minute = readNumber(words, after + 1, 'en');
    if (minute !== undefined && minute.value > 0 && minute.value < 10)
      return clock(minute.value, after + 1 + minute.length, false);
  }
  const minute = isClose ? readNumber(words, after, 'en') : undefined;
  if (
    minute !== undefined &&
    !minute.ordinal &&
    minute.value >= 10 &&
    minute.value <= 59 &&
    !counted.has(wordAt(words, after + minute.length))
  ) {
    return clock(minute.value, after + minute.length, false);
  }
  if (hour.value === 0) return undefined;
  if (/^o'?clock$/.test(wordAt(words, after))) return clock(0, after + 1, false);
  if (wordAt(words, after) === 'o' && wordAt(words, after + 1) === 'clock') return clock(0, after + 2, false);
  if (wordAt(words, after) === 'sharp') return clock(0, after + 1, false);
  if (counted.has(wordAt(words, after)) || minute !== undefined) return undefined;
  if (matchPhrase(words, after, 'and a half') !== undefined) return undefined;
  return clock(0, after, true);
}

/** A number before one of these counts something else. */
const counted = new Set(
  'day days week weeks month months year years night nights hour hours minute minutes second seconds people person persons guests adults children kids dollars euros pounds percent of times room rooms tickets'.split(
    ' ',
  ),
);

/** "Two to four people", "3 to 7 days". */
function isCountedAfterNumber(words: readonly Word[], at: number): boolean {
  const number = readNumber(words, at, 'en');
  return number !== undefined && counted.has(wordAt(words, at + number.length));
}

function halfAt(words: readonly Word[], at: number): { half: 'am' | 'pm'; next: number } | undefined {
  const word = wordAt(words, at);
  if (word === 'am' || word === 'pm') return { half: word, next: at + 1 };
  const morning = matchAny(words, at, ['in the morning']);
  if (morning !== undefined) return { half: 'am', next: morning };
  const late = matchAny(words, at, ['in the afternoon', 'in the evening', 'at night']);
  return late === undefined ? undefined : { half: 'pm', next: late };
}

function readPart(words: readonly Word[], at: number): ReadPart | undefined {
  if (wordAt(words, at) === 'tonight') return { ...parts.evening, isToday: true, next: at + 1 };
  const isThis = wordAt(words, at) === 'this';
  const start = isThis
    ? at + 1
    : (matchAny(words, at, ['in the late', 'in the early', 'in the', 'late', 'early']) ?? at);
  const word = wordAt(words, start);
  const part =
    word === 'morning'
      ? parts.morning
      : word === 'afternoon'
        ? parts.afternoon
        : word === 'evening'
          ? parts.evening
          : word === 'night'
            ? parts.night
            : word === 'lunchtime'
              ? parts.noon
              : undefined;
  if (part === undefined) return undefined;
  // "Good morning" greets, "two nights" lasts.
  if (['good', 'a', 'per', 'every', 'last'].includes(wordAt(words, at - 1))) return undefined;
  return { ...part, isToday: isThis, next: start + 1 };
}

const parts = {
  morning: { from: '06:00', to: '12:00', half: 'am' },
  noon: { from: '12:00', to: '14:00', half: 'pm' },
  afternoon: { from: '12:00', to: '18:00', half: 'pm' },
  evening: { from: '18:00', to: '22:00', half: 'pm' },
  night: { from: '20:00', to: '23:59', half: 'pm' },
} as const;

/** `half an hour`, `an hour and a half`, `two and a half hours`, `three nights`, `an hour and twenty minutes`. */
function readDuration(words: readonly Word[], at: number) {
  const half = matchAny(words, at, ['half an hour', 'half hour', 'a half hour']);
  if (half !== undefined) return { iso: 'PT30M', next: half };
  const quarter = matchAny(words, at, ['a quarter of an hour', 'quarter of an hour']);
  if (quarter !== undefined) return { iso: 'PT15M', next: quarter };
  const three = matchAny(words, at, ['three quarters of an hour']);
  if (three !== undefined) return { iso: 'PT45M', next: three };
  const count = readCount(words, at);
  const unit = count === undefined ? undefined : durationUnits.get(wordAt(words, count.next));
  if (count === undefined || unit === undefined) return undefined;
  const after = count.next + 1;
  // "Two days ago", "in two days", "a week from friday" are days.
  if (['ago', 'from'].includes(wordAt(words, after))) return undefined;
  const andHalf = matchAny(words, after, ['and a half']);
  const value = count.value + (andHalf === undefined ? 0 : 0.5);
  const next = andHalf ?? after;
  if (unit === 'H') {
    const extra = readCount(words, wordAt(words, next) === 'and' ? next + 1 : next);
    const minutes = extra !== undefined && /^min(?:ute)?s?$/.test(wordAt(words, extra.next)) ? extra : undefined;
    const total = Math.round(value * 60) + (minutes?.value ?? 0);
    return { iso: clockDuration(total), next: minutes === undefined ? next : minutes.next + 1 };
  }
  if (unit === 'M') return { iso: clockDuration(Math.round(value)), next };
  // "In a second" is soon.
  if (unit === 'S' && value === 1) return undefined;
  if (unit === 'S') return { iso: `PT${value}S`, next };
  if (!Number.isInteger(value)) {
    if (unit === 'W') return { iso: `P${Math.round(value * 7)}D`, next };
    if (unit === 'Y') return { iso: `P${Math.round(value * 12)}M`, next };
    return { iso: `PT${Math.round(value * 24)}H`, next };
  }
  if (unit === 'FORTNIGHT') return { iso: `P${value * 2}W`, next };
  return { iso: `P${value}${unit === 'MONTH' ? 'M' : unit}`, next };
}

/** Minutes as hours and minutes. */
export function clockDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return `PT${hours > 0 ? `${hours}H` : ''}${rest > 0 || hours === 0 ? `${rest}M` : ''}`;
}

/** `a`, `one`, `a couple of`, `two and a half`, `2.5`. */
function readCount(words: readonly Word[], at: number): { value: number; next: number } | undefined {
  const couple = matchAny(words, at, ['a couple of', 'couple of']);
  if (couple !== undefined) return { value: 2, next: couple };
  const word = wordAt(words, at);
  if (word === 'a' || word === 'an' || word === 'another') {
    return readNumber(words, at, 'en') === undefined || word !== 'a'
      ? { value: 1, next: at + 1 }
      : plainCount(words, at);
  }
  return plainCount(words, at);
}

function plainCount(words: readonly Word[], at: number): { value: number; next: number } | undefined {
  const number = readNumber(words, at, 'en');
  if (number === undefined || number.ordinal) return undefined;
  const next = at + number.length;
  const half = matchPhrase(words, next, 'and a half');
  if (half !== undefined) return { value: number.value + 0.5, next: half };
  if (wordAt(words, next) === 'point') {
    const tenth = readNumber(words, next + 1, 'en');
    if (tenth !== undefined && tenth.value < 10)
      return { value: number.value + tenth.value / 10, next: next + 1 + tenth.length };
  }
  return { value: number.value, next };
}

function named(names: string, length: number): [string, number][] {
  return names.split(' ').flatMap((name, index): [string, number][] => [
    [name, index + 1],
    [name.slice(0, length), index + 1],
  ]);
}

const weekdayPrefixes = new Set(['next', 'this', 'last', 'coming', 'past']);
const ambiguousWeekdays = new Set(['sun', 'sat', 'wed', 'mon']);
const weekdays = new Map([
  ...named('monday tuesday wednesday thursday friday saturday sunday', 3),
  ...named('mondays tuesdays wednesdays thursdays fridays saturdays sundays', 9),
  ['tues', 2] as const,
  ['thurs', 4] as const,
]);
const monthNames = new Map([
  ...named('january february march april may june july august september october november december', 3),
  ['sept', 9] as const,
]);
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
const durationUnits = new Map<string, 'S' | 'M' | 'H' | 'D' | 'W' | 'MONTH' | 'Y' | 'FORTNIGHT'>([
  ['second', 'S'],
  ['seconds', 'S'],
  ['minute', 'M'],
  ['minutes', 'M'],
  ['min', 'M'],
  ['mins', 'M'],
  ['hour', 'H'],
  ['hours', 'H'],
  ['hrs', 'H'],
  ['day', 'D'],
  ['days', 'D'],
  ['night', 'D'],
  ['nights', 'D'],
  ['week', 'W'],
  ['weeks', 'W'],
  ['month', 'MONTH'],
  ['months', 'MONTH'],
  ['year', 'Y'],
  ['years', 'Y'],
  ['fortnight', 'FORTNIGHT'],
]);
