import { createHash } from 'node:crypto';
import { PropertyError } from './property-error.ts';
import type { Money, NewReservation, RoomOffer } from './property-system.ts';
import { nightsBetween, todayIn } from './stay-dates.ts';

/** A stay that hotels' systems would take for a mistake or a flat. */
const maxNights = 90;

/** Refuse dates that are no stay before anybody is asked: vendors word this in many ways. */
export function checkStay(
  stay: { readonly arrival: string; readonly departure: string },
  timeZone: string,
  nowEpochMs: number,
): void {
  const nights = nightsBetween(stay.arrival, stay.departure);
  if (nights < 1) throw new PropertyError('invalid_stay', 'The departure must be after the arrival');
  if (nights > maxNights) throw new PropertyError('invalid_stay', `A stay is ${maxNights} nights at most`);
  if (stay.arrival < todayIn(timeZone, nowEpochMs))
    throw new PropertyError('invalid_stay', 'The arrival is in the past');
}

/** The offer that is to be booked, among those that are free now, at the price that the guest was told. */
export function offerToBook(offers: readonly RoomOffer[], request: NewReservation): RoomOffer {
  const offer = offers.find((one) => one.offerId === request.offerId);
  if (offer === undefined)
    throw new PropertyError('no_rooms', 'The room is no longer free for this stay: search again');
  if (request.quotedTotal !== undefined && !sameMoney(offer.total, request.quotedTotal)) {
    throw new PropertyError('price_changed', 'The price is no longer what was quoted: search again and tell the guest');
  }
  return offer;
}

export function byPrice(offers: readonly RoomOffer[]): RoomOffer[] {
  return offers.toSorted((one, other) => one.total.amountMinor - other.total.amountMinor);
}

/**
 * What a reservation is marked with in the hotel's system, so that a booking that is tried again is found and not made twice.
 * The same for the same idempotency key; tells nothing of it.
 */
export function referenceOf(idempotencyKey: string): string {
  return `parley-${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 24)}`;
}

/** Does the work for one key after the other: the second then finds what the first has done. */
export function oneAfterAnother(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}

function sameMoney(one: Money, other: Money): boolean {
  return one.amountMinor === other.amountMinor && one.currency === other.currency;
}
