import { readNumber } from '../../numbers/number-words.ts';
import type { CalendarDate } from '../../zoned-time.ts';
import { addMonths, fullYear, lastDayOf } from '../calendar.ts';
import { isWord, type Moment, type ReadDay, type Word, wordAt } from '../reading.ts';

/** `cuối tháng`, `đầu tháng sau`, `cuối tháng 12`. */
export function readMonthEdge(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
  const isEnd = isWord(words[at], 'cuối');
  if (!isEnd && !isWord(words[at], 'đầu')) return undefined;
  const month =
    readMonth(words, at + 1, moment) ??
    (isWord(words[at + 1], 'tháng') ? { ...moment.today, next: at + 2 } : undefined);
  if (month === undefined) return undefined;
  const first = { year: month.year, month: month.month, day: 1 };
  return { date: isEnd ? lastDayOf(month) : first, next: month.next };
}

/** `tháng 12`, `tháng mười hai năm 1990`, `tháng sau`, `tháng này`. */
export function readMonth(words: readonly Word[], at: number, { today, preference }: Moment) {
  if (!isWord(words[at], 'tháng')) return undefined;
  for (const [word, months] of [
    ['này', 0],
    ['nay', 0],
    ['sau', 1],
    ['tới', 1],
    ['trước', -1],
  ] as const) {
    // "Tháng sáu" without its mark is "tháng sau" too; the next month is meant more often.
    if (isWord(words[at + 1], word)) return { ...addMonths(today, months), next: at + 2, isRelative: true };
  }
  const number = isWord(words[at + 1], 'giêng')
    ? { value: 1, length: 1 }
    : isWord(words[at + 1], 'chạp')
      ? { value: 12, length: 1 }
      : readMonthNumber(words, at + 1);
  if (number === undefined || number.value < 1 || number.value > 12) return undefined;
  const next = at + 1 + number.length;
  const year = readYear(words, next, today);
  if (year !== undefined) return { year: year.value, month: number.value, next: year.next, isRelative: false };
  const isPast = number.value < today.month;
  const shift = preference === 'past' ? (number.value > today.month ? -1 : 0) : isPast ? 1 : 0;
  return { year: today.year + shift, month: number.value, next, isRelative: false };
}

function readMonthNumber(words: readonly Word[], at: number) {
  // "Tháng tư" is the fourth, which no other number is called.
  if (isWord(words[at], 'tư')) return { value: 4, length: 1 };
  const number = readNumber(words, at, 'vi');
  if (number === undefined) return undefined;
  // "Tháng sáu năm 1990" is June 1990, not the month of 65.
  if (number.value > 12 || (number.length > 1 && isWord(words[at + number.length - 1], 'năm'))) {
    const first = readNumber(words.slice(0, at + 1), at, 'vi');
    const two = readNumber(words.slice(0, at + 2), at, 'vi');
    if (two !== undefined && two.length === 2 && two.value <= 12 && !isWord(words[at + 1], 'năm')) return two;
    return first;
  }
  return number;
}

/** `năm 1990`, `năm nay`, `năm sau`, `năm hai nghìn không trăm mười`, `năm chín mươi`, `/1990`. */
function readYear(
  words: readonly Word[],
  at: number,
  today: CalendarDate,
): { value: number; next: number } | undefined {
  if (/^(?:19|20)\d\d$/.test(wordAt(words, at))) return { value: Number(wordAt(words, at)), next: at + 1 };
  if (!isWord(words[at], 'năm')) return undefined;
  for (const [word, years] of [
    ['nay', 0],
    ['sau', 1],
    ['tới', 1],
    ['ngoái', -1],
    ['trước', -1],
  ] as const) {
    if (isWord(words[at + 1], word)) return { value: today.year + years, next: at + 2 };
  }
  const number = readNumber(words, at + 1, 'vi');
  if (number !== undefined && number.value >= 1000 && number.value <= 2100)
    return { value: number.value, next: at + 1 + number.length };
  // "Một chín chín không": digit by digit.
  let digits = '';
  let next = at + 1;
  while (digits.length < 4) {
    const digit = readNumber(words.slice(0, next + 1), next, 'vi');
    if (digit === undefined || digit.value > 9) break;
    digits += String(digit.value);
    next += 1;
  }
  if (/^(?:19|20)\d\d$/.test(digits)) return { value: Number(digits), next };
  // "Một chín chín mươi": the last two together.
  const tail = /^(?:19|20)/.test(digits) ? readNumber(words, at + 3, 'vi') : undefined;
  if (tail !== undefined && tail.value >= 10 && tail.value < 100)
    return { value: Number(digits.slice(0, 2)) * 100 + tail.value, next: at + 3 + tail.length };
  if (number !== undefined && number.value >= 10 && number.value < 100)
    return { value: fullYear(number.value, today), next: at + 1 + number.length };
  return undefined;
}
