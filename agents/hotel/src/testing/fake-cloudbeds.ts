import { type JsonReply, type JsonRequest, serveJson } from '@parley/agent-worlds/json-server.ts';
import { z } from 'zod';
import { type FakeHotel, type FakeReservation, fakeHotel, withTrouble } from './fake-hotel.ts';

export interface FakeCloudbeds {
  /** With the version, as the connector takes it. */
  readonly url: string;
  readonly hotel: FakeHotel;
  /** E-mail addresses that confirmations were sent to. */
  readonly confirmations: string[];
  /** The access tokens that are taken beside the API key. */
  readonly tokens: Set<string>;
  close(): Promise<void>;
}

const date = z.iso.date();
const quantity = z.string().regex(/^\d+$/u).transform(Number);
const searchQuery = z.strictObject({
  propertyIDs: z.literal('198'),
  startDate: date,
  endDate: date,
  rooms: z.literal('1'),
  adults: quantity,
  children: quantity,
});
const taxQuery = z.strictObject({
  propertyID: z.literal('198'),
  startDate: date,
  endDate: date,
  roomsTotal: z.coerce.number(),
  roomsCount: z.literal('1'),
  adultsPerRoom: quantity,
  childrenPerRoom: quantity,
});
const bookForm = z.strictObject({
  propertyID: z.literal('198'),
  thirdPartyIdentifier: z.string(),
  startDate: date,
  endDate: date,
  guestFirstName: z.string().min(1),
  guestLastName: z.string().min(1),
  guestCountry: z.string().length(2),
  guestZip: z.string().min(1),
  guestEmail: z.email(),
  guestPhone: z.string().optional(),
  paymentMethod: z.enum(['cash', 'credit', 'ebanking', 'pay_pal']),
  'rooms[0][roomTypeID]': z.string(),
  'rooms[0][quantity]': z.literal('1'),
  'adults[0][roomTypeID]': z.string(),
  'adults[0][quantity]': quantity,
  'children[0][roomTypeID]': z.string(),
  'children[0][quantity]': quantity,
  sendEmailConfirmation: z.enum(['true', 'false']),
});
const noteForm = z.strictObject({
  propertyID: z.literal('198'),
  reservationID: z.string(),
  reservationNote: z.string(),
});
const changeForm = z.union([
  z.strictObject({ propertyID: z.literal('198'), reservationID: z.string(), status: z.literal('canceled') }),
  z.strictObject({
    propertyID: z.literal('198'),
    reservationID: z.string(),
    'rooms[0][subReservationID]': z.string(),
    'rooms[0][roomTypeID]': z.string(),
    'rooms[0][checkinDate]': date,
    'rooms[0][checkoutDate]': date,
    'rooms[0][adults]': quantity,
    'rooms[0][children]': quantity,
  }),
]);

/** The methods of the Cloudbeds API v1.2 that the connector uses, on a local port. Like Cloudbeds it refuses with status 200. */
export async function startFakeCloudbeds(apiKey: string): Promise<FakeCloudbeds> {
  // Room rates before a tax of a quarter: 96.4 and 240 a night come to 120.5 and 300.
  const hotel = fakeHotel(
    [
      { id: '331', name: 'Double', rooms: 2, maxGuests: 2, price: 120.5 },
      { id: '332', name: 'Suite', rooms: 1, maxGuests: 4, price: 300 },
    ],
    (index) => String(7_412_000_001 + index),
  );
  const tokens = new Set<string>();
  const notes = new Map<string, string>();
  const confirmations: string[] = [];
  const server = await serveJson({
    handle: withTrouble(hotel, (request) => {
      const bearer = request.header('authorization')?.replace('Bearer ', '') ?? '';
      const known = request.header('x-api-key') === apiKey || tokens.has(bearer);
      if (!known) return { status: 401, body: { success: false, message: 'Access token invalid' } };
      return request.header('x-property-id') === '198' ? route(request) : refused('Property');
    }),
  });
  return { url: `${server.url}/api/v1.2`, hotel, confirmations, tokens, close: () => server.close() };

  function route(request: JsonRequest): JsonReply {
    const query = Object.fromEntries(request.query);
    switch (`${request.method} ${request.path.replace('/api/v1.2/', '')}`) {
      case 'GET getHotelDetails':
        return ok({
          data: {
            propertyID: '198',
            propertyName: 'Casa Azul',
            propertyCurrency: { currencyCode: 'EUR' },
            propertyAddress: {
              propertyAddress1: 'Calle Mayor 1',
              propertyCity: 'Madrid',
              propertyZip: '28013',
              propertyCountry: 'ES',
            },
          },
        });
      case 'GET getAvailableRoomTypes':
        return given(searchQuery, query, (asked) => ok({ data: [found(asked)], roomCount: 2, count: 1, total: 1 }));
      case 'GET getRoomsFeesAndTaxes':
        return given(taxQuery, query, ({ roomsTotal }) =>
          ok({ data: { fees: [], taxes: [], roomsTotalWithoutTaxes: roomsTotal, grandTotal: roomsTotal * 1.25 } }),
        );
      case 'GET getReservations':
        return ok({
          data: hotel.reservations
            .filter((one) => one.reference === query.sourceReservationId)
            .map((one) => ({ reservationID: one.number, thirdPartyIdentifier: one.reference })),
        });
      case 'GET getReservation': {
        const one = hotel.reservations.find((each) => each.number === query.reservationID);
        return one === undefined ? refused('Reservation not found') : ok({ data: full(one) });
      }
      case 'POST postReservation':
        return given(bookForm, request.body, book);
      case 'POST postReservationNote':
        return given(noteForm, request.body, ({ reservationID, reservationNote }) => {
          notes.set(reservationID, reservationNote);
          const at = hotel.reservations.findIndex((one) => one.number === reservationID);
          const one = hotel.reservations[at];
          if (one !== undefined) hotel.reservations[at] = { ...one, notes: reservationNote };
          return ok({ reservationNoteID: String(notes.size) });
        });
      case 'PUT putReservation':
        return given(changeForm, request.body, change);
      default:
        return { status: 404 };
    }
  }

  function found(asked: z.infer<typeof searchQuery>) {
    return {
      propertyID: '198',
      propertyCurrency: [{ currencyCode: 'EUR', currencySymbol: '€', currencyPosition: 'before' }],
      propertyRooms: hotel.types.map((type) => ({
        roomTypeID: type.id,
        roomTypeName: type.name,
        roomTypeNameShort: type.name.slice(0, 3),
        maxGuests: String(type.maxGuests),
        roomRate: hotel.total(type.id, asked.startDate, asked.endDate) / 1.25,
        roomRateID: `9${type.id}`,
        roomsAvailable: hotel.left(type.id, asked.startDate, asked.endDate),
        adultsExtraCharge: type.maxGuests === 4 ? { 1: 0, 2: 0, 3: 40, 4: 80 } : [],
        childrenExtraCharge: [],
      })),
    };
  }

  function book(form: z.infer<typeof bookForm>): JsonReply {
    const typeId = form['rooms[0][roomTypeID]'];
    if (form['adults[0][roomTypeID]'] !== typeId || form['children[0][roomTypeID]'] !== typeId)
      return refused('adults');
    const made = hotel.add({
      typeId,
      arrival: form.startDate,
      departure: form.endDate,
      adults: form['adults[0][quantity]'],
      children: form['children[0][quantity]'],
      firstName: form.guestFirstName,
      lastName: form.guestLastName,
      reference: form.thirdPartyIdentifier,
      notes: undefined,
    });
    if (made === undefined) return refused('Room type is not available');
    if (form.sendEmailConfirmation === 'true') confirmations.push(form.guestEmail);
    return ok({ reservationID: made.number, status: 'confirmed' });
  }

  function change(form: z.infer<typeof changeForm>): JsonReply {
    const one = hotel.reservations.find((each) => each.number === form.reservationID);
    if (one === undefined) return refused('Reservation not found');
    if ('status' in form) {
      one.status = 'cancelled';
      return ok({ data: full(one) });
    }
    const [arrival, departure] = [form['rooms[0][checkinDate]'], form['rooms[0][checkoutDate]']];
    if (form['rooms[0][subReservationID]'] !== `${one.number}-1`) return refused('subReservationID');
    if (hotel.left(one.typeId, arrival, departure, one) < 1) return refused('No availability');
    one.arrival = arrival;
    one.departure = departure;
    return ok({ data: full(one) });
  }

  function full(one: FakeReservation) {
    const room = {
      roomTypeID: one.typeId,
      roomTypeName: hotel.types.find((each) => each.id === one.typeId)?.name,
      subReservationID: `${one.number}-1`,
      startDate: one.arrival,
      endDate: one.departure,
      adults: String(one.adults),
      children: String(one.children),
    };
    return {
      propertyID: '198',
      reservationID: one.number,
      status: one.status === 'confirmed' ? 'confirmed' : 'canceled',
      guestName: `${one.firstName} ${one.lastName}`,
      guestList: {
        55: { guestID: '55', guestFirstName: one.firstName, guestLastName: one.lastName, isMainGuest: true },
      },
      startDate: one.arrival,
      endDate: one.departure,
      total: hotel.total(one.typeId, one.arrival, one.departure),
      assigned: [],
      unassigned: [room],
    };
  }
}

function given<T>(schema: z.ZodType<T>, value: unknown, answer: (read: T) => JsonReply): JsonReply {
  const parsed = schema.safeParse(value);
  return parsed.success ? answer(parsed.data) : refused(parsed.error.message);
}

function ok(body: object): JsonReply {
  return { status: 200, body: { success: true, ...body } };
}

function refused(message: string): JsonReply {
  return { status: 200, body: { success: false, message } };
}
