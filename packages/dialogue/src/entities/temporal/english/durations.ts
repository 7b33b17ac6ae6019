import { readNumber } from '../../numbers/number-words.ts';
import { clockDuration } from '../iso-duration.ts';
import { type Lengths, type Moment, matchAny, matchPhrase, type Word, wordAt } from '../reading.ts';

/** `half an hour`, `an hour and a half`, `two and a half hours`, `three nights`, `an hour and twenty minutes`. */
export function readDuration(words: readonly Word[], at: number, { lengths }: Pick<Moment, 'lengths'>) {
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
  // "Two days ago", "in two days", "a week from friday" are days; "two nights from friday" are nights that begin on friday.
  const isLength = wordAt(words, count.next).startsWith('night') || isLengthAt(words, at, lengths);
  if (wordAt(words, after) === 'ago' || (wordAt(words, after) === 'from' && !isLength)) return undefined;
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

/** Whether what stands there before a "from" lasts from then on, and is no distance from it. */
export function isLengthAt(words: readonly Word[], at: number, lengths: Lengths): boolean {
  return lengths === 'always' || (lengths === 'afterFor' && wordAt(words, at - 1) === 'for');
}

/** `a`, `one`, `a couple of`, `two and a half`, `2.5`. */
export function readCount(words: readonly Word[], at: number): { value: number; next: number } | undefined {
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
