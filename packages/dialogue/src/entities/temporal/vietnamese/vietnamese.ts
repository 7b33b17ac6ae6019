import { type Grammar, isWord, matchAny } from '../reading.ts';
import { readClock, readPart } from './clock.ts';
import { readDayNumber, readDistance, readNumberedDay, readRelative, readWeekday } from './days.ts';
import { readDuration } from './durations.ts';
import { readMonthEdge } from './months.ts';
import { readSpan } from './spans.ts';

/** How Vietnamese tells time, with its marks or without. */
export const vietnamese: Grammar = {
  day: (words, at, moment) =>
    readRelative(words, at, moment) ??
    readDistance(words, at, moment) ??
    readMonthEdge(words, at, moment) ??
    readNumberedDay(words, at, moment) ??
    readWeekday(words, at, moment),
  dayNumber: readDayNumber,
  span: readSpan,
  clock: readClock,
  part: readPart,
  duration: readDuration,
  link(words, at) {
    const next = matchAny(words, at, ['vào lúc', 'vào khoảng', 'lúc', 'vào', 'khoảng', 'tầm', 'hồi']);
    return next ?? at;
  },
  opens: (words, at) => matchAny(words, at, ['từ', 'giữa', 'trong khoảng từ', 'trong khoảng']),
  joins: (words, at, opened) =>
    matchAny(words, at, ['đến hết', 'cho đến', 'đến', 'tới', 'cho tới']) ??
    (opened ? matchAny(words, at, ['và']) : undefined),
  expectsTime: (words, at) => ['lúc', 'khoảng', 'tầm', 'trước', 'hồi'].some((before) => isWord(words[at - 1], before)),
};
