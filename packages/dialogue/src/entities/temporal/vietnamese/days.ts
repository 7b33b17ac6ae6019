import { readNumber } from '../../numbers/number-words.ts';
import { addDays, isRealDate } from '../../zoned-time.ts';
import { addMonthsTo, nearestMonthly, nearestWeekday, nearestYearly, weekdayInWeek } from '../calendar.ts';
import { isWord, type Moment, matchAny, matchPhrase, type ReadDay, type Word, wordAt } from '../reading.ts';
import { dayParts, readClock } from './clock.ts';
import { readMonth } from './months.ts';

export function readRelative(words: readonly Word[], at: number, { today }: Moment): ReadDay | undefined {
  for (const [phrase, days] of relativeDays) {
    const next = matchPhrase(words, at, phrase);
    if (next !== undefined) return { date: addDays(today, days), next };
  }
  // "Mai" alone is a name as well: as a day it stands after a part of the day, before a time, or alone.
  if (isWord(words[at], 'mai') && words[at]?.text === 'mai' && isTomorrow(words, at))
    return { date: addDays(today, 1), next: at + 1 };
  return undefined;
}

function isTomorrow(words: readonly Word[], at: number): boolean {
  if (dayParts.some(([name]) => isWord(words[at - 1], name))) return true;
  if (
    ['cô', 'chị', 'em', 'bạn', 'tên', 'là', 'bà', 'thị', 'ngọc', 'tuyết', 'hoàng', 'anh'].some((word) =>
      isWord(words[at - 1], word),
    )
  ) {
    return false;
  }
  const after = words[at + 1];
  return (
    after === undefined ||
    /^\d/.test(after.text) ||
    ['lúc', 'vào', 'tôi', 'mình', 'em', 'anh', 'nhé', 'được', 'có', 'thì', 'đi', 'ạ'].some((word) =>
      isWord(after, word),
    ) ||
    readClock(words, at + 1) !== undefined
  );
}

const relativeDays: readonly (readonly [string, number])[] = [
  ['ngày hôm nay', 0],
  ['hôm nay', 0],
  ['bữa nay', 0],
  ['ngày hôm qua', -1],
  ['hôm qua', -1],
  ['hôm kia', -2],
  ['hôm trước', -2],
  ['ngày mai', 1],
  ['ngày mốt', 2],
  ['ngày kia', 2],
  ['hôm sau', 1],
];

/** `hai ngày nữa`, `sau ba ngày`, `một tuần nữa`, `3 ngày trước`, `tháng nữa`. */
export function readDistance(words: readonly Word[], at: number, { today }: Moment): ReadDay | undefined {
  const led = matchAny(words, at, ['sau', 'trong']);
  const start = led !== undefined && isWord(words[at], 'sau') ? led : at;
  const count = readNumber(words, start, 'vi');
  if (count === undefined || count.ordinal || count.value < 1 || count.value > 3660) return undefined;
  const unitAt = start + count.length;
  const days =
    isWord(words[unitAt], 'ngày') || isWord(words[unitAt], 'hôm') ? 1 : isWord(words[unitAt], 'tuần') ? 7 : undefined;
  const months = isWord(words[unitAt], 'tháng') ? 1 : isWord(words[unitAt], 'năm') ? 12 : undefined;
  if (days === undefined && months === undefined) return undefined;
  const shift = (sign: 1 | -1) =>
    days === undefined
      ? addMonthsTo(today, sign * count.value * (months ?? 1))
      : addDays(today, sign * days * count.value);
  const after = unitAt + 1;
  if (isWord(words[after], 'nữa') || isWord(words[after], 'tới')) return { date: shift(1), next: after + 1 };
  if (isWord(words[after], 'trước')) return { date: shift(-1), next: after + 1 };
  if (start > at) return { date: shift(1), next: after };
  return isWord(words[after], 'sau') ? { date: shift(1), next: after + 1 } : undefined;
}

/** `ngày 5`, `mùng 5 tháng sau`, `ngày mười hai tháng ba năm 1990`, `5 tháng 12`. */
export function readNumberedDay(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
  const { today, preference } = moment;
  const led = matchAny(words, at, ['ngày mùng', 'ngày mồng', 'hôm mùng', 'hôm mồng', 'mùng', 'mồng', 'ngày', 'hôm']);
  const start = led ?? at;
  const day = readDayNumber(words, start);
  if (day === undefined) return undefined;
  const month = readMonth(words, day.next, moment);
  if (month === undefined) {
    // "Hai ngày", "ngày 3 đêm" and a bare number are no days.
    if (led === undefined) return undefined;
    const date = nearestMonthly(day.value, today, preference);
    return date === undefined ? undefined : { date, next: day.next, dayOnly: true };
  }
  const hasYear = month.isRelative || month.next > day.next + 2;
  const exact = { year: month.year, month: month.month, day: day.value };
  if (hasYear && readYearWasTold(words, month.next))
    return isRealDate(exact) ? { date: exact, next: month.next } : undefined;
  if (month.isRelative) return isRealDate(exact) ? { date: exact, next: month.next } : undefined;
  const date = nearestYearly(month.month, day.value, today, preference);
  return date === undefined ? undefined : { date, next: month.next };
}

function readYearWasTold(words: readonly Word[], next: number): boolean {
  const last = words[next - 1];
  return (
    /^(?:19|20)\d\d$/.test(last?.text ?? '') ||
    ['nay', 'sau', 'tới', 'ngoái', 'trước'].some((word) => isWord(last, word)) ||
    yearAmong(words, next)
  );
}

/** Was the year told in words: does a "năm" stand within the last six words, after the month? */
function yearAmong(words: readonly Word[], next: number): boolean {
  for (let at = next - 1; at > Math.max(0, next - 8); at -= 1) {
    if (isWord(words[at], 'tháng')) return false;
    if (isWord(words[at], 'năm') && at < next - 1 && !isWord(words[at - 1], 'tháng')) return true;
  }
  return false;
}

export function readDayNumber(words: readonly Word[], at: number): { value: number; next: number } | undefined {
  if (isWord(words[at], 'tư') && isWord(words[at - 1], 'mùng')) return { value: 4, next: at + 1 };
  const number = readNumber(words, at, 'vi');
  if (number === undefined || number.ordinal || number.value < 1 || number.value > 31) return undefined;
  return { value: number.value, next: at + number.length };
}

/** `thứ sáu`, `thứ 6 tuần sau`, `chủ nhật này`, `thứ hai vừa rồi`, `thứ sáu ngày 27 tháng 11`. */
export function readWeekday(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
  const { today, preference } = moment;
  const named = readWeekdayName(words, at);
  if (named === undefined) return undefined;
  const dated = readNumberedDay(words, named.next, moment);
  if (dated !== undefined) return { date: dated.date, next: dated.next };
  for (const [phrase, weeks] of weekShifts) {
    const next = matchPhrase(words, named.next, phrase);
    if (next !== undefined) return { date: weekdayInWeek(today, named.weekday, weeks), next };
  }
  const last = matchAny(words, named.next, ['vừa rồi', 'vừa qua', 'trước']);
  if (last !== undefined) return { date: nearestWeekday(today, named.weekday, 'past'), next: last };
  const coming = matchAny(words, named.next, ['này', 'sắp tới', 'tới', 'sau']);
  if (coming !== undefined) return { date: nearestWeekday(today, named.weekday, 'future'), next: coming };
  return { date: nearestWeekday(today, named.weekday, preference), next: named.next, weekdayOnly: true };
}

function readWeekdayName(words: readonly Word[], at: number): { weekday: number; next: number } | undefined {
  const sunday = matchAny(words, at, ['chủ nhật', 'chúa nhật']);
  if (sunday !== undefined) return { weekday: 7, next: sunday };
  if (wordAt(words, at) === 'cn') return { weekday: 7, next: at + 1 };
  if (!isWord(words[at], 'thứ')) return undefined;
  for (const [index, names] of weekdayNames.entries()) {
    if (names.some((name) => isWord(words[at + 1], name))) return { weekday: index + 1, next: at + 2 };
  }
  return undefined;
}

const weekdayNames = [
  ['hai', '2'],
  ['ba', '3'],
  ['tư', 'bốn', '4'],
  ['năm', '5'],
  ['sáu', '6'],
  ['bảy', 'bẩy', '7'],
] as const;

export const weekShifts: readonly (readonly [string, number])[] = [
  ['tuần này', 0],
  ['tuần sau nữa', 2],
  ['tuần sau', 1],
  ['tuần tới', 1],
  ['tuần trước', -1],
  ['tuần rồi', -1],
  ['tuần vừa rồi', -1],
];
