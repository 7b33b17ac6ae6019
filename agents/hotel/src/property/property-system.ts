import { z } from 'zod';
import { isoDate, timeOfDay } from './stay-dates.ts';

/** An amount in the currency's smallest unit: 12 950 with EUR is 129.50 euros. */
export const money = z.object({ amountMinor: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) });
export type Money = z.infer<typeof money>;

/** A room type that is free for the whole stay, with its price. */
export const roomOffer = z.object({
  /** What is given back to book it; means something to the property system alone. */
  offerId: z.string().min(1),
  /** The hotel's code of the room type, such as `double`. */
  roomType: z.string().min(1),
  /** Its name as the hotel writes it. */
  name: z.string(),
  /** The most guests in one such room; undefined when the system does not say. */
  maxGuests: z.int().positive().optional(),
  /** Rooms of the type that are left for every night of the stay. */
  roomsLeft: z.int().positive(),
  nights: z.int().positive(),
  /** One room for all nights, taxes included. */
  total: money,
});
export type RoomOffer = z.infer<typeof roomOffer>;

export const reservation = z.object({
  /** What the guest is told and asks with. */
  number: z.string().min(1),
  status: z.enum(['confirmed', 'in_house', 'departed', 'cancelled', 'no_show']),
  arrival: isoDate,
  departure: isoDate,
  nights: z.int().positive(),
  adults: z.int().positive(),
  children: z.int().nonnegative(),
  roomType: z.string(),
  roomName: z.string(),
  guestFirstName: z.string(),
  guestLastName: z.string(),
  /** Undefined when the system does not say. */
  total: money.optional(),
  /** What cancelling costs now, or did cost; undefined when the system does not say. */
  cancellationFee: money.optional(),
  /** The guest's wishes, in their words. */
  requests: z.string().optional(),
});
export type Reservation = z.infer<typeof reservation>;

/** Facts that guests ask for; wording them is the agent's part. Times are the hotel's own, 24 hours. */
export const hotelInformation = z.object({
  name: z.string(),
  address: z.object({
    street: z.string(),
    postalCode: z.string(),
    city: z.string(),
    countryCode: z.string().length(2),
  }),
  /** IANA. */
  timeZone: z.string(),
  checkInFrom: timeOfDay,
  checkOutUntil: timeOfDay,
  breakfast: z.discriminatedUnion('offered', [
    z.object({ offered: z.literal(false) }),
    z.object({
      offered: z.literal(true),
      from: timeOfDay,
      until: timeOfDay,
      /** Saturdays and Sundays. */
      weekendUntil: timeOfDay,
      /** For each adult and day; zero when the room's price holds it. */
      price: money,
    }),
  ]),
  parking: z.discriminatedUnion('offered', [
    z.object({ offered: z.literal(false) }),
    z.object({
      offered: z.literal(true),
      pricePerNight: money,
      maxHeightCm: z.int().positive(),
      charging: z.boolean(),
    }),
  ]),
  wifi: z.object({ free: z.boolean(), network: z.string() }),
  pool: z.discriminatedUnion('offered', [
    z.object({ offered: z.literal(false) }),
    z.object({ offered: z.literal(true), indoor: z.boolean(), from: timeOfDay, until: timeOfDay }),
  ]),
  pets: z.discriminatedUnion('allowed', [
    z.object({ allowed: z.literal(false) }),
    z.object({ allowed: z.literal(true), pricePerNight: money, maxWeightKg: z.int().positive() }),
  ]),
});
export type HotelInformation = z.infer<typeof hotelInformation>;

/** The nights and the people of a stay. The first night is that of `arrival`, the last one is before `departure`. */
export const stay = z.object({
  arrival: isoDate,
  departure: isoDate,
  adults: z.int().min(1).max(20),
  children: z.int().min(0).max(20),
});
export type Stay = z.infer<typeof stay>;

export const guest = z.object({
  firstName: z.string().trim().min(1).max(80),
  lastName: z.string().trim().min(1).max(80),
  /** With the country's code, such as +442079460018. */
  phone: z.string().trim().max(40).optional(),
  email: z.email().max(200).optional(),
});
export type Guest = z.infer<typeof guest>;

export interface NewReservation {
  readonly offerId: string;
  readonly stay: Stay;
  readonly guest: Guest;
  /** What the guest was told it costs: another price rejects with `price_changed` instead of being booked. */
  readonly quotedTotal: Money | undefined;
  /** The guest's wishes, in their words. */
  readonly requests: string | undefined;
  /** The same key twice is one reservation: the second call answers with the first one's. */
  readonly idempotencyKey: string;
}

/** What a guest proves a reservation to be theirs with. Neither alone opens it. */
export interface ReservationClaim {
  readonly number: string;
  /** Compared without regard to case, accents and hyphens. */
  readonly lastName: string;
}

/**
 * A hotel's rooms and reservations, wherever they are kept. Every method rejects with a `PropertyError`, or with the signal's
 * reason. What changes something resolves once it is written down for good.
 */
export interface PropertySystem {
  /** Room types that are free for the whole stay, the cheapest first; none is an empty list. */
  searchAvailability(stay: Stay, signal: AbortSignal): Promise<readonly RoomOffer[]>;
  findReservation(claim: ReservationClaim, signal: AbortSignal): Promise<Reservation>;
  createReservation(request: NewReservation, signal: AbortSignal): Promise<Reservation>;
  /** Same room type and guests, other nights; the price is that of the new nights. The old nights are kept when it rejects. */
  changeDates(
    claim: ReservationClaim,
    dates: { readonly arrival: string; readonly departure: string; readonly idempotencyKey: string },
    signal: AbortSignal,
  ): Promise<Reservation>;
  /** Cancelling a cancelled reservation is harmless. */
  cancelReservation(
    claim: ReservationClaim,
    options: { readonly idempotencyKey: string },
    signal: AbortSignal,
  ): Promise<Reservation>;
  information(signal: AbortSignal): Promise<HotelInformation>;
}
