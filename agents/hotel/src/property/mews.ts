import { byPrice, checkStay, offerToBook, oneAfterAnother, referenceOf } from './booking-rules.ts';
import { sameLastName } from './last-name.ts';
import { mewsClient } from './mews-client.ts';
import { mewsCustomers } from './mews-customers.ts';
import {
  addedAnswer,
  availabilityAnswer,
  categoriesAnswer,
  type MewsCategory,
  type MewsCustomer,
  type MewsReservation,
  pricesAnswer,
  reservationsAnswer,
} from './mews-wire.ts';
import { moneyOf } from './money.ts';
import { readAnswer } from './property-call.ts';
import { PropertyError } from './property-error.ts';
import type { HotelInformation, PropertySystem, Reservation, ReservationClaim, Stay } from './property-system.ts';
import { addDays, instantOf, localTime, nightsBetween, nightsOf } from './stay-dates.ts';

export interface MewsOptions {
  readonly clientToken: string;
  readonly accessToken: string;
  /** Name and version of the integration, as agreed with Mews. */
  readonly client: string;
  /** The bookable service: the hotel's accommodation. Its time unit must be the day. */
  readonly serviceId: string;
  /** The rate that the agent sells. */
  readonly rateId: string;
  readonly adultAgeCategoryId: string;
  /** Undefined when the hotel has no such category: then children count as adults. */
  readonly childAgeCategoryId: string | undefined;
  /** Mews does not know most of it; its time zone, check-in and check-out times are those of the bookings. */
  readonly information: HotelInformation;
  readonly platformUrl?: string;
  readonly timeoutMs?: number;
  /** Reads the time, epoch milliseconds. */
  readonly now?: () => number;
}

export const mewsDefaults = {
  platformUrl: 'https://api.mews.com',
  /** More room categories than a hotel has. */
  maxCategories: 200,
};

/** A hotel that is kept in Mews, over its Connector API. */
export function mewsProperty(options: MewsOptions): PropertySystem {
  const { timeZone, checkInFrom, checkOutUntil } = options.information;
  const now = options.now ?? Date.now;
  const inTurn = oneAfterAnother();
  const ask = mewsClient({ ...options, platformUrl: options.platformUrl ?? mewsDefaults.platformUrl });
  const customers = mewsCustomers(ask);

  const property: PropertySystem = {
    async searchAvailability(stay, signal) {
      checkStay(stay, timeZone, now());
      const [free, categories] = await Promise.all([
        freeRooms(nightsOf(stay.arrival, stay.departure), signal),
        roomCategories(signal),
      ]);
      const guests = stay.adults + stay.children;
      const fitting = categories.filter((one) => (free.get(one.Id) ?? 0) > 0 && capacityOf(one) >= guests);
      if (fitting.length === 0) return [];
      const prices = await pricesOf(fitting, stay, signal);
      const nights = nightsBetween(stay.arrival, stay.departure);
      return byPrice(
        fitting.flatMap((one) => {
          const total = prices.get(one.Id);
          // Without a price the category is not sold at this rate.
          if (total === undefined) return [];
          const roomsLeft = free.get(one.Id) ?? 0;
          const maxGuests = capacityOf(one);
          return [{ offerId: one.Id, roomType: one.Id, name: nameOf(one), maxGuests, roomsLeft, nights, total }];
        }),
      );
    },
    async findReservation(claim, signal) {
      const { found, customer } = await claimed(claim, signal);
      return reservationOf(found, customer, await roomCategories(signal));
    },
    createReservation: (request, signal) =>
      inTurn(request.idempotencyKey, async () => {
        const reference = referenceOf(request.idempotencyKey);
        const [made] = await reservationsBy({ ChannelNumbers: [reference] }, signal);
        if (made !== undefined) return read(made, signal);
        const { stay } = request;
        const offer = offerToBook(await property.searchAvailability(stay, signal), request);
        const answer = await ask('reservations/add', signal, {
          ServiceId: options.serviceId,
          CheckOverbooking: true,
          Reservations: [
            {
              ...stayParameters(stay, offer.offerId),
              State: 'Confirmed',
              ChannelNumber: reference,
              CustomerId: await customers.forGuest(request.guest, signal),
              ...(request.requests === undefined ? {} : { Notes: request.requests }),
            },
          ],
        });
        const [added] = readAnswer(addedAnswer, answer).Reservations;
        return { ...(await read(await byId(added?.Reservation.Id ?? '', signal), signal)), total: offer.total };
      }),
    async changeDates(claim, { arrival, departure }, signal) {
      checkStay({ arrival, departure }, timeZone, now());
      const { found, customer } = await claimed(claim, signal);
      const before = dayOf(found);
      const categories = await roomCategories(signal);
      if (before.arrival === arrival && before.departure === departure)
        return reservationOf(found, customer, categories);
      if (!isChangeable(found)) throw notChangeable(found);
      const own = new Set(nightsOf(before.arrival, before.departure));
      const added = nightsOf(arrival, departure).filter((night) => !own.has(night));
      if (added.length > 0 && ((await freeRooms(added, signal)).get(found.RequestedResourceCategoryId) ?? 0) < 1) {
        throw new PropertyError('no_rooms', 'The room type is not free for the new nights: offer others');
      }
      await ask('reservations/update', signal, {
        Reason: 'Dates changed by the guest',
        CheckOverbooking: true,
        Reprice: true,
        ReservationUpdates: [
          { ReservationId: found.Id, StartUtc: { Value: startUtc(arrival) }, EndUtc: { Value: endUtc(departure) } },
        ],
      });
      return reservationOf(await byId(found.Id, signal), customer, categories);
    },
    async cancelReservation(claim, _, signal) {
      const { found, customer } = await claimed(claim, signal);
      const categories = await roomCategories(signal);
      if (found.State === 'Canceled') return reservationOf(found, customer, categories);
      if (!isChangeable(found)) throw notChangeable(found);
      await ask('reservations/cancel', signal, {
        ReservationIds: [found.Id],
        PostCancellationFee: true,
        Notes: 'Cancelled by the guest',
      });
      return reservationOf(await byId(found.Id, signal), customer, categories);
    },
    information: async () => options.information,
  };
  return property;

  /** Rooms that are left on every one of the nights, by category. */
  async function freeRooms(nights: readonly string[], signal: AbortSignal): Promise<Map<string, number>> {
    const [first = '', last = first] = [nights[0], nights.at(-1)];
    const answer = await ask('services/getAvailability', signal, {
      ServiceId: options.serviceId,
      FirstTimeUnitStartUtc: utc(instantOf(timeZone, first, '00:00')),
      LastTimeUnitStartUtc: utc(instantOf(timeZone, last, '00:00')),
    });
    // The nights may have a gap in which one's own stay lies: only they count.
    const asked = Array.from({ length: nightsBetween(first, last) + 1 }, (_, index) =>
      nights.includes(addDays(first, index)),
    );
    const { CategoryAvailabilities } = readAnswer(availabilityAnswer, answer);
    return new Map(
      CategoryAvailabilities.map((one) => {
        const counted = one.Availabilities.filter((_, index) => asked[index]);
        return [one.CategoryId, counted.length === 0 ? 0 : Math.min(...counted)];
      }),
    );
  }

  async function roomCategories(signal: AbortSignal): Promise<readonly MewsCategory[]> {
    const answer = await ask('resourceCategories/getAll', signal, {
      ServiceIds: [options.serviceId],
      ActivityStates: ['Active'],
      Limitation: { Count: mewsDefaults.maxCategories },
    });
    return readAnswer(categoriesAnswer, answer).ResourceCategories.filter((one) => one.IsActive);
  }

  async function pricesOf(categories: readonly MewsCategory[], stay: Stay, signal: AbortSignal) {
    const answer = await ask('reservations/price', signal, {
      ServiceId: options.serviceId,
      Reservations: categories.map((one) => ({ Identifier: one.Id, ...stayParameters(stay, one.Id) })),
    });
    return new Map(
      readAnswer(pricesAnswer, answer).ReservationPrices.flatMap((one) => {
        const amount = one.TotalAmount ?? one.Total;
        return amount && one.Identifier ? [[one.Identifier, moneyOf(amount.GrossValue, amount.Currency)] as const] : [];
      }),
    );
  }

  async function reservationsBy(filter: object, signal: AbortSignal): Promise<readonly MewsReservation[]> {
    const body = { ...filter, ServiceIds: [options.serviceId], Limitation: { Count: 1 } };
    return readAnswer(reservationsAnswer, await ask('reservations/getAll/2023-06-06', signal, body)).Reservations;
  }

  async function byId(reservationId: string, signal: AbortSignal): Promise<MewsReservation> {
    const [found] = await reservationsBy({ ReservationIds: [reservationId] }, signal);
    if (found === undefined) throw notFound();
    return found;
  }

  async function claimed(claim: ReservationClaim, signal: AbortSignal) {
    const [found] = await reservationsBy({ Numbers: [claim.number.replace(/\s/gu, '')] }, signal);
    if (found === undefined) throw notFound();
    const customer = await customers.byId(found.AccountId, signal);
    if (customer === undefined || !sameLastName(customer.LastName, claim.lastName)) throw notFound();
    return { found, customer };
  }

  async function read(found: MewsReservation, signal: AbortSignal): Promise<Reservation> {
    const customer = await customers.byId(found.AccountId, signal);
    return reservationOf(found, customer, await roomCategories(signal));
  }

  function stayParameters(stay: Stay, categoryId: string) {
    const { adultAgeCategoryId, childAgeCategoryId } = options;
    const adults = childAgeCategoryId === undefined ? stay.adults + stay.children : stay.adults;
    const counts = [{ AgeCategoryId: adultAgeCategoryId, Count: adults }];
    if (childAgeCategoryId !== undefined && stay.children > 0) {
      counts.push({ AgeCategoryId: childAgeCategoryId, Count: stay.children });
    }
    return {
      StartUtc: startUtc(stay.arrival),
      EndUtc: endUtc(stay.departure),
      RequestedCategoryId: categoryId,
      RateId: options.rateId,
      PersonCounts: counts,
    };
  }

  function startUtc(arrival: string): string {
    return utc(instantOf(timeZone, arrival, checkInFrom));
  }

  function endUtc(departure: string): string {
    return utc(instantOf(timeZone, departure, checkOutUntil));
  }

  function dayOf(found: MewsReservation) {
    return {
      arrival: localTime(timeZone, Date.parse(found.ScheduledStartUtc)).date,
      departure: localTime(timeZone, Date.parse(found.ScheduledEndUtc)).date,
    };
  }

  function reservationOf(
    found: MewsReservation,
    customer: MewsCustomer | undefined,
    categories: readonly MewsCategory[],
  ): Reservation {
    const category = categories.find((one) => one.Id === found.RequestedResourceCategoryId);
    const count = (wanted: (ageCategoryId: string) => boolean) =>
      found.PersonCounts.filter((one) => wanted(one.AgeCategoryId)).reduce((sum, one) => sum + one.Count, 0);
    const dates = dayOf(found);
    return {
      number: found.Number,
      status: statuses[found.State],
      ...dates,
      nights: nightsBetween(dates.arrival, dates.departure),
      adults: count((one) => one !== options.childAgeCategoryId),
      children: count((one) => one === options.childAgeCategoryId),
      roomType: found.RequestedResourceCategoryId,
      roomName: category === undefined ? '' : nameOf(category),
      guestFirstName: customer?.FirstName ?? '',
      guestLastName: customer?.LastName ?? '',
    };
  }
}

const statuses: Readonly<Record<MewsReservation['State'], Reservation['status']>> = {
  Inquired: 'confirmed',
  Confirmed: 'confirmed',
  Optional: 'confirmed',
  Requested: 'confirmed',
  Started: 'in_house',
  Processed: 'departed',
  Canceled: 'cancelled',
};

function isChangeable(found: MewsReservation): boolean {
  return statuses[found.State] === 'confirmed';
}

function capacityOf(category: MewsCategory): number {
  return category.Capacity + category.ExtraCapacity;
}

function nameOf(category: MewsCategory): string {
  return category.Names['en-US'] ?? category.Names['en-GB'] ?? Object.values(category.Names)[0] ?? '';
}

/** As Mews writes it: no fraction of a second. */
function utc(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('.000Z', 'Z');
}

function notFound(): PropertyError {
  return new PropertyError('reservation_not_found', 'No reservation has this number and last name');
}

function notChangeable(found: MewsReservation): PropertyError {
  return new PropertyError('not_changeable', `The reservation is ${statuses[found.State]}: hand over to a person`);
}
