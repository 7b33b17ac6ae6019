import { readNumber } from '../numbers/number-words.ts';
import { addDays, type CalendarDate, isRealDate } from '../zoned-time.ts';
import {
  addMonths,
  addMonthsTo,
  fullYear,
  lastDayOf,
  nearestMonthly,
  nearestWeekday,
  nearestYearly,
  weekdayInWeek,
} from './calendar.ts';
import { clockDuration } from './english.ts';
import {
  type Grammar,
  isWord,
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

function readRelative(words: readonly Word[], at: number, { today }: Moment): ReadDay | undefined {
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
function readDistance(words: readonly Word[], at: number, { today }: Moment): ReadDay | undefined {
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

/** `cuối tháng`, `đầu tháng sau`, `cuối tháng 12`. */
function readMonthEdge(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
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
function readMonth(words: readonly Word[], at: number, { today, preference }: Moment) {
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
  if (number !== undefined && number.value >= 10 && number.value < 100)
    return { value: fullYear(number.value, today), next: at + 1 + number.length };
  return undefined;
}

/** `ngày 5`, `mùng 5 tháng sau`, `ngày mười hai tháng ba năm 1990`, `5 tháng 12`. */
function readNumberedDay(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
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

function readDayNumber(words: readonly Word[], at: number): { value: number; next: number } | undefined {
  if (isWord(words[at], 'tư') && isWord(words[at - 1], 'mùng')) return { value: 4, next: at + 1 };
  const number = readNumber(words, at, 'vi');
  if (number === undefined || number.ordinal || number.value < 1 || number.value > 31) return undefined;
  return { value: number.value, next: at + number.length };
}

/** `thứ sáu`, `thứ 6 tuần sau`, `chủ nhật này`, `thứ hai vừa rồi`, `thứ sáu ngày 27 tháng 11`. */
function readWeekday(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined {
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
const weekShifts: readonly (readonly [string, number])[] = [
  ['tuần này', 0],
  ['tuần sau nữa', 2],
  ['tuần sau', 1],
  ['tuần tới', 1],
  ['tuần trước', -1],
  ['tuần rồi', -1],
  ['tuần vừa rồi', -1],
];

/** `cuối tuần`, `tuần sau`, `tháng sau`, `tháng 12`. */
function readSpan(words: readonly Word[], at: number, moment: Moment): ReadSpan | undefined {
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

/** `3 giờ`, `ba giờ rưỡi`, `9 giờ kém 15`, `15h30`, `mười giờ hai mươi phút`, `15:30`, each with its part of the day. */
function readClock(words: readonly Word[], at: number): ReadClock | undefined {
  const noon = matchAny(words, at, ['giữa trưa', 'đúng ngọ']);
  if (noon !== undefined) return { hour: 12, minute: 0, half: 'pm', bare: false, next: noon };
  const midnight = matchAny(words, at, ['nửa đêm']);
  if (midnight !== undefined) return { hour: 0, minute: 0, half: undefined, bare: false, next: midnight };
  const read = readWritten(words, at) ?? readHour(words, at);
  if (read === undefined) return undefined;
  const part = partAt(words, read.next);
  // "8 giờ tối nay": the part of the day is of a day of its own.
  if (part === undefined || isWord(words[part.next], 'nay')) return read;
  return { ...read, ...halved(read, part.name), next: part.next, bare: false };
}

/** "12 giờ đêm" is midnight, "11 giờ trưa" before noon, "1 giờ trưa" after it, "1 giờ đêm" in the small hours. */
function halved({ hour }: ReadClock, part: string): { readonly hour: number; readonly half: 'am' | 'pm' | undefined } {
  if (hour > 12 || hour === 0) return { hour, half: undefined };
  if (part === 'sáng') return { hour, half: 'am' };
  if (part === 'trưa') return { hour, half: hour >= 10 && hour < 12 ? 'am' : 'pm' };
  if (part === 'đêm' || part === 'khuya')
    return hour === 12 ? { hour: 0, half: undefined } : { hour, half: hour <= 4 ? 'am' : 'pm' };
  return { hour, half: 'pm' };
}

function readWritten(words: readonly Word[], at: number): ReadClock | undefined {
  const written = /^(\d{1,2}):(\d\d)$/.exec(wordAt(words, at));
  const hour = Number(written?.[1]);
  const minute = Number(written?.[2]);
  if (written === null || hour > 23 || minute > 59) return undefined;
  return { hour, minute, half: undefined, bare: false, next: at + 1 };
}

function readHour(words: readonly Word[], at: number): ReadClock | undefined {
  const hour = readSmall(words, at);
  if (hour === undefined || hour.value > 24) return undefined;
  const clock = (value: number, minute: number, next: number): ReadClock => ({
    hour: value,
    minute,
    half: undefined,
    bare: false,
    next,
  });
  const unit = words[hour.next];
  const isGlued = unit?.text === 'h' || unit?.text === 'g';
  if (!isGlued && !isWord(unit, 'giờ')) {
    // A bare number: a time only where one is expected.
    return hour.value >= 1 && /^\d{1,2}$/.test(wordAt(words, at)) && hour.value < 24
      ? { hour: hour.value, minute: 0, half: undefined, bare: true, next: hour.next }
      : undefined;
  }
  const after = hour.next + 1;
  if (isWord(words[after], 'nữa') || isWord(words[after], 'đồng')) return undefined;
  const half = matchAny(words, after, ['rưỡi', 'rưởi']);
  if (half !== undefined) return clock(hour.value, 30, half);
  if (isWord(words[after], 'kém')) {
    const minutes = readSmall(words, after + 1);
    if (minutes === undefined || minutes.value < 1 || minutes.value > 59) return undefined;
    const next = isWord(words[minutes.next], 'phút') ? minutes.next + 1 : minutes.next;
    return clock(hour.value === 0 ? 23 : hour.value === 1 ? 12 : hour.value - 1, 60 - minutes.value, next);
  }
  const exact = matchAny(words, after, ['đúng', 'chẵn']);
  if (exact !== undefined) return clock(hour.value, 0, exact);
  const minutes = readSmall(words, after);
  const hasMinuteName = minutes !== undefined && isWord(words[minutes.next], 'phút');
  // "3 giờ 2 người": two people; minutes without their name come in fives.
  if (
    minutes !== undefined &&
    minutes.value <= 59 &&
    (hasMinuteName || isGlued || (minutes.value % 5 === 0 && minutes.value > 0 && !isCounted(words, minutes.next)))
  ) {
    return clock(hour.value, minutes.value, hasMinuteName ? minutes.next + 1 : minutes.next);
  }
  return clock(hour.value, 0, after);
}

function isCounted(words: readonly Word[], at: number): boolean {
  return ['người', 'đêm', 'phòng', 'khách', 'ngày', 'vé', 'suất', 'bàn'].some((word) => isWord(words[at], word));
}

function readSmall(words: readonly Word[], at: number): { value: number; next: number } | undefined {
  const number = readNumber(words, at, 'vi');
  if (number === undefined || number.ordinal || number.value > 59) return undefined;
  return { value: number.value, next: at + number.length };
}

const dayParts: readonly (readonly [string, ReadPartBounds])[] = [
  ['sáng', { from: '06:00', to: '11:00', half: 'am' }],
  ['trưa', { from: '11:00', to: '13:00', half: 'pm' }],
  ['chiều', { from: '13:00', to: '18:00', half: 'pm' }],
  ['tối', { from: '18:00', to: '22:00', half: 'pm' }],
  ['đêm', { from: '20:00', to: '23:59', half: 'pm' }],
  ['khuya', { from: '22:00', to: '23:59', half: 'pm' }],
];
type ReadPartBounds = Pick<ReadPart, 'from' | 'to' | 'half'>;

function partAt(
  words: readonly Word[],
  at: number,
): { readonly name: string; readonly bounds: ReadPartBounds; readonly next: number } | undefined {
  const start = matchAny(words, at, ['vào buổi', 'buổi', 'ban']) ?? at;
  for (const [name, bounds] of dayParts) if (isWord(words[start], name)) return { name, bounds, next: start + 1 };
  return undefined;
}

/** `buổi sáng`, `chiều nay`, `tối`; alone without marks "toi" is "I". */
function readPart(words: readonly Word[], at: number): ReadPart | undefined {
  const part = partAt(words, at);
  if (part === undefined) return undefined;
  const isToday = isWord(words[part.next], 'nay');
  const alone = part.next === at + 1 && !isToday;
  // "Ba đêm" lasts, "tôi" typed without marks is no evening, "ánh sáng" no morning.
  if (alone && words[at]?.text === words[at]?.folded && part.name !== 'trưa') {
    const day = ['mai', 'thứ', 'chủ', 'hôm', 'ngày', 'mốt'].some((word) => isWord(words[part.next], word));
    if (!day && part.name !== 'sáng') return undefined;
    if (!day) return undefined;
  }
  if (alone && ['sủa', 'tạo', 'kiến', 'suốt', 'lập'].some((word) => isWord(words[part.next], word))) return undefined;
  if (alone && (readNumber(words, at - 1, 'vi') !== undefined || isWord(words[at - 1], 'ánh'))) return undefined;
  return { ...part.bounds, isToday, next: isToday ? part.next + 1 : part.next };
}

/** `ba đêm`, `hai tiếng rưỡi`, `nửa tiếng`, `45 phút`, `trong 2 giờ đồng hồ`. */
function readDuration(words: readonly Word[], at: number) {
  const half = matchAny(words, at, ['nửa tiếng', 'nửa giờ']);
  if (half !== undefined) return { iso: 'PT30M', next: half };
  const halfDay = matchAny(words, at, ['nửa ngày']);
  if (halfDay !== undefined) return { iso: 'PT12H', next: halfDay };
  const count = readNumber(words, at, 'vi');
  if (count === undefined || count.ordinal || count.value < 1 || count.value > 3660) return undefined;
  const unit = words[at + count.length];
  const next = at + count.length + 1;
  const isFollowed = ['nữa', 'trước', 'sau', 'tới'].some((word) => isWord(words[next], word));
  if (isFollowed) return undefined;
  const rest = matchAny(words, next, ['rưỡi', 'rưởi']);
  const value = count.value + (rest === undefined ? 0 : 0.5);
  const end = rest ?? next;
  if (isWord(unit, 'tiếng') || (isWord(unit, 'giờ') && isWord(words[next], 'đồng'))) {
    const afterUnit = isWord(words[end], 'đồng') ? end + 2 : end;
    const minutes = rest === undefined ? readNumber(words, afterUnit, 'vi') : undefined;
    const hasMinutes = minutes !== undefined && isWord(words[afterUnit + minutes.length], 'phút');
    return {
      iso: clockDuration(Math.round(value * 60) + (hasMinutes ? minutes.value : 0)),
      next: hasMinutes ? afterUnit + minutes.length + 1 : afterUnit,
    };
  }
  if (isWord(unit, 'phút')) return { iso: clockDuration(value), next: end };
  if (isWord(unit, 'đêm') || isWord(unit, 'ngày')) {
    return isReadAsDate(words, at)
      ? undefined
      : { iso: Number.isInteger(value) ? `P${value}D` : `PT${value * 24}H`, next: end };
  }
  if (isWord(unit, 'tuần'))
    return { iso: Number.isInteger(value) ? `P${value}W` : `P${Math.round(value * 7)}D`, next: end };
  if (isWord(unit, 'tháng') && !isWord(words[at - 1], 'ngày') && readNumber(words, next, 'vi') === undefined) {
    return { iso: Number.isInteger(value) ? `P${value}M` : `P${Math.floor(value)}M15D`, next: end };
  }
  return undefined;
}

/** "Mùng 5 ngày" does not occur; "ngày 5 ngày 6" reads day by day. */
function isReadAsDate(words: readonly Word[], at: number): boolean {
  return ['ngày', 'mùng', 'mồng'].some((word) => isWord(words[at - 1], word));
}
