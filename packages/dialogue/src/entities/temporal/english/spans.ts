import { lastDayOf, weekdayInWeek } from '../calendar.ts';
import { type Moment, matchPhrase, type ReadSpan, type Word, wordAt } from '../reading.ts';
import { readMonthName } from './months.ts';

/** `this weekend`, `next week`, `in march`. */
export function readSpan(words: readonly Word[], at: number, moment: Moment): ReadSpan | undefined {
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
