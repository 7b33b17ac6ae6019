import { clientCredentials, withToken } from '@parley/agent-worlds/client-credentials.ts';
import { type HttpAnswer, type HttpCall, httpCall } from '@parley/agent-worlds/http-call.ts';
import {
  type ApaleoOffer,
  type ApaleoReservation,
  createdAnswer,
  errorAnswer,
  offersAnswer,
  propertyAnswer,
  reservationAnswer,
  reservationsAnswer,
} from './apaleo-wire.ts';
import { byPrice, checkStay, offerToBook, oneAfterAnother, referenceOf } from './booking-rules.ts';
import { sameLastName } from './last-name.ts';
import { moneyOf } from './money.ts';
import { asPropertyErrors, readAnswer, refusalByStatus } from './property-call.ts';
import { PropertyError } from './property-error.ts';
import type {
  HotelInformation,
  PropertySystem,
  Reservation,
  ReservationClaim,
  RoomOffer,
  Stay,
} from './property-system.ts';
import { nightsBetween } from './stay-dates.ts';

export interface ApaleoOptions {
  readonly clientId: string;
  /** The client needs the scopes offers.read, reservations.read and reservations.manage, and properties.read for the address. */
  readonly clientSecret: string;
  /** Apaleo's id of the hotel, such as `MUC`. */
  readonly propertyId: string;
  /** What apaleo does not know of the house; its name, address and time zone are apaleo's own. */
  readonly information: HotelInformation;
  /** The rates that the agent may sell; all that need no payment when not given. */
  readonly ratePlanIds?: readonly string[];
  readonly apiUrl?: string;
  readonly identityUrl?: string;
  readonly timeoutMs?: number;
  /** Reads the time, epoch milliseconds. */
  readonly now?: () => number;
}

export const apaleoDefaults = {
  apiUrl: 'https://api.apaleo.com',
  identityUrl: 'https://identity.apaleo.com',
  channelCode: 'Direct',
  /** Held until six in the evening without payment, or paid by a company: an agent on the phone takes no card numbers. */
  guarantees: ['PM6Hold', 'Company'],
  /** Apaleo wants each child's age and callers say how many: an age at which most houses ask a child's price. */
  childAge: 8,
};

/** A hotel that is kept in apaleo, over its Booking API v1. */
export function apaleoProperty(options: ApaleoOptions): PropertySystem {
  const apiUrl = options.apiUrl ?? apaleoDefaults.apiUrl;
  const now = options.now ?? Date.now;
  const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
  const tokens = clientCredentials({
    tokenUrl: `${options.identityUrl ?? apaleoDefaults.identityUrl}/connect/token`,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    ...timeout,
    now,
  });
  const inTurn = oneAfterAnother();

  const property: PropertySystem = {
    async searchAvailability(stay, signal) {
      checkStay(stay, options.information.timeZone, now());
      const answer = await ask('GET', `/booking/v1/offers?${offersQuery(stay)}`, signal);
      // No content is apaleo's way of saying that nothing is free.
      if (answer.json === undefined) return [];
      const cheapest = new Map<string, RoomOffer>();
      for (const offer of readAnswer(offersAnswer, answer).offers.filter(maySell)) {
        const read = offerOf(offer, stay);
        const known = cheapest.get(read.roomType);
        if (known === undefined || read.total.amountMinor < known.total.amountMinor) cheapest.set(read.roomType, read);
      }
      return byPrice([...cheapest.values()]);
    },
    findReservation: async (claim, signal) => reservationOf(await claimed(claim, signal), now()),
    createReservation: (request, signal) =>
      inTurn(request.idempotencyKey, async () => {
        const reference = referenceOf(request.idempotencyKey);
        const made = await idByReference(reference, signal);
        if (made !== undefined) return reservationOf(await byId(made, signal), now());
        const { stay, guest } = request;
        const offer = offerToBook(await property.searchAvailability(stay, signal), request);
        const body = {
          booker: guest,
          reservations: [
            {
              arrival: stay.arrival,
              departure: stay.departure,
              adults: stay.adults,
              childrenAges: agesOf(stay.children),
              channelCode: apaleoDefaults.channelCode,
              externalCode: reference,
              primaryGuest: guest,
              ...(request.requests === undefined ? {} : { guestComment: request.requests }),
              timeSlices: slices(offer.offerId, stay),
            },
          ],
        };
        const answer = await ask('POST', '/booking/v1/bookings', signal, body, request.idempotencyKey);
        const [created] = readAnswer(createdAnswer, answer).reservationIds;
        return reservationOf(await byId(created?.id ?? '', signal), now());
      }),
    async changeDates(claim, { arrival, departure, idempotencyKey }, signal) {
      checkStay({ arrival, departure }, options.information.timeZone, now());
      const before = await claimed(claim, signal);
      if (before.arrival.startsWith(arrival) && before.departure.startsWith(departure))
        return reservationOf(before, now());
      if (before.status !== 'Confirmed') throw notChangeable(before);
      const query = new URLSearchParams({ arrival, departure });
      const path = `/booking/v1/reservations/${encodeURIComponent(before.id)}/offers?${query}`;
      const answer = await ask('GET', path, signal);
      const offers = answer.json === undefined ? [] : readAnswer(offersAnswer, answer).offers;
      const same = offers.find((one) => one.ratePlan.id === before.ratePlan.id && one.availableUnits > 0);
      if (same === undefined)
        throw new PropertyError('no_rooms', 'The room type is not free for the new nights: offer others');
      const body = {
        arrival,
        departure,
        adults: before.adults,
        childrenAges: before.childrenAges ?? [],
        requote: true,
        // Asked of each night too, or the change is refused.
        timeSlices: slices(before.ratePlan.id, { arrival, departure }).map((one) => ({
          ...one,
          adults: before.adults,
        })),
      };
      await ask('PUT', action(before.id, 'amend'), signal, body, idempotencyKey);
      return reservationOf(await byId(before.id, signal), now());
    },
    async cancelReservation(claim, { idempotencyKey }, signal) {
      const before = await claimed(claim, signal);
      if (before.status === 'Canceled') return reservationOf(before, now());
      if (before.status !== 'Confirmed') throw notChangeable(before);
      await ask('PUT', action(before.id, 'cancel'), signal, undefined, idempotencyKey);
      return reservationOf(await byId(before.id, signal), now());
    },
    async information(signal) {
      const path = `/inventory/v1/properties/${encodeURIComponent(options.propertyId)}`;
      const known = readAnswer(propertyAnswer, await ask('GET', path, signal));
      const { addressLine1: street, postalCode, city, countryCode } = known.location;
      const name =
        typeof known.name === 'string' ? known.name : (Object.values(known.name)[0] ?? options.information.name);
      const address = { street, postalCode, city, countryCode };
      return { ...options.information, name, address, timeZone: known.timeZone };
    },
  };
  return property;

  function offersQuery(stay: Stay): URLSearchParams {
    const query = new URLSearchParams({
      propertyId: options.propertyId,
      arrival: stay.arrival,
      departure: stay.departure,
      adults: String(stay.adults),
      channelCode: apaleoDefaults.channelCode,
      timeSliceTemplate: 'OverNight',
    });
    for (const age of agesOf(stay.children)) query.append('childrenAges', String(age));
    return query;
  }

  function maySell(offer: ApaleoOffer): boolean {
    if (offer.availableUnits < 1) return false;
    if (options.ratePlanIds !== undefined) return options.ratePlanIds.includes(offer.ratePlan.id);
    return offer.minGuaranteeType === undefined || apaleoDefaults.guarantees.includes(offer.minGuaranteeType);
  }

  async function idByReference(reference: string, signal: AbortSignal): Promise<string | undefined> {
    const query = new URLSearchParams({ propertyIds: options.propertyId, externalCode: reference });
    const answer = await ask('GET', `/booking/v1/reservations?${query}`, signal);
    return answer.json === undefined ? undefined : readAnswer(reservationsAnswer, answer).reservations[0]?.id;
  }

  async function byId(id: string, signal: AbortSignal): Promise<ApaleoReservation> {
    return readAnswer(
      reservationAnswer,
      await ask('GET', `/booking/v1/reservations/${encodeURIComponent(id)}`, signal),
    );
  }

  async function claimed(claim: ReservationClaim, signal: AbortSignal): Promise<ApaleoReservation> {
    const found = await byId(spokenId(claim.number), signal);
    const name = found.primaryGuest?.lastName ?? '';
    if (found.property.id !== options.propertyId || !sameLastName(name, claim.lastName)) throw notFound();
    return found;
  }

  async function ask(
    method: HttpCall['method'],
    path: string,
    signal: AbortSignal,
    body?: unknown,
    idempotencyKey?: string,
  ): Promise<HttpAnswer> {
    const answer = await asPropertyErrors(() =>
      withToken(tokens, signal, (token) =>
        httpCall({
          method,
          url: `${apiUrl}${path}`,
          headers: {
            authorization: `Bearer ${token}`,
            ...(idempotencyKey === undefined ? {} : { 'idempotency-key': referenceOf(idempotencyKey) }),
          },
          body,
          signal,
          ...timeout,
        }),
      ),
    );
    if (answer.status < 400) return answer;
    if (answer.status === 404) throw notFound();
    const words = errorAnswer.safeParse(answer.json);
    throw refusalByStatus(answer.status, words.success ? words.data.messages.join(' ') : '');
  }
}

const statuses: Readonly<Record<ApaleoReservation['status'], Reservation['status']>> = {
  Confirmed: 'confirmed',
  InHouse: 'in_house',
  CheckedOut: 'departed',
  Canceled: 'cancelled',
  NoShow: 'no_show',
};

function reservationOf(found: ApaleoReservation, nowEpochMs: number): Reservation {
  const arrival = found.arrival.slice(0, 10);
  const departure = found.departure.slice(0, 10);
  const { fee, dueDateTime } = found.cancellationFee ?? {};
  const isDue = dueDateTime === undefined || nowEpochMs >= Date.parse(dueDateTime);
  return {
    number: found.id,
    status: statuses[found.status],
    arrival,
    departure,
    nights: nightsBetween(arrival, departure),
    adults: found.adults,
    children: found.childrenAges?.length ?? 0,
    roomType: found.unitGroup.id,
    roomName: found.unitGroup.name ?? found.unitGroup.id,
    guestFirstName: found.primaryGuest?.firstName ?? '',
    guestLastName: found.primaryGuest?.lastName ?? '',
    ...(found.totalGrossAmount === undefined
      ? {}
      : { total: moneyOf(found.totalGrossAmount.amount, found.totalGrossAmount.currency) }),
    ...(fee === undefined ? {} : { cancellationFee: moneyOf(isDue ? fee.amount : 0, fee.currency) }),
    ...(found.guestComment === undefined ? {} : { requests: found.guestComment }),
  };
}

function offerOf(offer: ApaleoOffer, stay: Stay): RoomOffer {
  return {
    offerId: offer.ratePlan.id,
    roomType: offer.unitGroup.id,
    name: offer.unitGroup.name ?? offer.unitGroup.id,
    ...(offer.unitGroup.maxPersons === undefined ? {} : { maxGuests: offer.unitGroup.maxPersons }),
    roomsLeft: offer.availableUnits,
    nights: nightsBetween(stay.arrival, stay.departure),
    total: moneyOf(offer.totalGrossAmount.amount, offer.totalGrossAmount.currency),
  };
}

/** One slice is one night. */
function slices(ratePlanId: string, dates: { readonly arrival: string; readonly departure: string }) {
  return Array.from({ length: nightsBetween(dates.arrival, dates.departure) }, () => ({ ratePlanId }));
}

function agesOf(children: number): number[] {
  return Array.from({ length: children }, () => apaleoDefaults.childAge);
}

function action(id: string, name: 'amend' | 'cancel'): string {
  return `/booking/v1/reservation-actions/${encodeURIComponent(id)}/${name}`;
}

/** An id such as `XPGMSXGF-1` as it is heard: without the hyphen, in any case, often without the room's number. */
function spokenId(heard: string): string {
  const [, letters, room] = /^([A-Z]+)(\d*)$/u.exec(heard.toUpperCase().replace(/[^A-Z0-9]/gu, '')) ?? [];
  return letters === undefined ? heard : `${letters}-${room || '1'}`;
}

function notFound(): PropertyError {
  return new PropertyError('reservation_not_found', 'No reservation has this number and last name');
}

function notChangeable(found: ApaleoReservation): PropertyError {
  return new PropertyError('not_changeable', `The reservation is ${statuses[found.status]}: hand over to a person`);
}
