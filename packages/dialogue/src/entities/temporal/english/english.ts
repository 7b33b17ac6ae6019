import { type Grammar, matchAny, wordAt } from '../reading.ts';
import { isCountedAfterNumber, readClock, readPart } from './clock.ts';
import { readDayOfMonth, readDistance, readNamedDay, readWeekday } from './days.ts';
import { readDuration } from './durations.ts';
import { readDayNumber, readMonthDay, readMonthEdge } from './months.ts';
import { readSpan } from './spans.ts';

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
  expectsTime: (words, at) => beforeTimes.has(wordAt(words, at - 1)) || isMovedTo(words, at),
};

/** "Move it to four", "can we make it four": what is moved is moved to a time, where times are heard at all. */
function isMovedTo(words: Parameters<typeof wordAt>[0], at: number): boolean {
  const before = Array.from({ length: mostWordsMoved }, (_, back) => wordAt(words, at - 1 - back));
  if (before[0] !== 'to') return before[0] === 'it' && before[1] === 'make';
  return before.some((word) => moving.has(word));
}

/** "Move my appointment with Joe to": further back it is about something else. */
const mostWordsMoved = 6;
const moving = new Set(['move', 'push', 'shift', 'reschedule', 'switch', 'change', 'bring']);

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
