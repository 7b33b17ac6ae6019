import {
  addDays,
  compareDates,
  epochOf,
  isoDateOf,
  isoTimeOf,
  localTime,
} from '@parley/dialogue/entities/zoned-time.ts';
import { type JsonObject, type ToolContext, ToolError } from '@parley/dialogue/tools/tool.ts';
import type { BusySpan, Calendar } from './calendar.ts';
import { dayBounds, type FreeSlot, freeSlots, nearestSlots, openOn, wantedTime } from './free-slots.ts';
import { type BookableService, type Shop, serviceNamed } from './shop.ts';
import { readDay, readTime } from './wire-time.ts';

export interface TimesAsked {
  readonly service: string;
  readonly date: string;
  readonly untilDate?: string | undefined;
  readonly time?: string | undefined;
  /** Only times from this on, and before the other, on the shop's clock. */
  readonly earliest?: string | undefined;
  readonly latest?: string | undefined;
  readonly movingBookingId?: string | undefined;
}

/** Free times of a day or a few, what is wrong with the wanted one, and what is nearest to it. */
export async function findTimes(calendar: Calendar, shop: Shop, asked: TimesAsked, context: ToolContext) {
  const service = serviceOf(shop, asked.service);
  const first = readDay(asked.date);
  const until = asked.untilDate === undefined ? first : readDay(asked.untilDate);
  const furthest = addDays(first, MAX_DAYS - 1);
  const last = compareDates(until, furthest) > 0 ? furthest : until;

  // Read once for the days asked for and those after them from which another way may be offered.
  const { fromEpochMs } = dayBounds(shop, first);
  const { toEpochMs } = dayBounds(shop, addDays(last, LOOK_ON_DAYS));
  const all = await calendar.busy(fromEpochMs, toEpochMs, context.signal);
  const moving = asked.movingBookingId;
  const busy = moving === undefined ? all : all.filter((span) => span.bookingId !== moving);

  const onDays: FreeSlot[] = [];
  for (let day = first; compareDates(day, last) <= 0; day = addDays(day, 1)) {
    onDays.push(...freeSlots(shop, service, day, busy, context.nowEpochMs));
  }
  const slots = onDays.filter((slot) => isWithin(slot, shop, asked));
  const wantedEpochMs = asked.time === undefined ? undefined : epochOf(first, readTime(asked.time), shop.timeZone);
  const wanted =
    wantedEpochMs === undefined ? undefined : wantedTime(shop, service, wantedEpochMs, busy, context.nowEpochMs);
  const near = [slots, onDays].find((some) => some.length > 0);
  const others = near ?? nextOpenDay(shop, service, last, busy, context.nowEpochMs);
  const edge = asked.earliest === undefined ? fromEpochMs : epochOf(first, readTime(asked.earliest), shop.timeZone);
  const alternatives = nearestSlots(others, wantedEpochMs ?? edge, MAX_ALTERNATIVES);
  const { spans, reason } = openOn(shop, first);
  const [opening, closing] = [spans.at(0)?.opens, spans.at(-1)?.closes];
  return {
    service: service.name,
    durationMinutes: service.durationMinutes,
    timeZone: shop.timeZone,
    // Of the first day; null when the shop is closed all of it.
    opens: opening === undefined ? null : isoTimeOf(opening),
    closes: closing === undefined ? null : isoTimeOf(closing),
    reason: reason ?? null,
    // Those of the days that have such a time.
    days: [...new Set(slots.map((slot) => isoDateOf(localTime(slot.startsAtEpochMs, shop.timeZone).date)))],
    status: wanted?.status ?? (slots.length > 0 ? 'any' : 'none'),
    slots: slots.slice(0, MAX_SLOTS).map((slot) => slotJson(shop, slot, context)),
    moreSlots: Math.max(0, slots.length - MAX_SLOTS),
    alternatives: wanted?.status === 'free' ? [] : alternatives.map((slot) => slotJson(shop, slot, context)),
  };
}

/** A slot as tools answer with it; the caller's own clock too, where it shows another time than the shop's. */
export function slotJson(
  shop: Shop,
  slot: { readonly startsAtEpochMs: number; readonly endsAtEpochMs: number },
  context: ToolContext,
): JsonObject {
  const starts = localTime(slot.startsAtEpochMs, shop.timeZone);
  const shown = { date: isoDateOf(starts.date), time: isoTimeOf(starts.time) };
  const callers = localTime(slot.startsAtEpochMs, context.timeZone);
  const forCaller = { callerDate: isoDateOf(callers.date), callerTime: isoTimeOf(callers.time) };
  const same = forCaller.callerDate === shown.date && forCaller.callerTime === shown.time;
  return {
    ...shown,
    endsTime: isoTimeOf(localTime(slot.endsAtEpochMs, shop.timeZone).time),
    startsAtEpochMs: slot.startsAtEpochMs,
    endsAtEpochMs: slot.endsAtEpochMs,
    ...(same ? {} : forCaller),
  };
}

/** @throws ToolError `service_unknown` */
export function serviceOf(shop: Shop, name: string): BookableService {
  const service = serviceNamed(shop, name);
  if (service !== undefined) return service;
  const names = shop.services.map((one) => one.name).join(', ');
  throw new ToolError('service_unknown', `The shop does not do that; it does ${names}.`);
}

function isWithin(slot: FreeSlot, shop: Shop, { earliest, latest }: TimesAsked): boolean {
  const starts = isoTimeOf(localTime(slot.startsAtEpochMs, shop.timeZone).time);
  return (earliest === undefined || starts >= earliest) && (latest === undefined || starts < latest);
}

function nextOpenDay(
  shop: Shop,
  service: BookableService,
  after: { year: number; month: number; day: number },
  busy: readonly BusySpan[],
  nowEpochMs: number,
): readonly FreeSlot[] {
  for (let ahead = 1; ahead < LOOK_ON_DAYS; ahead += 1) {
    const slots = freeSlots(shop, service, addDays(after, ahead), busy, nowEpochMs);
    if (slots.length > 0) return slots;
  }
  return [];
}

/** A fortnight is what a caller can mean by "some time next week or the week after". */
const MAX_DAYS = 14;
/** How far on another day is looked for when the wanted ones are full. */
const LOOK_ON_DAYS = 14;
/** More than two or three times cannot be kept in mind by ear. */
const MAX_ALTERNATIVES = 2;
/** A long day of half hours, for the page and for models; the voice says a few. */
const MAX_SLOTS = 24;
