import { durationParts } from './duration.ts';

const dayMs = 86_400_000;

/**
 * The day that lies the duration after a day: `2026-11-27` and `P3D` are `2026-11-30`, and `-P3D` goes back; a month after 31 January is the last of February.
 * Undefined for what is no day, and for durations of hours and less.
 */
export function addDuration(value: unknown, duration: unknown): string | undefined {
  const from = dayIn(value);
  const [sign, length] =
    typeof duration === 'string' && duration.startsWith('-') ? [-1, duration.slice(1)] : [1, duration];
  const parts = typeof length === 'string' ? durationParts(length) : undefined;
  if (from === undefined || parts === undefined) return undefined;
  const count = (unit: string) => sign * (parts.find((part) => part.unit === unit)?.count ?? 0);
  if (parts.some((part) => !Number.isInteger(part.count) || !dayUnits.has(part.unit))) return undefined;
  const months = count('year') * 12 + count('month');
  const shifted = new Date(from);
  const day = shifted.getUTCDate();
  shifted.setUTCMonth(shifted.getUTCMonth() + months);
  // The thirty-first of a month of thirty days would be the first of the next.
  if (shifted.getUTCDate() !== day) shifted.setUTCDate(0);
  const until = shifted.getTime() + (count('week') * 7 + count('day')) * dayMs;
  // Beyond this a date is no longer written with four digits.
  return until > latestMs || Number.isNaN(until) ? undefined : new Date(until).toISOString().slice(0, 10);
}

/** Nights from one day to another; negative when the other is earlier. */
export function nightsBetween(value: unknown, until: unknown): number | undefined {
  const [from, to] = [dayIn(value), dayIn(until)];
  return from === undefined || to === undefined ? undefined : Math.round((to - from) / dayMs);
}

const dayUnits: ReadonlySet<string> = new Set(['year', 'month', 'week', 'day']);
const latestMs = Date.UTC(9999, 11, 31);

function dayIn(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}
