import { readNumber } from '../../numbers/number-words.ts';
import { isRealDate } from '../../zoned-time.ts';
import { addMonths, lastDayOf, nearestYearly } from '../calendar.ts';
import { type Moment, matchAny, matchPhrase, type ReadDay, type Word, wordAt } from '../reading.ts';
import { named } from './names.ts';

/** `the end of the month`, `the first day of next month`, `the last of november`. */
export function readMonthEdge(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
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
export function readMonthName(words: readonly Word[], at: number, { today, preference }: Moment) {
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
export function readMonthDay(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
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

export function readDayNumber(
  words: readonly Word[],
  at: number,
): { value: number; next: number; ordinal: boolean } | undefined {
  const number = readNumber(words, at, 'en');
  if (number === undefined || number.value < 1 || number.value > 31) return undefined;
  return { value: number.value, next: at + number.length, ordinal: number.ordinal };
}

const monthNames = new Map([
  ...named('january february march april may june july august september october november december', 3),
  ['sept', 9] as const,
]);
