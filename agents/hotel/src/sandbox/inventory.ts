import { sameLastName } from '../property/last-name.ts';
import { PropertyError } from '../property/property-error.ts';
import type { Guest, Money, Reservation, ReservationClaim, RoomOffer, Stay } from '../property/property-system.ts';
import { addDays, instantOf, nightsBetween, nightsOf, todayIn } from '../property/stay-dates.ts';
import {
  nightPriceMinor,
  type SandboxRoomType,
  sandboxCurrency,
  sandboxInformation,
  sandboxRoomTypes,
  sandboxRules,
} from './sandbox-hotel.ts';
import { keptFree, knownGuests, seededGuests } from './seeded-guests.ts';

/** The rooms and reservations of the sandbox hotel, in memory. */
export interface Inventory {
  search(stay: Stay): RoomOffer[];
  find(claim: ReservationClaim): Reservation;
  create(request: NewSandboxReservation): Reservation;
  changeDates(claim: ReservationClaim, arrival: string, departure: string): Reservation;
  cancel(claim: ReservationClaim): Reservation;
  /** Reservations that hold a room, by number. */
  confirmed(): readonly Reservation[];
}

export interface NewSandboxReservation {
  readonly roomType: string;
  readonly stay: Stay;
  readonly guest: Guest;
  readonly quotedTotal: Money | undefined;
  readonly requests: string | undefined;
}

export interface InventoryOptions {
  /** The same seed and day give the same guests, numbers and gaps. */
  readonly seed: number;
  /** Reads the time, epoch milliseconds. */
  readonly now: () => number;
}

/** Six digits: short enough to be said on the phone. */
const numberSpace = 900_000;
/** Cancelled reservations are kept to be asked for, the oldest forgotten first. */
const maxCancelledKept = 1_000;

interface Entry {
  reservation: Reservation;
}

/**
 * Every method is synchronous: a room is looked for and taken in one step, so two callers never get the last one. The hotel
 * opens with guests of the coming two months.
 */
export function sandboxInventory(options: InventoryOptions): Inventory {
  const entries = new Map<string, Entry>();
  const cancelled: string[] = [];
  /** Rooms taken, by `type date`. */
  const taken = new Map<string, number>();
  let created = 0;
  for (const known of knownGuests(today())) {
    add(typeOf(known.roomType), known.stay, known.guest, undefined, known.number);
  }
  for (const { roomType, stay, guest } of seededGuests(options.seed, today())) {
    const type = typeOf(roomType);
    if (roomsLeft(type, stay.arrival, stay.departure) > keptFree(type.rooms, stay)) add(type, stay, guest, undefined);
  }

  return {
    search(stay) {
      checkDates(stay.arrival, stay.departure);
      const nights = nightsBetween(stay.arrival, stay.departure);
      return sandboxRoomTypes.flatMap((type) => {
        const left = roomsLeft(type, stay.arrival, stay.departure);
        if (left < 1 || stay.adults + stay.children > type.maxGuests) return [];
        const total = priceOf(type, stay.arrival, stay.departure);
        return [
          {
            offerId: type.code,
            roomType: type.code,
            name: type.name,
            maxGuests: type.maxGuests,
            roomsLeft: left,
            nights,
            total,
          },
        ];
      });
    },
    find: (claim) => current(entryOf(claim).reservation),
    create(request) {
      checkDates(request.stay.arrival, request.stay.departure);
      const type = typeOf(request.roomType);
      if (request.stay.adults + request.stay.children > type.maxGuests) {
        throw new PropertyError(
          'too_many_guests',
          `A ${type.code} room holds ${type.maxGuests}: search for a larger type`,
        );
      }
      if (roomsLeft(type, request.stay.arrival, request.stay.departure) < 1) {
        throw new PropertyError('no_rooms', `No ${type.code} room is left for these nights: search again`);
      }
      const total = priceOf(type, request.stay.arrival, request.stay.departure);
      const quoted = request.quotedTotal;
      if (quoted !== undefined && (quoted.amountMinor !== total.amountMinor || quoted.currency !== total.currency)) {
        throw new PropertyError(
          'price_changed',
          'The price is no longer what was quoted: search again and tell the guest',
        );
      }
      return add(type, request.stay, request.guest, request.requests);
    },
    changeDates(claim, arrival, departure) {
      const entry = entryOf(claim);
      const before = current(entry.reservation);
      if (before.status !== 'confirmed') {
        throw new PropertyError('not_changeable', `The reservation is ${before.status}: hand over to a person`);
      }
      checkDates(arrival, departure);
      const type = typeOf(before.roomType);
      take(type, before.arrival, before.departure, -1);
      if (roomsLeft(type, arrival, departure) < 1) {
        take(type, before.arrival, before.departure, 1);
        throw new PropertyError('no_rooms', `No ${type.code} room is left for the new nights: offer others`);
      }
      take(type, arrival, departure, 1);
      entry.reservation = {
        ...before,
        arrival,
        departure,
        nights: nightsBetween(arrival, departure),
        total: priceOf(type, arrival, departure),
      };
      return current(entry.reservation);
    },
    cancel(claim) {
      const entry = entryOf(claim);
      const before = current(entry.reservation);
      if (before.status === 'cancelled') return before;
      if (before.status !== 'confirmed') {
        throw new PropertyError('not_changeable', `The reservation is ${before.status}: hand over to a person`);
      }
      take(typeOf(before.roomType), before.arrival, before.departure, -1);
      entry.reservation = { ...before, status: 'cancelled' };
      cancelled.push(before.number);
      if (cancelled.length > maxCancelledKept) entries.delete(cancelled.shift() ?? '');
      return entry.reservation;
    },
    confirmed: () => [...entries.values()].map((one) => one.reservation).filter((one) => one.status === 'confirmed'),
  };

  function today(): string {
    return todayIn(sandboxInformation.timeZone, options.now());
  }

  function checkDates(arrival: string, departure: string): void {
    const nights = nightsBetween(arrival, departure);
    if (nights < 1) throw new PropertyError('invalid_stay', 'The departure must be after the arrival');
    if (nights > sandboxRules.maxNights) {
      throw new PropertyError(
        'invalid_stay',
        `At most ${sandboxRules.maxNights} nights can be booked: hand over to a person`,
      );
    }
    if (arrival < today()) throw new PropertyError('invalid_stay', 'The arrival is in the past');
    if (departure > addDays(today(), sandboxRules.maxDaysAhead)) {
      throw new PropertyError('invalid_stay', `Rooms can be booked ${sandboxRules.maxDaysAhead} days ahead`);
    }
  }

  function entryOf(claim: ReservationClaim): Entry {
    const entry = entries.get(claim.number.replace(/\D/gu, ''));
    if (entry === undefined || !sameLastName(entry.reservation.guestLastName, claim.lastName)) {
      throw new PropertyError('reservation_not_found', 'No reservation has this number and last name');
    }
    return entry;
  }

  /** The reservation as it stands today: guests come and go by the calendar. */
  function current(kept: Reservation): Reservation {
    if (kept.status !== 'confirmed') return kept;
    if (kept.departure <= today()) return { ...kept, status: 'departed' };
    const nowEpochMs = options.now();
    if (nowEpochMs >= instantOf(sandboxInformation.timeZone, kept.arrival, sandboxInformation.checkInFrom)) {
      return { ...kept, status: 'in_house' };
    }
    const deadline = sandboxRules.freeCancellationUntil;
    const free = nowEpochMs < instantOf(sandboxInformation.timeZone, addDays(kept.arrival, -1), deadline);
    const firstNightMinor = nightPriceMinor(typeOf(kept.roomType), kept.arrival);
    return { ...kept, cancellationFee: { amountMinor: free ? 0 : firstNightMinor, currency: sandboxCurrency } };
  }

  function add(
    type: SandboxRoomType,
    stay: Stay,
    guest: Guest,
    requests: string | undefined,
    number = nextNumber(),
  ): Reservation {
    take(type, stay.arrival, stay.departure, 1);
    const made: Reservation = {
      number,
      status: 'confirmed',
      arrival: stay.arrival,
      departure: stay.departure,
      nights: nightsBetween(stay.arrival, stay.departure),
      adults: stay.adults,
      children: stay.children,
      roomType: type.code,
      roomName: type.name,
      guestFirstName: guest.firstName,
      guestLastName: guest.lastName,
      total: priceOf(type, stay.arrival, stay.departure),
      ...(requests === undefined ? {} : { requests }),
    };
    entries.set(made.number, { reservation: made });
    return current(made);
  }

  /** Numbers that look alike as little as may be, so that a misheard digit finds nobody; none comes twice. */
  function nextNumber(): string {
    // 1 + a multiple of every prime factor of the space (2, 3, 5) steps through all of it before it repeats.
    const step = 7_919 * 30 + 1;
    created += 1;
    const number = String(100_000 + ((options.seed + created * step) % numberSpace));
    return entries.has(number) ? nextNumber() : number;
  }

  function roomsLeft(type: SandboxRoomType, arrival: string, departure: string): number {
    const most = Math.max(...nightsOf(arrival, departure).map((date) => taken.get(`${type.code} ${date}`) ?? 0));
    return type.rooms - most;
  }

  function take(type: SandboxRoomType, arrival: string, departure: string, rooms: 1 | -1): void {
    for (const date of nightsOf(arrival, departure)) {
      const key = `${type.code} ${date}`;
      const left = (taken.get(key) ?? 0) + rooms;
      if (left === 0) taken.delete(key);
      else taken.set(key, left);
    }
  }
}

function typeOf(code: string): SandboxRoomType {
  const type = sandboxRoomTypes.find((one) => one.code === code);
  if (type === undefined) throw new PropertyError('no_rooms', 'There is no such room type: search again');
  return type;
}

function priceOf(type: SandboxRoomType, arrival: string, departure: string): Money {
  const amountMinor = nightsOf(arrival, departure).reduce((sum, date) => sum + nightPriceMinor(type, date), 0);
  return { amountMinor, currency: sandboxCurrency };
}
