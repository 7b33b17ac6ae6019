import { lastDayOf, weekdayInWeek } from '../calendar.ts';
import { isWord, type Moment, matchAny, matchPhrase, type ReadSpan, type Word } from '../reading.ts';
import { weekShifts } from './days.ts';
import { readMonth } from './months.ts';

/** `cuối tuần`, `tuần sau`, `tháng sau`, `tháng 12`. */
export function readSpan(words: readonly Word[], at: number, moment: Moment): ReadSpan | undefined {
  const { today } = moment;
  const weekend = matchAny(words, at, ['cuối tuần']);
  if (weekend !== undefined) {
    const shift = [
      ['sau', 1],
      ['tới', 1],
      ['trước', -1],
      ['rồi', -1],
      ['này', 0],
    ] as const;
    const told = shift.find(([word]) => isWord(words[weekend], word));
    const weeks = told?.[1] ?? 0;
    return {
      from: weekdayInWeek(today, 6, weeks),
      to: weekdayInWeek(today, 7, weeks),
      next: told === undefined ? weekend : weekend + 1,
    };
  }
  for (const [phrase, weeks] of weekShifts) {
    const next = matchPhrase(words, at, phrase);
    if (next !== undefined) return { from: weekdayInWeek(today, 1, weeks), to: weekdayInWeek(today, 7, weeks), next };
  }
  const month = readMonth(words, at, moment);
  if (month === undefined) return undefined;
  return { from: { year: month.year, month: month.month, day: 1 }, to: lastDayOf(month), next: month.next };
}
