import { tokenize } from '../entity.ts';
import type { FoundEntity } from '../found-entity.ts';
import type { EntityLanguage } from '../numbers/number-words.ts';
import {
  addDays,
  type CalendarDate,
  compareDates,
  isoDateOf,
  isoTimeOf,
  isRealDate,
  localTime,
} from '../zoned-time.ts';
import { addMonthsTo, type Preference } from './calendar.ts';
import { english } from './english/english.ts';
import {
  foldMarks,
  type Grammar,
  type Lengths,
  type Moment,
  type ReadClock,
  type ReadDay,
  type ReadPart,
  type ReadSpan,
  type Word,
} from './reading.ts';
import { vietnamese } from './vietnamese/vietnamese.ts';
import { findWrittenDays } from './written-days.ts';

export interface TimesRequest {
  readonly language: EntityLanguage;
  /** Reference time for "tomorrow". */
  readonly nowEpochMs: number;
  /** IANA; days begin and end there. */
  readonly timeZone: string;
  /** Where an unclear day lies: `past` for birthdays. */
  readonly preference: Preference;
  /** `12/1` is 1 December only where months come first; the United States, if left out. */
  readonly region?: string;
  /** A time was asked for: "three" alone is one. */
  readonly timeAsked?: boolean;
  /** Whether "one week from Monday" may be a length and its beginning; never, if left out. */
  readonly lengths?: Lengths;
}

/** Values as in `FoundEntity`. */
export type TemporalValue =
  | { readonly kind: 'date'; readonly value: string }
  | { readonly kind: 'time' | 'dateTime'; readonly value: string; readonly readings: readonly string[] }
  | { readonly kind: 'dateRange'; readonly value: { readonly from: string; readonly to: string } }
  | {
      readonly kind: 'timeRange';
      readonly value: { readonly from: string; readonly to: string; readonly date?: string };
    }
  /** ISO 8601. */
  | { readonly kind: 'duration'; readonly value: string };

export type TemporalEntity = TemporalValue & Pick<FoundEntity, 'text' | 'start' | 'end'>;

/**
 * Days, times, ranges and durations of an utterance, in order. A time without half of the day has both readings, the likelier
 * one first. "Next Friday" is Friday of the week (Monday to Sunday) after this one; a bare weekday is the next one after today.
 */
export function findTimes(text: string, request: TimesRequest): readonly TemporalEntity[] {
  const grammar = request.language === 'vi' ? vietnamese : english;
  const today = localTime(request.nowEpochMs, request.timeZone).date;
  const moment: Moment = {
    today,
    preference: request.preference,
    monthFirst: request.language === 'en' && (request.region ?? 'US') === 'US',
    lengths: request.lengths ?? 'never',
  };
  const composed = text.normalize('NFC').length === text.length ? text.normalize('NFC') : text;
  const written = findWrittenDays(composed, moment);
  const words: Word[] = tokenize(composed).map((token) => ({ ...token, folded: foldMarks(token.text) }));
  const found: TemporalEntity[] = [];
  const readers = withWritten(grammar, written);
  for (let at = 0; at < words.length; ) {
    const read = readAt(readers, words, at, moment, request.timeAsked ?? false);
    if (read === undefined) {
      at += 1;
      continue;
    }
    const start = words[at]?.start ?? 0;
    const end = words[read.next - 1]?.end ?? start;
    const place = { text: text.slice(start, end), start, end };
    for (const value of read.values) found.push({ ...value, ...place });
    at = Math.max(read.next, at + 1);
  }
  return found;
}

interface ReadValues {
  readonly values: readonly TemporalValue[];
  readonly next: number;
}

/** Days in digits stand where the grammar looks for a day. */
function withWritten(grammar: Grammar, written: ReturnType<typeof findWrittenDays>): Grammar {
  if (written.length === 0) return grammar;
  return {
    ...grammar,
    day(words, at, moment) {
      const said = written.some(({ start }) => start === words[at]?.start) ? undefined : grammar.day(words, at, moment);
      const saidEnd = words[(said?.next ?? at + 1) - 1]?.end ?? 0;
      // "Ngày 30/4/2002" is not the thirtieth: it goes on.
      const day = written.find(({ start, end }) => start === words[at]?.start || (start < saidEnd && end > saidEnd));
      if (day === undefined || (said === undefined && day.start !== words[at]?.start)) return said;
      let next = at + 1;
      while ((words[next]?.start ?? Number.POSITIVE_INFINITY) < day.end) next += 1;
      return { date: day.date, next };
    },
  };
}

function readAt(
  grammar: Grammar,
  words: readonly Word[],
  at: number,
  moment: Moment,
  timeAsked: boolean,
): ReadValues | undefined {
  const opened = grammar.opens(words, at);
  const range = opened === undefined ? undefined : readRange(grammar, words, opened, moment, true);
  if (range !== undefined) return range;
  const loose = readRange(grammar, words, at, moment, false);
  if (loose !== undefined) return loose;
  const isDuration = grammar.duration(words, at, moment);
  const day = grammar.day(words, at, moment);
  if (day !== undefined && (isDuration === undefined || day.next > isDuration.next)) {
    return withTime(grammar, words, day, moment);
  }
  // "Twenty minutes to five".
  const clock = isDuration === undefined ? undefined : grammar.clock(words, at);
  if (clock !== undefined && !clock.bare && clock.next > (isDuration?.next ?? 0)) {
    return readTime(grammar, words, at, moment, timeAsked);
  }
  if (isDuration !== undefined) return { values: [{ kind: 'duration', value: isDuration.iso }], next: isDuration.next };
  const span = grammar.span(words, at, moment);
  if (span !== undefined) return { values: [rangeOf(span)], next: span.next };
  const part = grammar.part(words, at);
  if (part !== undefined) return readPart(grammar, words, part, moment);
  return readTime(grammar, words, at, moment, timeAsked);
}

/** `from … to …`, `between … and …`, and two ends of one kind with "to" between them. */
function readRange(
  grammar: Grammar,
  words: readonly Word[],
  at: number,
  moment: Moment,
  opened: boolean,
): ReadValues | undefined {
  const first = grammar.day(words, at, moment);
  if (first !== undefined) {
    const joined = grammar.joins(words, first.next, opened);
    const last = joined === undefined ? undefined : readLastDay(grammar, words, joined, moment, first);
    if (last !== undefined) return last;
  }
  // "3 to 7 December": a number that only the other end makes a day.
  const number = first === undefined ? grammar.dayNumber(words, at) : undefined;
  const joined = number === undefined ? undefined : grammar.joins(words, number.next, opened);
  const to = joined === undefined ? undefined : grammar.day(words, joined, moment);
  if (number !== undefined && to !== undefined && !to.dayOnly && !to.weekdayOnly && number.value < to.date.day) {
    return { values: [rangeOf({ from: { ...to.date, day: number.value }, to: to.date })], next: to.next };
  }
  return readClockRange(grammar, words, at, moment, opened);
}

function readLastDay(
  grammar: Grammar,
  words: readonly Word[],
  at: number,
  moment: Moment,
  first: ReadDay,
): ReadValues | undefined {
  const last = grammar.day(words, grammar.link(words, at), moment);
  if (last === undefined) {
    // "December 3 to 7".
    const number = first.weekdayOnly ? undefined : grammar.dayNumber(words, at);
    const to = number === undefined ? undefined : { ...first.date, day: number.value };
    if (number === undefined || to === undefined || number.value <= first.date.day || !isRealDate(to)) return undefined;
    return { values: [rangeOf({ from: first.date, to })], next: number.next };
  }
  let from = first.date;
  let to = last.date;
  if (first.dayOnly && !last.dayOnly) from = { ...to, day: from.day };
  if (last.dayOnly && !first.dayOnly) to = { ...from, day: to.day };
  if (last.weekdayOnly) while (compareDates(to, from) < 0) to = addDays(to, 7);
  while (last.dayOnly && compareDates(to, from) < 0) to = addMonthsTo(to, 1);
  if (compareDates(to, from) < 0) to = { ...to, year: to.year + 1 };
  return { values: [rangeOf({ from, to })], next: last.next };
}

function readClockRange(
  grammar: Grammar,
  words: readonly Word[],
  at: number,
  moment: Moment,
  opened: boolean,
): ReadValues | undefined {
  const first = grammar.clock(words, at);
  const joined = first === undefined ? undefined : grammar.joins(words, first.next, opened);
  if (first === undefined || joined === undefined) return undefined;
  const last = grammar.clock(words, grammar.link(words, joined));
  if (last === undefined) return undefined;
  // "Two to four people": two bare numbers are no times unless something says so.
  if (first.bare && last.bare && !(opened && grammar.expectsTime(words, at - 1)) && !grammar.expectsTime(words, at)) {
    const after = grammar.part(words, last.next);
    if (!opened && after === undefined) return undefined;
  }
  const part = grammar.part(words, last.next);
  const lastHalf = last.half ?? (part !== undefined && !part.isToday ? part.half : undefined);
  const tos = readingsOf({ ...last, half: lastHalf });
  const to = tos[0] ?? '';
  const from =
    first.half === undefined
      ? ([...readingsOf(first)].reverse().find((time) => time < to && hoursBetween(time, to) < 12) ??
        readingsOf(first)[0] ??
        '')
      : (readingsOf(first)[0] ?? '');
  const later = tos.find((time) => time > from) ?? to;
  const next = lastHalf !== undefined && last.half === undefined && part !== undefined ? part.next : last.next;
  const day = grammar.day(words, grammar.link(words, next), moment);
  const value = { from, to: later, ...(day !== undefined && { date: isoDateOf(day.date) }) };
  return { values: [{ kind: 'timeRange', value }], next: day?.next ?? next };
}

/** After a day: a time of it, a part of it, or a range of its hours. */
function withTime(grammar: Grammar, words: readonly Word[], day: ReadDay, moment: Moment): ReadValues {
  const date = isoDateOf(day.date);
  const at = grammar.link(words, day.next);
  const opened = grammar.opens(words, at);
  const range = readClockRange(grammar, words, opened ?? at, moment, opened !== undefined);
  const [ranged] = range?.values ?? [];
  if (range !== undefined && ranged?.kind === 'timeRange') {
    return { values: [{ kind: 'timeRange', value: { ...ranged.value, date } }], next: range.next };
  }
  const part = grammar.part(words, at);
  if (part !== undefined && !part.isToday) {
    const clock = readClockAfter(grammar, words, part.next);
    if (clock !== undefined)
      return { values: [momentOf(date, { ...clock, half: clock.half ?? part.half })], next: clock.next };
    return { values: [{ kind: 'timeRange', value: { from: part.from, to: part.to, date } }], next: part.next };
  }
  const clock = grammar.clock(words, at);
  // "Friday three people" is a day and a number.
  if (clock === undefined || (clock.bare && at === day.next && !isLast(words, clock.next))) {
    return { values: [{ kind: 'date', value: date }], next: day.next };
  }
  const half = grammar.part(words, clock.next);
  if (half !== undefined && clock.half === undefined && !half.isToday) {
    return { values: [momentOf(date, { ...clock, half: half.half })], next: half.next };
  }
  return { values: [momentOf(date, clock)], next: clock.next };
}

function isLast(words: readonly Word[], next: number): boolean {
  const word = words[next]?.text;
  return (
    word === undefined ||
    ['please', 'pm', 'am', 'ạ', 'nhé', 'or', 'and', 'if', 'for', 'would', 'works', 'is'].includes(word)
  );
}

/** A part of the day, alone ("in the afternoon"), of today ("tonight"), before its day ("sáng mai"), or with a time. */
function readPart(grammar: Grammar, words: readonly Word[], part: ReadPart, moment: Moment): ReadValues {
  const linked = grammar.link(words, part.next);
  const day = part.isToday ? { date: moment.today, next: part.next } : grammar.day(words, linked, moment);
  const clock = readClockAfter(grammar, words, day?.next ?? part.next);
  if (clock !== undefined) {
    const halved = { ...clock, half: clock.half ?? part.half };
    if (day !== undefined) return { values: [momentOf(isoDateOf(day.date), halved)], next: clock.next };
    return { values: [timeOf(halved)], next: clock.next };
  }
  const value = { from: part.from, to: part.to, ...(day !== undefined && { date: isoDateOf(day.date) }) };
  return { values: [{ kind: 'timeRange', value }], next: day?.next ?? part.next };
}

function readClockAfter(grammar: Grammar, words: readonly Word[], at: number): ReadClock | undefined {
  const linked = grammar.link(words, at);
  const clock = grammar.clock(words, linked);
  return clock === undefined || (clock.bare && linked === at && !isLast(words, clock.next)) ? undefined : clock;
}

/** A time, and the day after it if there is one: "three pm on Friday". */
function readTime(
  grammar: Grammar,
  words: readonly Word[],
  at: number,
  moment: Moment,
  timeAsked: boolean,
): ReadValues | undefined {
  const clock = grammar.clock(words, at);
  if (clock === undefined || (clock.half === undefined && numbered.has(words[at - 1]?.text ?? ''))) return undefined;
  const part = clock.half === undefined ? grammar.part(words, clock.next) : undefined;
  const halved = part === undefined ? clock : { ...clock, half: part.half, next: part.next };
  const linked = grammar.link(words, halved.next);
  const day = part?.isToday ? { date: moment.today, next: halved.next } : grammar.day(words, linked, moment);
  const isTime = !clock.bare || part !== undefined || timeAsked || grammar.expectsTime(words, at);
  if (!isTime) return undefined;
  if (day === undefined) return { values: [timeOf(halved)], next: halved.next };
  const later = grammar.part(words, day.next);
  if (later !== undefined && halved.half === undefined && !later.isToday) {
    return { values: [momentOf(isoDateOf(day.date), { ...halved, half: later.half })], next: later.next };
  }
  return { values: [momentOf(isoDateOf(day.date), halved)], next: day.next };
}

/** What follows these is their number: "room two oh five". */
const numbered = new Set(['room', 'number', 'flat', 'apartment', 'extension', 'suite', 'phòng', 'số', 'tầng']);

function timeOf(clock: ReadClock): TemporalValue {
  const readings = readingsOf(clock);
  return { kind: 'time', value: readings[0] ?? '', readings };
}

function momentOf(date: string, clock: ReadClock): TemporalValue {
  const readings = readingsOf(clock).map((time) => `${date}T${time}`);
  return { kind: 'dateTime', value: readings[0] ?? '', readings };
}

function rangeOf({ from, to }: { from: CalendarDate; to: CalendarDate } | ReadSpan): TemporalValue {
  return { kind: 'dateRange', value: { from: isoDateOf(from), to: isoDateOf(to) } };
}

/** All that the time can mean, the likeliest first: people mean the hours in which they are awake. */
function readingsOf({ hour, minute, half }: Pick<ReadClock, 'hour' | 'minute' | 'half'>): string[] {
  const at = (value: number) => isoTimeOf({ hour: value % 24, minute });
  if (hour === 0 || hour > 12) return [at(hour)];
  const am = at(hour % 12);
  const pm = at((hour % 12) + 12);
  if (half !== undefined) return [half === 'am' ? am : pm];
  return hour >= 7 && hour < 12 ? [am, pm] : [pm, am];
}

function hoursBetween(from: string, to: string): number {
  return Number(to.slice(0, 2)) - Number(from.slice(0, 2));
}
