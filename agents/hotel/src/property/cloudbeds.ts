import { byPrice, checkStay, offerToBook, oneAfterAnother, referenceOf } from './booking-rules.ts';
import { type CloudbedsCredentials, cloudbedsClient } from './cloudbeds-client.ts';
import {
  type CloudbedsReservation,
  type CloudbedsRoom,
  createdAnswer,
  hotelAnswer,
  reservationAnswer,
  reservationsAnswer,
  roomTypesAnswer,
  taxesAnswer,
} from './cloudbeds-wire.ts';
import { sameLastName } from './last-name.ts';
import { moneyOf } from './money.ts';
import { readAnswer } from './property-call.ts';
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

export interface CloudbedsOptions {
  readonly propertyId: string;
  readonly credentials: CloudbedsCredentials;
  /** What Cloudbeds does not know of the house; the name and the address are Cloudbeds' own. */
  readonly information: HotelInformation;
  /** Cloudbeds asks them of every guest, and on the phone nobody is asked: said in the guest's place when they did not. */
  readonly guestDefaults: { readonly countryCode: string; readonly postalCode: string; readonly email: string };
  /** ISO 4217, of the property. */
  readonly currency: string;
  readonly apiUrl?: string;
  readonly timeoutMs?: number;
  /** Reads the time, epoch milliseconds. */
  readonly now?: () => number;
}

export const cloudbedsDefaults = {
  apiUrl: 'https://api.cloudbeds.com/api/v1.2',
  /** Paid at the desk: an agent on the phone takes no card numbers. */
  paymentMethod: 'cash',
  /** Room types that are priced for one search; each costs a request. */
  maxRoomTypes: 12,
};

/** A hotel that is kept in Cloudbeds, over its API v1.2. */
export function cloudbedsProperty(options: CloudbedsOptions): PropertySystem {
  const { propertyId: propertyID, information } = options;
  const now = options.now ?? Date.now;
  const inTurn = oneAfterAnother();
  const { get, post, put } = cloudbedsClient({ ...options, apiUrl: options.apiUrl ?? cloudbedsDefaults.apiUrl });

  const property: PropertySystem = {
    async searchAvailability(stay, signal) {
      checkStay(stay, information.timeZone, now());
      const rooms = await roomsFree(stay, signal);
      const offers = await Promise.all(
        rooms.slice(0, cloudbedsDefaults.maxRoomTypes).map((one) => offerOf(one, stay, signal)),
      );
      return byPrice(offers);
    },
    findReservation: async (claim, signal) => reservationOf(await claimed(claim, signal)),
    createReservation: (request, signal) =>
      inTurn(request.idempotencyKey, async () => {
        const reference = referenceOf(request.idempotencyKey);
        const made = await idByReference(reference, signal);
        if (made !== undefined) return reservationOf(await byId(made, signal));
        const { stay, guest } = request;
        const offer = offerToBook(await property.searchAvailability(stay, signal), request);
        const { countryCode, postalCode, email } = options.guestDefaults;
        const answer = await post('postReservation', signal, {
          propertyID,
          thirdPartyIdentifier: reference,
          startDate: stay.arrival,
          endDate: stay.departure,
          guestFirstName: guest.firstName,
          guestLastName: guest.lastName,
          guestCountry: countryCode,
          guestZip: postalCode,
          guestEmail: guest.email ?? email,
          ...(guest.phone === undefined ? {} : { guestPhone: guest.phone }),
          paymentMethod: cloudbedsDefaults.paymentMethod,
          ...forRoom('rooms', offer.roomType, 1),
          ...forRoom('adults', offer.roomType, stay.adults),
          ...forRoom('children', offer.roomType, stay.children),
          // Nobody who did not give an address is written to.
          sendEmailConfirmation: String(guest.email !== undefined),
        });
        const { reservationID } = readAnswer(createdAnswer, answer);
        const requests = await keepNote(reservationID, request.requests, signal);
        return { ...reservationOf(await byId(reservationID, signal)), ...requests };
      }),
    async changeDates(claim, { arrival, departure }, signal) {
      checkStay({ arrival, departure }, information.timeZone, now());
      const before = await claimed(claim, signal);
      if (before.startDate === arrival && before.endDate === departure) return reservationOf(before);
      if (!isChangeable(before)) throw notChangeable(before);
      const [room, ...others] = roomsOf(before);
      if (room === undefined || others.length > 0) {
        throw new PropertyError('not_changeable', 'The reservation is not of one room: hand over to a person');
      }
      try {
        await put('putReservation', signal, {
          propertyID,
          reservationID: before.reservationID,
          'rooms[0][subReservationID]': room.subReservationID,
          'rooms[0][roomTypeID]': room.roomTypeID,
          'rooms[0][checkinDate]': arrival,
          'rooms[0][checkoutDate]': departure,
          'rooms[0][adults]': String(room.adults),
          'rooms[0][children]': String(room.children),
        });
      } catch (error) {
        // Cloudbeds says why in words alone; whether the room type is free for others on these nights says it in code.
        const stay = { arrival, departure, adults: room.adults, children: room.children };
        if (
          error instanceof PropertyError &&
          error.code === 'refused' &&
          !(await isFree(room.roomTypeID, stay, signal))
        ) {
          throw new PropertyError('no_rooms', 'The room type is not free for the new nights: offer others', {
            cause: error,
          });
        }
        throw error;
      }
      return reservationOf(await byId(before.reservationID, signal));
    },
    async cancelReservation(claim, _, signal) {
      const before = await claimed(claim, signal);
      if (before.status === 'canceled') return reservationOf(before);
      if (!isChangeable(before)) throw notChangeable(before);
      await put('putReservation', signal, { propertyID, reservationID: before.reservationID, status: 'canceled' });
      return reservationOf(await byId(before.reservationID, signal));
    },
    async information(signal) {
      const { data } = readAnswer(hotelAnswer, await get('getHotelDetails', signal, { propertyID }));
      const known = data.propertyAddress;
      const address = {
        street: known.propertyAddress1,
        postalCode: known.propertyZip,
        city: known.propertyCity,
        countryCode: known.propertyCountry,
      };
      return { ...information, name: data.propertyName, address };
    },
  };
  return property;

  async function roomsFree(stay: Stay, signal: AbortSignal): Promise<readonly CloudbedsRoom[]> {
    const answer = await get('getAvailableRoomTypes', signal, {
      propertyIDs: propertyID,
      startDate: stay.arrival,
      endDate: stay.departure,
      rooms: '1',
      adults: String(stay.adults),
      children: String(stay.children),
    });
    const mine = readAnswer(roomTypesAnswer, answer).data.filter((one) => one.propertyID === propertyID);
    const fits = (one: CloudbedsRoom) => one.roomsAvailable > 0 && one.maxGuests >= stay.adults + stay.children;
    const cheapest = new Map<string, CloudbedsRoom>();
    for (const one of mine.flatMap((each) => each.propertyRooms).filter(fits)) {
      const known = cheapest.get(one.roomTypeID);
      if (known === undefined || rateOf(one, stay) < rateOf(known, stay)) cheapest.set(one.roomTypeID, one);
    }
    return [...cheapest.values()];
  }

  async function isFree(roomTypeID: string, stay: Stay, signal: AbortSignal): Promise<boolean> {
    return (await roomsFree(stay, signal)).some((one) => one.roomTypeID === roomTypeID);
  }

  async function offerOf(room: CloudbedsRoom, stay: Stay, signal: AbortSignal): Promise<RoomOffer> {
    const answer = await get('getRoomsFeesAndTaxes', signal, {
      propertyID,
      startDate: stay.arrival,
      endDate: stay.departure,
      roomsTotal: String(rateOf(room, stay)),
      roomsCount: '1',
      adultsPerRoom: String(stay.adults),
      childrenPerRoom: String(stay.children),
    });
    return {
      offerId: room.roomTypeID,
      roomType: room.roomTypeID,
      name: room.roomTypeName,
      maxGuests: room.maxGuests,
      roomsLeft: room.roomsAvailable,
      nights: nightsBetween(stay.arrival, stay.departure),
      total: moneyOf(readAnswer(taxesAnswer, answer).data.grandTotal, options.currency),
    };
  }

  /** The guest's wishes, when they could be written down: a booking that is made does not fail for want of its note. */
  async function keepNote(reservationID: string, note: string | undefined, signal: AbortSignal) {
    if (note === undefined) return {};
    try {
      await post('postReservationNote', signal, { propertyID, reservationID, reservationNote: note });
      return { requests: note };
    } catch (error) {
      if (error instanceof PropertyError) return {};
      throw error;
    }
  }

  /** By what the reservation was marked with when it was made; the filter alone is not trusted. */
  async function idByReference(reference: string, signal: AbortSignal): Promise<string | undefined> {
    const answer = await get('getReservations', signal, { propertyID, sourceReservationId: reference });
    const { data } = readAnswer(reservationsAnswer, answer);
    return data.find((one) => one.thirdPartyIdentifier === reference)?.reservationID;
  }

  async function byId(reservationID: string, signal: AbortSignal): Promise<CloudbedsReservation> {
    const answer = await get('getReservation', signal, { propertyID, reservationID }, () => notFound());
    return readAnswer(reservationAnswer, answer).data;
  }

  async function claimed(claim: ReservationClaim, signal: AbortSignal): Promise<CloudbedsReservation> {
    const found = await byId(claim.number.replace(/\s/gu, ''), signal);
    if (found.propertyID !== propertyID || !sameLastName(mainGuest(found).guestLastName, claim.lastName))
      throw notFound();
    return found;
  }

  function reservationOf(found: CloudbedsReservation): Reservation {
    const rooms = roomsOf(found);
    const main = mainGuest(found);
    return {
      number: found.reservationID,
      status: statuses[found.status],
      arrival: found.startDate,
      departure: found.endDate,
      nights: nightsBetween(found.startDate, found.endDate),
      adults: rooms.reduce((sum, one) => sum + one.adults, 0),
      children: rooms.reduce((sum, one) => sum + one.children, 0),
      roomType: rooms[0]?.roomTypeID ?? '',
      roomName: rooms[0]?.roomTypeName ?? '',
      guestFirstName: main.guestFirstName,
      guestLastName: main.guestLastName,
      total: moneyOf(found.total, options.currency),
    };
  }
}

const statuses: Readonly<Record<CloudbedsReservation['status'], Reservation['status']>> = {
  confirmed: 'confirmed',
  not_confirmed: 'confirmed',
  canceled: 'cancelled',
  checked_in: 'in_house',
  checked_out: 'departed',
  no_show: 'no_show',
};

/** What the room costs for the stay before taxes, with what this many guests cost on top. */
function rateOf(room: CloudbedsRoom, stay: Stay): number {
  const adults: Readonly<Record<string, number>> = room.adultsExtraCharge ?? {};
  const children: Readonly<Record<string, number>> = room.childrenExtraCharge ?? {};
  return room.roomRate + (adults[String(stay.adults)] ?? 0) + (children[String(stay.children)] ?? 0);
}

/** Lists in forms, as PHP reads them. */
function forRoom(field: string, roomTypeID: string, quantity: number): Record<string, string> {
  return { [`${field}[0][roomTypeID]`]: roomTypeID, [`${field}[0][quantity]`]: String(quantity) };
}

function roomsOf(found: CloudbedsReservation) {
  return [...(found.assigned ?? []), ...(found.unassigned ?? [])];
}

function mainGuest(found: CloudbedsReservation): { readonly guestFirstName: string; readonly guestLastName: string } {
  const guests = Object.values(found.guestList);
  const main = guests.find((one) => one.isMainGuest === true) ?? guests[0];
  if (main !== undefined) return main;
  // Of a guest whose details are hidden the whole name is left: its last word is taken for the last name.
  const words = found.guestName.trim().split(/\s+/u);
  return { guestFirstName: words.slice(0, -1).join(' '), guestLastName: words.at(-1) ?? '' };
}

function isChangeable(found: CloudbedsReservation): boolean {
  return statuses[found.status] === 'confirmed';
}

function notFound(): PropertyError {
  return new PropertyError('reservation_not_found', 'No reservation has this number and last name');
}

function notChangeable(found: CloudbedsReservation): PropertyError {
  return new PropertyError('not_changeable', `The reservation is ${statuses[found.status]}: hand over to a person`);
}
