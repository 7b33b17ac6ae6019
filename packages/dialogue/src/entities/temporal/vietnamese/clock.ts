import { readNumber } from '../../numbers/number-words.ts';
import { isWord, matchAny, type ReadClock, type ReadPart, type Word, wordAt } from '../reading.ts';

/** `3 giờ`, `ba giờ rưỡi`, `9 giờ kém 15`, `15h30`, `mười giờ hai mươi phút`, `15:30`, each with its part of the day. */
export function readClock(words: readonly Word[], at: number): ReadClock | undefined {
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

export const dayParts: readonly (readonly [string, ReadPartBounds])[] = [
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
export function readPart(words: readonly Word[], at: number): ReadPart | undefined {
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
