import type { ToolContext } from '@parley/dialogue/tools/tool.ts';
import type { PropertySystem, Stay } from './property/property-system.ts';
import { addDays, todayIn } from './property/stay-dates.ts';

/** Guests move a stay by a day or two, hardly by more; and each day is one more question to the hotel's system. */
const mostDays = 3;
/** More than two dates nobody keeps in mind on the phone. */
const mostStays = 2;

/**
 * Stays of the same length near the wanted one that have a room (of the type, if one is given), the nearest first. A search that
 * fails finds nothing: what was asked has been answered already.
 */
export async function otherStays(
  property: PropertySystem,
  wanted: Stay,
  roomType: string | undefined,
  context: Pick<ToolContext, 'nowEpochMs' | 'timeZone' | 'signal'>,
): Promise<{ readonly arrival: string; readonly departure: string }[]> {
  const today = todayIn(context.timeZone, context.nowEpochMs);
  const hasRoom = async (stay: Stay): Promise<boolean> => {
    if (stay.arrival < today) return false;
    try {
      const offers = await property.searchAvailability(stay, context.signal);
      return offers.some((offer) => roomType === undefined || offer.roomType === roomType);
    } catch {
      context.signal.throwIfAborted();
      return false;
    }
  };
  const found: { readonly arrival: string; readonly departure: string }[] = [];
  for (let days = 1; days <= mostDays && found.length < mostStays; days += 1) {
    const near = [-days, days].map((shift) => ({
      ...wanted,
      arrival: addDays(wanted.arrival, shift),
      departure: addDays(wanted.departure, shift),
    }));
    const free = await Promise.all(near.map(hasRoom));
    for (const [at, { arrival, departure }] of near.entries()) if (free[at]) found.push({ arrival, departure });
  }
  return found.slice(0, mostStays);
}

/**
 * How many guests the largest room takes that is free for the stay, when the wanted stay has more than that; undefined when they
 * are not too many, or the hotel's system does not say.
 */
export async function roomForFewer(
  property: PropertySystem,
  wanted: Stay,
  signal: AbortSignal,
): Promise<number | undefined> {
  const guests = wanted.adults + wanted.children;
  if (guests === 1) return undefined;
  try {
    const offers = await property.searchAvailability({ ...wanted, adults: 1, children: 0 }, signal);
    const most = Math.max(0, ...offers.map(({ maxGuests }) => maxGuests ?? 0));
    return most > 0 && most < guests ? most : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
