import { localTime, weekdayOf } from '@parley/dialogue/entities/zoned-time.ts';
import { sayTime } from '@parley/dialogue/wording/spoken.ts';
import type { Appointment } from './calendar.ts';
import type { Shop } from './shop.ts';

/** An appointment as an entry of a list slot: `which one?`. */
export type AppointmentEntry = {
  /** Its reference. */
  readonly value: string;
  /** How callers call it, in English; no name is another entry's too, but for a near miss. */
  readonly names: readonly string[];
};

/** The appointments by what tells them apart: their place in the list, and the service, day or time that no other one has. */
export function appointmentEntries(shop: Shop, appointments: readonly Appointment[]): readonly AppointmentEntry[] {
  const described = appointments.map((one) => ({ bookingId: one.bookingId, words: wordsFor(one, shop) }));
  const count = new Map<string, number>();
  for (const { words } of described) for (const word of words) count.set(word, (count.get(word) ?? 0) + 1);
  return described.map(({ bookingId, words }, at) => ({
    value: bookingId,
    names: [...words.filter((word) => count.get(word) === 1), ...(ordinals[at] ?? [])],
  }));
}

/** More than three are not told apart by ear. */
const ordinals: readonly (readonly string[])[] = [
  ['the first one', 'the first', 'first one', 'first'],
  ['the second one', 'the second', 'second one', 'second'],
  ['the third one', 'the third', 'third one', 'third'],
];

function wordsFor({ service, startsAtEpochMs }: Appointment, shop: Shop): readonly string[] {
  const { date, time } = localTime(startsAtEpochMs, shop.timeZone);
  const weekday = weekdays[weekdayOf(date) - 1] ?? '';
  return [service, `${service} on ${weekday}`, weekday, `on ${weekday}`, sayTime(time)];
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
