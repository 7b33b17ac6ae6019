import { type AnyTool, type Json, type Tool, ToolError } from '@parley/dialogue/tools/tool.ts';
import { z } from 'zod';
import { otherStays, roomForFewer } from './other-stays.ts';
import { amountOf } from './property/money.ts';
import { PropertyError } from './property/property-error.ts';
import {
  guest,
  type HotelInformation,
  type Money,
  money,
  type PropertySystem,
  type Reservation,
  type RoomOffer,
  stay,
} from './property/property-system.ts';
import { isoDate } from './property/stay-dates.ts';

const claim = z.object({
  number: z.string().trim().min(1).max(40).describe('The reservation number as the guest gives it'),
  lastName: z.string().trim().min(1).max(80).describe('The last name on the reservation, as the guest gives it'),
});
const dates = {
  arrival: isoDate.describe('First night, YYYY-MM-DD'),
  departure: isoDate.describe('Day of leaving, YYYY-MM-DD'),
};
const people = {
  adults: stay.shape.adults.describe('Adults in the room'),
  children: stay.shape.children.default(0).describe('Children in the room; 0 when none are mentioned'),
};
const topics = ['all', 'address', 'check_in', 'check_out', 'breakfast', 'parking', 'wifi', 'pool', 'pets'] as const;

/**
 * What a hotel's agent can look up and do, for flows and for language models alike. They reject with a `ToolError` whose code
 * is that of the `PropertyError`.
 */
export function hotelTools(property: PropertySystem): readonly AnyTool[] {
  return [
    findRooms(property),
    findReservation(property),
    bookRoom(property),
    changeReservation(property),
    cancelReservation(property),
    hotelInformationTool(property),
  ];
}

function findRooms(property: PropertySystem): AnyTool {
  const input = z.object({
    ...dates,
    ...people,
    roomType: z.string().max(80).optional().describe('Only this room type, by its code, such as double'),
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'find_rooms',
    description:
      'Find the room types that are free for a stay, with the price of the whole stay. When nothing is free, otherDates are stays of the same length within three days that have a room; mostGuests is how many the largest free room takes, when they are too many for it.',
    input,
    effect: 'reads',
    run: ({ roomType, ...wanted }, context) =>
      orToolError(async () => {
        const all = await property.searchAvailability(wanted, context.signal);
        const offers = roomType === undefined ? all : all.filter((one) => one.roomType === roomType);
        const found = { offers: offers.map(offerJson), otherTypesFree: all.length > offers.length };
        if (offers.length > 0) return { ...found, otherDates: [] };
        const otherDates = await otherStays(property, wanted, roomType, context);
        const mostGuests = otherDates.length > 0 ? undefined : await roomForFewer(property, wanted, context.signal);
        return { ...found, otherDates, ...(mostGuests !== undefined && { mostGuests }) };
      }),
  };
  return tool;
}

function findReservation(property: PropertySystem): AnyTool {
  const tool: Tool<z.infer<typeof claim>> = {
    name: 'find_reservation',
    description: 'Look up a reservation by its number and the last name on it. Both are needed.',
    input: claim,
    effect: 'reads',
    run: (input, context) =>
      orToolError(async () => reservationJson(await property.findReservation(input, context.signal))),
  };
  return tool;
}

function bookRoom(property: PropertySystem): AnyTool {
  const input = z.object({
    offerId: z.string().min(1).max(300).describe('The offerId of a room found by find_rooms for the same stay'),
    ...dates,
    ...people,
    ...guest.shape,
    quotedTotal: money.optional().describe('The total that the guest was told; another price is not booked'),
    requests: z.string().trim().max(1_000).optional().describe("The guest's wishes in their words"),
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'book_room',
    description:
      'Book a room. Only after the guest has heard the dates, the room and the total price and has said yes. Answers with the reservation number.',
    input,
    effect: 'changes',
    run: (wanted, context) =>
      orToolError(async () => {
        const { offerId, quotedTotal, requests, firstName, lastName, phone, email, ...wantedStay } = wanted;
        const who = {
          firstName,
          lastName,
          ...(phone === undefined ? {} : { phone }),
          ...(email === undefined ? {} : { email }),
        };
        const { idempotencyKey, signal } = context;
        const request = { offerId, stay: wantedStay, guest: who, quotedTotal, requests, idempotencyKey };
        return reservationJson(await property.createReservation(request, signal));
      }),
  };
  return tool;
}

function changeReservation(property: PropertySystem): AnyTool {
  const input = claim.extend(dates);
  const tool: Tool<z.infer<typeof input>> = {
    name: 'change_reservation',
    description:
      'Move a reservation to other dates, same room type. Only after the guest has confirmed the new dates. Answers with the new total.',
    input,
    effect: 'changes',
    run: ({ arrival, departure, ...who }, context) =>
      orToolError(async () => {
        const { idempotencyKey, signal } = context;
        return reservationJson(await property.changeDates(who, { arrival, departure, idempotencyKey }, signal));
      }),
  };
  return tool;
}

function cancelReservation(property: PropertySystem): AnyTool {
  const tool: Tool<z.infer<typeof claim>> = {
    name: 'cancel_reservation',
    description:
      'Cancel a reservation for good. Look it up first, tell the guest the cancellation fee, and cancel only after they have said yes.',
    input: claim,
    effect: 'changes',
    run: (input, { idempotencyKey, signal }) =>
      orToolError(async () => reservationJson(await property.cancelReservation(input, { idempotencyKey }, signal))),
  };
  return tool;
}

function hotelInformationTool(property: PropertySystem): AnyTool {
  const input = z.object({ topic: z.enum(topics).describe('What the guest asks about') });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'hotel_information',
    description: 'Facts about the hotel: address, check-in and check-out, breakfast, parking, wifi, pool and pets.',
    input,
    effect: 'reads',
    run: ({ topic }, context) =>
      orToolError(async () => factsOn(topic, informationJson(await property.information(context.signal)))),
  };
  return tool;
}

function factsOn(topic: (typeof topics)[number], facts: HotelInformation): Json {
  switch (topic) {
    case 'all':
      return facts;
    case 'address':
      return { name: facts.name, address: facts.address };
    case 'check_in':
      return { checkInFrom: facts.checkInFrom };
    case 'check_out':
      return { checkOutUntil: facts.checkOutUntil };
    default:
      return { [topic]: facts[topic] };
  }
}

/** Without what is undefined, which is no JSON. */
function offerJson(offer: RoomOffer): Json {
  const { maxGuests, total, ...rest } = offer;
  return { ...rest, total: sayable(total), ...(maxGuests === undefined ? {} : { maxGuests }) };
}

function reservationJson(found: Reservation): Json {
  const { total, cancellationFee, requests, ...rest } = found;
  return {
    ...rest,
    ...(total === undefined ? {} : { total: sayable(total) }),
    ...(cancellationFee === undefined ? {} : { cancellationFee: sayable(cancellationFee) }),
    ...(requests === undefined ? {} : { requests }),
  };
}

function informationJson(facts: HotelInformation): HotelInformation {
  const { breakfast, parking, pets } = facts;
  return {
    ...facts,
    ...(breakfast.offered && { breakfast: { ...breakfast, price: sayable(breakfast.price) } }),
    ...(parking.offered && { parking: { ...parking, pricePerNight: sayable(parking.pricePerNight) } }),
    ...(pets.allowed && { pets: { ...pets, pricePerNight: sayable(pets.pricePerNight) } }),
  };
}

/** With the amount as it is said beside the one that is reckoned with: nobody is to divide by a hundred, least of all a model. */
function sayable(price: Money) {
  return { ...price, amount: amountOf(price) };
}

async function orToolError(work: () => Promise<Json>): Promise<Json> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PropertyError) throw new ToolError(error.code, error.message, { cause: error });
    throw error;
  }
}
