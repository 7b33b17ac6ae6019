import type { Guest, Stay } from '../property/property-system.ts';
import { addDays } from '../property/stay-dates.ts';
import { sandboxRoomTypes } from './sandbox-hotel.ts';

export interface SeededGuest {
  readonly roomType: string;
  readonly stay: Stay;
  readonly guest: Guest;
}

/** A guest whom everybody who tries the sandbox may be: in ten days, for three nights. */
export function knownGuest(today: string): SeededGuest & { readonly number: string } {
  const arrival = addDays(today, 10);
  return {
    number: '204815',
    roomType: 'double',
    stay: { arrival, departure: addDays(arrival, 3), adults: 2, children: 0 },
    guest: { firstName: 'Nora', lastName: 'Doyle' },
  };
}

/** Fills about half of the rooms of the coming nine weeks: some nights are sold out for a type, most are not. */
const stays = 260;
const daysAhead = 63;

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
  return Array.from({ length: stays }, () => {
    const type = sandboxRoomTypes[below(sandboxRoomTypes.length)] ?? sandboxRoomTypes[0];
    const arrival = addDays(today, 1 + below(daysAhead));
    const guests = 1 + below(type?.maxGuests ?? 1);
    const adults = Math.min(guests, 2);
    return {
      roomType: type?.code ?? '',
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
