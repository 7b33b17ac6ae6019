import type { ClockTime } from '../entities/zoned-time.ts';

/** `3 PM`, `9:30 AM`, `noon`. */
export function sayTime(time: ClockTime): string {
  if (time.hour === 12 && time.minute === 0) return 'noon';
  const half = time.hour < 12 ? 'AM' : 'PM';
  const hour = time.hour % 12 === 0 ? 12 : time.hour % 12;
  return time.minute === 0 ? `${hour} ${half}` : `${hour}:${String(time.minute).padStart(2, '0')} ${half}`;
}

/** `a, b and c`. */
export function sayList(items: readonly string[], link: 'and' | 'or'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${link} ${last}`;
}
