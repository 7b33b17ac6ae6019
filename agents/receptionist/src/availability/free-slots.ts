import {
  addDays,
  type CalendarDate,
  epochOf,
  isoDateOf,
  localTime,
  weekdayOf,
} from '@parley/dialogue/entities/zoned-time.ts';
import { type BusySpan, overlaps } from './calendar.ts';
import { type BookableService, chairsFor, type OpenSpan, type Shop } from './shop.ts';

/** A time at which a service can start, and the chairs that are free for all of it. */
export interface FreeSlot {
  readonly startsAtEpochMs: number;
  readonly endsAtEpochMs: number;
  readonly chairIds: readonly string[];
}

export type WantedTime =
  | { readonly status: 'free'; readonly slot: FreeSlot }
  /** `closed`: the shop is, for some of it; `between`: appointments start at other minutes; `too_far`: not open for booking yet. */
  | { readonly status: 'taken' | 'closed' | 'between' | 'past' | 'too_far' };

/** When the shop is open on the day, and why if the day is an exception. */
export function openOn(shop: Shop, date: CalendarDate): { spans: readonly OpenSpan[]; reason: string | undefined } {
  const iso = isoDateOf(date);
  const exception = shop.exceptions.find((one) => one.date === iso);
  if (exception !== undefined) return { spans: exception.spans, reason: exception.reason };
  return { spans: shop.week[weekdayOf(date)] ?? [], reason: undefined };
}

/** The shop's day from its first moment to that of the next day: 23 or 25 hours long when the clocks change. */
export function dayBounds(shop: Shop, date: CalendarDate): { fromEpochMs: number; toEpochMs: number } {
  const midnight = { hour: 0, minute: 0 };
  return {
    fromEpochMs: epochOf(date, midnight, shop.timeZone),
    toEpochMs: epochOf(addDays(date, 1), midnight, shop.timeZone),
  };
}

/**
 * All times of the day at which the service can start, earliest first.
 *
 * @param busy what is taken, at least of this day
 */
export function freeSlots(
  shop: Shop,
  service: BookableService,
  date: CalendarDate,
  busy: readonly BusySpan[],
  nowEpochMs: number,
): readonly FreeSlot[] {
  return startsOn(shop, service, date)
    .filter((start) => inBookingTime(shop, start, nowEpochMs) === 'open')
    .map((start) => slotAt(shop, service, start, busy))
    .filter((slot) => slot.chairIds.length > 0);
}

/** Whether the service can start at just this moment, and why not. */
export function wantedTime(
  shop: Shop,
  service: BookableService,
  startsAtEpochMs: number,
  busy: readonly BusySpan[],
  nowEpochMs: number,
): WantedTime {
  const when = inBookingTime(shop, startsAtEpochMs, nowEpochMs);
  if (when !== 'open') return { status: when };
  const { date } = localTime(startsAtEpochMs, shop.timeZone);
  const endsAtEpochMs = startsAtEpochMs + service.durationMinutes * MINUTE_MS;
  const open = openSpans(shop, date).some((span) => span.from <= startsAtEpochMs && endsAtEpochMs <= span.to);
  if (!open) return { status: 'closed' };
  if (!startsOn(shop, service, date).includes(startsAtEpochMs)) return { status: 'between' };
  const slot = slotAt(shop, service, startsAtEpochMs, busy);
  return slot.chairIds.length > 0 ? { status: 'free', slot } : { status: 'taken' };
}

/** The free times nearest to the wanted one, no more than `count`, earliest first. Of two as near, the later one. */
export function nearestSlots(slots: readonly FreeSlot[], wantedEpochMs: number, count: number): readonly FreeSlot[] {
  const distance = (slot: FreeSlot): number => Math.abs(slot.startsAtEpochMs - wantedEpochMs);
  return slots
    .filter((slot) => slot.startsAtEpochMs !== wantedEpochMs)
    .sort((a, b) => distance(a) - distance(b) || b.startsAtEpochMs - a.startsAtEpochMs)
    .slice(0, count)
    .sort((a, b) => a.startsAtEpochMs - b.startsAtEpochMs);
}

const MINUTE_MS = 60_000;

function slotAt(shop: Shop, service: BookableService, start: number, busy: readonly BusySpan[]): FreeSlot {
  const slot = { startsAtEpochMs: start, endsAtEpochMs: start + service.durationMinutes * MINUTE_MS };
  const taken = new Set(busy.filter((span) => overlaps(span, slot)).map((span) => span.chairId));
  const chairIds = chairsFor(shop, service)
    .map((chair) => chair.chairId)
    .filter((chairId) => !taken.has(chairId));
  return { ...slot, chairIds };
}

/** Counted in real minutes from the opening: none falls into an hour that the clocks skip, and a repeated one has both. */
function startsOn(shop: Shop, service: BookableService, date: CalendarDate): readonly number[] {
  const starts: number[] = [];
  for (const { from, to } of openSpans(shop, date)) {
    const last = to - service.durationMinutes * MINUTE_MS;
    for (let start = from; start <= last; start += shop.startEveryMinutes * MINUTE_MS) starts.push(start);
  }
  return starts;
}

function openSpans(shop: Shop, date: CalendarDate): readonly { from: number; to: number }[] {
  return openOn(shop, date).spans.map((span) => ({
    from: epochOf(date, span.opens, shop.timeZone),
    to: epochOf(date, span.closes, shop.timeZone),
  }));
}

function inBookingTime(shop: Shop, start: number, nowEpochMs: number): 'open' | 'past' | 'too_far' {
  if (start < nowEpochMs + shop.noticeMinutes * MINUTE_MS) return 'past';
  const lastDay = addDays(localTime(nowEpochMs, shop.timeZone).date, shop.daysAhead);
  return start < dayBounds(shop, lastDay).toEpochMs ? 'open' : 'too_far';
}
