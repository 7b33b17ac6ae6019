import { z } from 'zod';

/** A calendar day of the hotel, such as 2026-03-09. */
export const isoDate = z.iso.date();
/** The hotel's own time, such as 15:00. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

const dayMs = 86_400_000;

/** Nights from `arrival` to `departure`, both as YYYY-MM-DD; zero or negative when they are the wrong way round. */
export function nightsBetween(arrival: string, departure: string): number {
  return Math.round((Date.parse(departure) - Date.parse(arrival)) / dayMs);
}

/** The day `days` after `date` (YYYY-MM-DD); negative goes back. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}

/** The days whose nights a stay takes: from the arrival to the day before the departure. */
export function nightsOf(arrival: string, departure: string): string[] {
  return Array.from({ length: Math.max(0, nightsBetween(arrival, departure)) }, (_, index) => addDays(arrival, index));
}

/** Monday is 1 and Sunday 7. */
export function weekday(date: string): number {
  return new Date(date).getUTCDay() || 7;
}

/** The day it is in the zone. */
export function todayIn(timeZone: string, nowEpochMs: number): string {
  return localTime(timeZone, nowEpochMs).date;
}

/** The zone's date (YYYY-MM-DD) and time (HH:MM) at an instant. */
export function localTime(timeZone: string, epochMs: number): { readonly date: string; readonly time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(epochMs);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return { date: `${part('year')}-${part('month')}-${part('day')}`, time: `${part('hour')}:${part('minute')}` };
}

/**
 * The instant at which it is `time` on `date` in the zone. A time that the clocks skip is taken as the one after the leap; of a
 * time that comes twice one of the two is meant.
 */
export function instantOf(timeZone: string, date: string, time: string): number {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  let epochMs = wanted;
  // The first step lands within the zone's offset of the wanted instant, the second corrects a change of offset in between.
  for (let step = 0; step < 2; step += 1) {
    const local = localTime(timeZone, epochMs);
    epochMs += wanted - Date.parse(`${local.date}T${local.time}:00Z`);
  }
  return epochMs;
}
