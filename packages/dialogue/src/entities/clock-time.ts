import { type Entity, entityOf, type Token, tokenize } from './entity.ts';
import { readCardinal } from './numbers.ts';
import type { ClockTime } from './zoned-time.ts';

export type PartOfDay = 'morning' | 'afternoon' | 'evening';

/** A clock time as it was said: `hour` is 0 to 23; without `meridiem` an hour of 1 to 12 may be either half of the day. */
export interface SpokenTime {
  readonly hour: number;
  readonly minute: number;
  readonly meridiem: 'am' | 'pm' | undefined;
  /** A bare number such as "three": a time only if a time was asked for or the sentence says so. */
  readonly bare: boolean;
}

/** The clock times of the utterance in order: `half past two`, `quarter to four`, `3:30pm`, `at ten thirty`, `noon`. */
export function findClockTimes(text: string): Entity<SpokenTime>[] {
  const tokens = tokenize(text);
  const found: Entity<SpokenTime>[] = [];
  for (let at = 0; at < tokens.length; ) {
    const read = readTime(tokens, at);
    if (read === undefined) {
      at += 1;
      continue;
    }
    const half = halfOfDay(tokens, read.next);
    const next = half?.next ?? read.next;
    found.push(entityOf(text, tokens, at, next, finished(tokens, at, read, half?.meridiem)));
    at = next;
  }
  return found;
}

/** `morning`, `afternoon` or `evening` said anywhere in the utterance. */
export function findPartOfDay(text: string): PartOfDay | undefined {
  for (const { text: word } of tokenize(text)) {
    if (word === 'morning') return 'morning';
    if (word === 'afternoon') return 'afternoon';
    if (word === 'evening' || word === 'tonight' || word === 'night') return 'evening';
  }
  return undefined;
}

/**
 * The time of day that was meant. Said or implied halves of the day win; else the one within the opening hours, else
 * the afternoon for hours up to six (nobody books at three at night), else as it was said.
 */
export function resolveTime(
  spoken: SpokenTime,
  partOfDay: PartOfDay | undefined,
  hours: { readonly opens: ClockTime; readonly closes: ClockTime },
): ClockTime {
  const { hour, minute, meridiem } = spoken;
  const half = meridiem ?? (partOfDay === undefined ? undefined : partOfDay === 'morning' ? 'am' : 'pm');
  if (hour === 0 || hour > 12) return { hour, minute };
  const am = { hour: hour % 12, minute };
  const pm = { hour: (hour % 12) + 12, minute };
  if (half !== undefined) return half === 'am' ? am : pm;
  const open = (time: ClockTime) => minutes(time) >= minutes(hours.opens) && minutes(time) < minutes(hours.closes);
  if (open(am)) return am;
  if (open(pm) || hour <= 6 || hour === 12) return pm;
  return am;
}

interface ReadTime {
  readonly hour: number;
  readonly minute: number;
  readonly next: number;
  readonly bare: boolean;
  readonly meridiem?: 'am' | 'pm';
}

function readTime(tokens: readonly Token[], at: number): ReadTime | undefined {
  const word = wordAt(tokens, at);
  if (word === 'noon' || word === 'midday') return { hour: 12, minute: 0, next: at + 1, bare: false, meridiem: 'pm' };
  if (word === 'midnight') return { hour: 0, minute: 0, next: at + 1, bare: false, meridiem: 'am' };
  return readWritten(word, at) ?? readPastTo(tokens, at) ?? readHour(tokens, at);
}

function readWritten(word: string, at: number): ReadTime | undefined {
  const written = /^(\d{1,2}):(\d\d)$/.exec(word);
  const hour = Number(written?.[1]);
  const minute = Number(written?.[2]);
  if (written === null || hour > 23 || minute > 59) return undefined;
  return { hour, minute, next: at + 1, bare: false };
}

/** `half past two`, `half two`, `a quarter to four`, `ten past nine`, `twenty minutes to five`. */
function readPastTo(tokens: readonly Token[], at: number): ReadTime | undefined {
  const start = wordAt(tokens, at) === 'a' ? at + 1 : at;
  const word = wordAt(tokens, start);
  const named = word === 'half' ? 30 : word === 'quarter' ? 15 : undefined;
  const counted = named === undefined && start === at ? readCardinal(tokens, start) : undefined;
  const amount = named ?? counted?.value;
  if (amount === undefined || amount < 1 || amount > 59) return undefined;
  const afterAmount = counted?.next ?? start + 1;
  const link = /^minutes?$/.test(wordAt(tokens, afterAmount)) ? afterAmount + 1 : afterAmount;
  const direction = DIRECTIONS.get(wordAt(tokens, link));
  if (direction === undefined && word !== 'half') return undefined;
  // "ten after" with no hour, and "three to five" meaning a range, stay numbers: minutes come in fives here.
  if (counted !== undefined && amount % 5 !== 0) return undefined;
  const hour = readCardinal(tokens, direction === undefined ? link : link + 1);
  if (hour === undefined || hour.value > 23 || hour.value < 1) return undefined;
  if (direction !== -1) return { hour: hour.value, minute: amount, next: hour.next, bare: false };
  return { hour: hour.value === 1 ? 12 : hour.value - 1, minute: 60 - amount, next: hour.next, bare: false };
}

/** `three`, `three pm`, `three thirty`, `ten oh five`, `three o'clock`, `15 30`. */
function readHour(tokens: readonly Token[], at: number): ReadTime | undefined {
  const hour = readCardinal(tokens, at);
  const digits = wordAt(tokens, at);
  if (/^\d{3,}$/.test(digits) || hour === undefined || hour.value > 23 || /^0\d$|^zero$/.test(digits)) return undefined;
  const oh = /^(?:oh|o|zero)$/.test(wordAt(tokens, hour.next)) ? readCardinal(tokens, hour.next + 1) : undefined;
  if (oh !== undefined && oh.value > 0 && oh.value < 10) {
    return { hour: hour.value, minute: oh.value, next: oh.next, bare: false };
  }
  const minute = readCardinal(tokens, hour.next);
  if (minute !== undefined && minute.value >= 10 && minute.value <= 59 && !UNITS.has(wordAt(tokens, minute.next))) {
    return { hour: hour.value, minute: minute.value, next: minute.next, bare: false };
  }
  if (hour.value === 0) return undefined;
  if (/^o'?clock$/.test(wordAt(tokens, hour.next)))
    return { hour: hour.value, minute: 0, next: hour.next + 1, bare: false };
  if (UNITS.has(wordAt(tokens, hour.next))) return undefined;
  return { hour: hour.value, minute: 0, next: hour.next, bare: true };
}

/** Take in what stands around the number: `at` before it, the half of the day after it. */
function finished(tokens: readonly Token[], at: number, read: ReadTime, half: 'am' | 'pm' | undefined): SpokenTime {
  const meridiem = read.hour > 12 ? undefined : (read.meridiem ?? half);
  const bare = read.bare && half === undefined && !BEFORE_TIME.has(wordAt(tokens, at - 1));
  return { hour: read.hour, minute: read.minute, meridiem, bare };
}

/** `pm`, `in the afternoon`, `at night`, and the index after it. */
function halfOfDay(tokens: readonly Token[], at: number): { meridiem: 'am' | 'pm'; next: number } | undefined {
  const [first, second, third] = [0, 1, 2].map((ahead) => wordAt(tokens, at + ahead));
  if (first === 'am' || first === 'pm') return { meridiem: first, next: at + 1 };
  if (first === 'in' && second === 'the' && third === 'morning') return { meridiem: 'am', next: at + 3 };
  if (first === 'in' && second === 'the' && (third === 'afternoon' || third === 'evening')) {
    return { meridiem: 'pm', next: at + 3 };
  }
  return first === 'at' && second === 'night' ? { meridiem: 'pm', next: at + 2 } : undefined;
}

function minutes(time: ClockTime): number {
  return time.hour * 60 + time.minute;
}

function wordAt(tokens: readonly Token[], at: number): string {
  return tokens[at]?.text ?? '';
}

const DIRECTIONS = new Map([
  ['past', 1],
  ['after', 1],
  ['to', -1],
  ['till', -1],
  ['before', -1],
  ['of', -1],
]);
const BEFORE_TIME = new Set(['at', 'around', 'about', 'by', 'before', 'after']);
/** A number before one of these counts something else. */
const UNITS = new Set(['day', 'days', 'week', 'weeks', 'hours', 'hour', 'minutes', 'people', 'dollars', 'of']);
