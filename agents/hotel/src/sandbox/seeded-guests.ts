import type { Guest, Stay } from '../property/property-system.ts';
import { addDays, nightsOf } from '../property/stay-dates.ts';
import { sandboxRoomTypes } from './sandbox-hotel.ts';

export interface SeededGuest {
  readonly roomType: string;
  readonly stay: Stay;
  readonly guest: Guest;
}

/**
 * Guests whom everybody who tries the sandbox may be, in ten days, for three nights. More than one, so that a reservation that was
 * cancelled in one conversation leaves another for the next.
 */
export function knownGuests(today: string): readonly (SeededGuest & { readonly number: string })[] {
  const arrival = addDays(today, 10);
  const stay = { arrival, departure: addDays(arrival, 3), adults: 2, children: 0 };
  return [
    { number: '204815', roomType: 'double', stay, guest: { firstName: 'Nora', lastName: 'Doyle' } },
    { number: '317264', roomType: 'double', stay, guest: { firstName: 'Tom', lastName: 'Murphy' } },
  ];
}

/**
 * Who would like to stay in the coming nine weeks, by room type, more than can be taken in. Measured over a year of days on which the
 * hotel opens, 17 % of the nights are sold out for families, 11 % of the suites, and hardly one of the others.
 */
const wishes: Readonly<Record<string, number>> = { single: 120, double: 160, family: 220, suite: 110 };
const daysAhead = 63;
/** Nights from Friday to Monday keep that share of each type free: they are what is asked for in demonstrations. */
const keptFreeAtWeekends = 0.5;

/** How many rooms of a type a seeded guest leaves free for a stay. */
export function keptFree(rooms: number, stay: Pick<Stay, 'arrival' | 'departure'>): number {
  const isMidweek = nightsOf(stay.arrival, stay.departure).every((date) => {
    const day = new Date(date).getUTCDay();
    return day >= 1 && day <= 4;
  });
  return isMidweek ? 0 : Math.ceil(rooms * keptFreeAtWeekends);
}

const firstNames = [
  'Aoife',
  'Ben',
  'Chloe',
  'Daniel',
  'Elena',
  'Farah',
  'Hugo',
  'Linh',
  'Marta',
  'Noah',
  'Priya',
  'Tom',
];
const lastNames = [
  'Byrne',
  'Costa',
  'Doyle',
  'Evans',
  'Fischer',
  'Garcia',
  'Kowalski',
  'Murphy',
  "O'Brien",
  'Nguyễn',
  'Rossi',
  'Tran',
];

/** The guests with whom the sandbox opens; the same for the same seed and day. */
export function seededGuests(seed: number, today: string): SeededGuest[] {
  const random = mulberry32(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const types = sandboxRoomTypes.flatMap((type) => Array.from({ length: wishes[type.code] ?? 0 }, () => type));
  return types.map((type) => {
    const arrival = addDays(today, 1 + below(daysAhead));
    const guests = 1 + below(type.maxGuests);
    const adults = Math.min(guests, 2);
    return {
      roomType: type.code,
      stay: { arrival, departure: addDays(arrival, 1 + below(5)), adults, children: guests - adults },
      guest: {
        firstName: firstNames[below(firstNames.length)] ?? '',
        lastName: lastNames[below(lastNames.length)] ?? '',
      },
    };
  });
}

/** Small seeded generator of numbers from 0 up to 1; 32 bits of state are plenty for making up guests. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
