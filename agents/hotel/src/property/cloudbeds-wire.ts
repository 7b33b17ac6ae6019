import { z } from 'zod';

/** The parts of the Cloudbeds API's answers that are used. It writes many numbers as strings, and empty lists for objects. */
const count = z.coerce.number().pipe(z.int().nonnegative());
const price = z.coerce.number().pipe(z.number().nonnegative());

/** Every answer says whether it is one: a refusal comes with status 200. */
export const outcome = z.object({ success: z.boolean(), message: z.string().nullish() });

/** What a number of guests costs on top, by that number. */
const extraCharge = z.union([z.record(z.string(), price), z.array(z.unknown()).transform(() => ({}))]).nullish();
const currency = z.object({ currencyCode: z.string() });

export const roomTypesAnswer = z.object({
  data: z.array(
    z.object({
      propertyID: z.coerce.string(),
      propertyCurrency: z.union([currency, z.array(currency).min(1)]),
      propertyRooms: z.array(
        z.object({
          roomTypeID: z.coerce.string(),
          roomTypeName: z.string(),
          maxGuests: count,
          roomRate: price,
          roomRateID: z.coerce.string().nullish(),
          roomsAvailable: count,
          adultsExtraCharge: extraCharge,
          childrenExtraCharge: extraCharge,
        }),
      ),
    }),
  ),
});
export type CloudbedsRoom = z.infer<typeof roomTypesAnswer>['data'][number]['propertyRooms'][number];

export const taxesAnswer = z.object({ data: z.object({ grandTotal: price }) });

const room = z.object({
  roomTypeID: z.coerce.string(),
  roomTypeName: z.string(),
  subReservationID: z.string(),
  adults: count,
  children: count,
});
export const reservationAnswer = z.object({
  data: z.object({
    propertyID: z.coerce.string(),
    reservationID: z.coerce.string(),
    status: z.enum(['confirmed', 'not_confirmed', 'canceled', 'checked_in', 'checked_out', 'no_show']),
    startDate: z.iso.date(),
    endDate: z.iso.date(),
    guestName: z.string(),
    /** By guest id. */
    guestList: z.union([
      z.record(
        z.string(),
        z.object({ guestFirstName: z.string(), guestLastName: z.string(), isMainGuest: z.boolean().nullish() }),
      ),
      z.array(z.unknown()).transform(() => ({})),
    ]),
    total: price,
    assigned: z.array(room).nullish(),
    unassigned: z.array(room).nullish(),
  }),
});
export type CloudbedsReservation = z.infer<typeof reservationAnswer>['data'];

export const reservationsAnswer = z.object({
  data: z.array(z.object({ reservationID: z.coerce.string(), thirdPartyIdentifier: z.string().nullish() })),
});

export const createdAnswer = z.object({ reservationID: z.coerce.string() });

export const hotelAnswer = z.object({
  data: z.object({
    propertyName: z.string(),
    propertyCurrency: currency,
    propertyAddress: z.object({
      propertyAddress1: z.string(),
      propertyCity: z.string(),
      propertyZip: z.string(),
      propertyCountry: z.string(),
    }),
  }),
});
