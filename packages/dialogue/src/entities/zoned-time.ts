/** A day of the calendar, no time of day and no zone. `month` is 1 to 12. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A time of day on the 24-hour clock. */
export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
}

/** What the calendar and the clock on the wall show at the moment in the zone. */
export function localTime(
  epochMs: number,
  timeZone: string,
): { readonly date: CalendarDate; readonly time: ClockTime } {
  const offset = wholeDayOffsetMs(epochMs, timeZone);
  if (offset === undefined) return read(epochMs, timeZone);
  const wall = new Date(epochMs + offset);
  return {
    date: { year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate() },
    time: { hour: wall.getUTCHours(), minute: wall.getUTCMinutes() },
  };
}

function read(epochMs: number, timeZone: string): { readonly date: CalendarDate; readonly time: ClockTime } {
  const parts = new Map(
    formatter(timeZone)
      .formatToParts(epochMs)
      .map((part) => [part.type, Number(part.value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return {
    date: { year: part('year'), month: part('month'), day: part('day') },
    time: { hour: part('hour'), minute: part('minute') },
  };
}

/**
 * The moment at which the wall clock of the zone shows the date and time. A time that the change to summer time skips
 * gives the moment an hour later; one that comes twice gives the first.
 */
export function epochOf(date: CalendarDate, time: ClockTime, timeZone: string): number {
  const wall = Date.UTC(date.year, date.month - 1, date.day, time.hour, time.minute);
  const before = wall - offsetMs(wall - DAY_MS, timeZone);
  const after = wall - offsetMs(wall + DAY_MS, timeZone);
  const [earlier, later] = before <= after ? [before, after] : [after, before];
  if (earlier + offsetMs(earlier, timeZone) === wall) return earlier;
  if (later + offsetMs(later, timeZone) === wall) return later;
  return later;
}

/** The date some days later (or earlier). */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  const moved = new Date(Date.UTC(date.year, date.month - 1, date.day + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/** 1 for Monday to 7 for Sunday. */
export function weekdayOf(date: CalendarDate): number {
  return new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay() || 7;
}

/** Whether the calendar has the day: no 30th of February. */
export function isRealDate(date: CalendarDate): boolean {
  const same = addDays(date, 0);
  return same.month === date.month && same.day === date.day;
}

/** Negative when `a` is the earlier day, 0 when they are the same. */
export function compareDates(a: CalendarDate, b: CalendarDate): number {
  return a.year - b.year || a.month - b.month || a.day - b.day;
}

const DAY_MS = 86_400_000;

function offsetMs(epochMs: number, timeZone: string): number {
  return wholeDayOffsetMs(epochMs, timeZone) ?? readOffsetMs(epochMs, timeZone);
}

/** How far the wall clock is ahead of UTC, by asking the zone's data. */
function readOffsetMs(epochMs: number, timeZone: string): number {
  const { date, time } = read(epochMs, timeZone);
  const wall = Date.UTC(date.year, date.month - 1, date.day, time.hour, time.minute);
  return wall - Math.floor(epochMs / 60_000) * 60_000;
}

/**
 * The same, kept for each day of UTC that begins and ends with one offset: one look for a free time asks for hundreds of moments, and
 * each by way of the zone's data takes microseconds, a millisecond in all. Undefined on the few days on which the clocks change.
 * No zone has ever changed its clocks twice within six days since 1973.
 */
function wholeDayOffsetMs(epochMs: number, timeZone: string): number | undefined {
  const day = Math.floor(epochMs / DAY_MS);
  if (!(day >= wholeMinutesFrom)) return undefined;
  let days = offsetsByDay.get(timeZone);
  if (days === undefined) {
    if (offsetsByDay.size >= MAX_FORMATTERS) offsetsByDay.clear();
    days = new Map();
    offsetsByDay.set(timeZone, days);
  }
  const known = days.get(day);
  if (known !== undefined) return known === changes ? undefined : known;
  const begins = readOffsetMs(day * DAY_MS, timeZone);
  const isWhole = begins === readOffsetMs((day + 1) * DAY_MS, timeZone);
  if (days.size >= MAX_DAYS) days.clear();
  days.set(day, isWhole ? begins : changes);
  return isWhole ? begins : undefined;
}

const offsetsByDay = new Map<string, Map<number, number | typeof changes>>();
const changes = 'changes';
/** A year of calls and the months ahead for which they ask: 64 zones of it are 3 MB. */
const MAX_DAYS = 512;
/** 1973, in days: until 1972 a zone was off by part of a minute, so that its wall clock changed within one of ours. */
const wholeMinutesFrom = Date.UTC(1973, 0) / DAY_MS;

/** Making a formatter costs about a hundred times what using it does. There are fewer than 600 zones; keep the last few. */
const MAX_FORMATTERS = 64;
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = makeFormatter(timeZone);
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  formatters.set(timeZone, made);
  return made;
}

function makeFormatter(timeZone: string): Intl.DateTimeFormat {
  const numeric = 'numeric';
  const options = {
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    hourCycle: 'h23',
  } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone });
  } catch {
    // An unknown zone must not end a call; UTC is at least what the record shows.
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
  }
}

/** `2026-11-27`. */
export function isoDateOf({ year, month, day }: CalendarDate): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** `15:00`. */
export function isoTimeOf({ hour, minute }: ClockTime): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}
