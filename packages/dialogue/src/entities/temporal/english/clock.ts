import { readNumber } from '../../numbers/number-words.ts';
import { matchAny, matchPhrase, type ReadClock, type ReadPart, type Word, wordAt } from '../reading.ts';

export function readClock(words: readonly Word[], at: number): ReadClock | undefined {
  const word = wordAt(words, at);
  if (word === 'noon' || word === 'midday') return { hour: 12, minute: 0, half: 'pm', bare: false, next: at + 1 };
  if (word === 'midnight') return { hour: 0, minute: 0, half: undefined, bare: false, next: at + 1 };
  const read = readWrittenClock(word, at) ?? readPastTo(words, at) ?? readHour(words, at);
  if (read === undefined) return undefined;
  const half = halfAt(words, read.next);
  return half === undefined ? read : { ...read, half: half.half, next: half.next, bare: false };
}

function readWrittenClock(word: string, at: number): ReadClock | undefined {
  const written = /^(\d{1,2}):(\d\d)$/.exec(word);
  const hour = Number(written?.[1]);
  const minute = Number(written?.[2]);
  if (written === null || hour > 23 || minute > 59) return undefined;
  return { hour, minute, half: undefined, bare: false, next: at + 1 };
}

/** `half past two`, `half two`, `a quarter to four`, `ten past nine`, `twenty minutes to five`. */
function readPastTo(words: readonly Word[], at: number): ReadClock | undefined {
  const start = wordAt(words, at) === 'a' ? at + 1 : at;
  const word = wordAt(words, start);
  const named = word === 'half' ? 30 : word === 'quarter' ? 15 : undefined;
  const counted = named === undefined && start === at ? readNumber(words, start, 'en') : undefined;
  const amount = named ?? counted?.value;
  if (amount === undefined || counted?.ordinal || amount < 1 || amount > 59) return undefined;
  const afterAmount = counted === undefined ? start + 1 : start + counted.length;
  const hasMinutes = /^minutes?$/.test(wordAt(words, afterAmount));
  const link = hasMinutes ? afterAmount + 1 : afterAmount;
  const direction = directions.get(wordAt(words, link));
  if (direction === undefined && word !== 'half') return undefined;
  // "Three to five" is a range: minutes come in fives, or with their name.
  if (counted !== undefined && !hasMinutes && amount % 5 !== 0) return undefined;
  const hour = readNumber(words, direction === undefined ? link : link + 1, 'en');
  if (hour === undefined || wordAt(words, link + 1) === 'dozen' || hour.ordinal || hour.value > 23 || hour.value < 1)
    return undefined;
  const next = (direction === undefined ? link : link + 1) + hour.length;
  const place = { half: undefined, bare: false, next: /^o'?clock$/.test(wordAt(words, next)) ? next + 1 : next };
  if (direction !== -1) return { hour: hour.value, minute: amount, ...place };
  return { hour: hour.value === 1 ? 12 : hour.value - 1, minute: 60 - amount, ...place };
}

const directions = new Map([
  ['past', 1],
  ['after', 1],
  ['to', -1],
  ['till', -1],
  ['before', -1],
  ['of', -1],
]);

/** `three`, `three pm`, `three thirty`, `ten oh five`, `three o'clock`, `15 30`. */
function readHour(words: readonly Word[], at: number): ReadClock | undefined {
  const hour = readNumber(words, at, 'en');
  const digits = wordAt(words, at);
  // "About a dozen" is no hour.
  if (words.slice(at, at + (hour?.length ?? 0)).some(({ text }) => text === 'dozen')) return undefined;
  if (hour === undefined || hour.ordinal || hour.value > 23 || /^\d{3,}$|^zero$|^oh$/.test(digits)) return undefined;
  const clock = (minute: number, next: number, bare: boolean): ReadClock => ({
    hour: hour.value,
    minute,
    half: undefined,
    bare,
    next,
  });
  const after = at + hour.length;
  const isClose = (words[after]?.start ?? 0) - (words[after - 1]?.end ?? 0) <= 1;
  if (/^(?:oh|o)$/.test(wordAt(words, after))) {
    const minute = readNumber(words, after + 1, 'en');
    if (minute !== undefined && minute.value > 0 && minute.value < 10)
      return clock(minute.value, after + 1 + minute.length, false);
  }
  const minute = isClose ? readNumber(words, after, 'en') : undefined;
  if (
    minute !== undefined &&
    !minute.ordinal &&
    minute.value >= 10 &&
    minute.value <= 59 &&
    !counted.has(wordAt(words, after + minute.length))
  ) {
    return clock(minute.value, after + minute.length, false);
  }
  if (hour.value === 0) return undefined;
  if (/^o'?clock$/.test(wordAt(words, after))) return clock(0, after + 1, false);
  if (wordAt(words, after) === 'o' && wordAt(words, after + 1) === 'clock') return clock(0, after + 2, false);
  if (wordAt(words, after) === 'sharp') return clock(0, after + 1, false);
  if (counted.has(wordAt(words, after)) || minute !== undefined) return undefined;
  if (matchPhrase(words, after, 'and a half') !== undefined) return undefined;
  return clock(0, after, true);
}

/** A number before one of these counts something else. */
const counted = new Set(
  'day days week weeks month months year years night nights hour hours minute minutes second seconds people person persons guests adults children kids dollars euros pounds percent of times room rooms tickets'.split(
    ' ',
  ),
);

/** "Two to four people", "3 to 7 days". */
export function isCountedAfterNumber(words: readonly Word[], at: number): boolean {
  const number = readNumber(words, at, 'en');
  return number !== undefined && counted.has(wordAt(words, at + number.length));
}

function halfAt(words: readonly Word[], at: number): { half: 'am' | 'pm'; next: number } | undefined {
  const word = wordAt(words, at);
  if (word === 'am' || word === 'pm') return { half: word, next: at + 1 };
  const morning = matchAny(words, at, ['in the morning']);
  if (morning !== undefined) return { half: 'am', next: morning };
  const late = matchAny(words, at, ['in the afternoon', 'in the evening', 'at night']);
  return late === undefined ? undefined : { half: 'pm', next: late };
}

export function readPart(words: readonly Word[], at: number): ReadPart | undefined {
  if (wordAt(words, at) === 'tonight') return { ...parts.evening, isToday: true, next: at + 1 };
  const isThis = wordAt(words, at) === 'this';
  const start = isThis
    ? at + 1
    : (matchAny(words, at, ['in the late', 'in the early', 'in the', 'late', 'early']) ?? at);
  const word = wordAt(words, start);
  const part =
    word === 'morning'
      ? parts.morning
      : word === 'afternoon'
        ? parts.afternoon
        : word === 'evening'
          ? parts.evening
          : word === 'night'
            ? parts.night
            : word === 'lunchtime'
              ? parts.noon
              : undefined;
  if (part === undefined) return undefined;
  // "Good morning" greets, "two nights" lasts.
  if (['good', 'a', 'per', 'every', 'last'].includes(wordAt(words, at - 1))) return undefined;
  return { ...part, isToday: isThis, next: start + 1 };
}

const parts = {
  morning: { from: '06:00', to: '12:00', half: 'am' },
  noon: { from: '12:00', to: '14:00', half: 'pm' },
  afternoon: { from: '12:00', to: '18:00', half: 'pm' },
  evening: { from: '18:00', to: '22:00', half: 'pm' },
  night: { from: '20:00', to: '23:59', half: 'pm' },
} as const;
