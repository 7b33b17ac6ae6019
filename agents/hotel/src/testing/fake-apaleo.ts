import { type JsonReply, type JsonRequest, serveJson } from '@parley/agent-worlds/json-server.ts';
import { z } from 'zod';
import { type FakeHotel, type FakeReservation, fakeHotel, withTrouble } from './fake-hotel.ts';

export interface FakeApaleo {
  readonly url: string;
  readonly hotel: FakeHotel;
  /** Tokens handed out so far. */
  readonly tokens: readonly string[];
  /** Make every token that was handed out invalid, as when they expire. */
  expireTokens(): void;
  close(): Promise<void>;
}

const contact = z.strictObject({
  firstName: z.string(),
  lastName: z.string(),
  phone: z.string().optional(),
  email: z.string().optional(),
});
const slices = z.array(z.strictObject({ ratePlanId: z.string() }));
const bookingBody = z.strictObject({
  booker: contact,
  reservations: z.tuple([
    z.strictObject({
      arrival: z.iso.date(),
      departure: z.iso.date(),
      adults: z.int(),
      childrenAges: z.array(z.int()),
      channelCode: z.literal('Direct'),
      externalCode: z.string(),
      primaryGuest: contact,
      guestComment: z.string().optional(),
      timeSlices: slices,
    }),
  ]),
});
const amendBody = z.strictObject({
  arrival: z.iso.date(),
  departure: z.iso.date(),
  adults: z.int(),
  childrenAges: z.array(z.int()),
  requote: z.boolean(),
  timeSlices: z.array(z.strictObject({ ratePlanId: z.string(), adults: z.int().positive() })),
});

/** Apaleo's token endpoint and the parts of its booking and inventory APIs that the connector uses, on one local port. */
export async function startFakeApaleo(clientId: string, clientSecret: string): Promise<FakeApaleo> {
  const hotel = fakeHotel(
    [
      { id: 'MUC-DBL', name: 'Double', rooms: 2, maxGuests: 2, price: 120.5 },
      { id: 'MUC-STE', name: 'Suite', rooms: 1, maxGuests: 4, price: 300 },
    ],
    (index) => `XPGMSXG${String.fromCharCode(65 + (index % 26))}-1`,
  );
  const tokens: string[] = [];
  let valid = new Set<string>();
  const server = await serveJson({
    handle: (request) => (request.path === '/connect/token' ? token(request) : api(request)),
  });
  return {
    url: server.url,
    hotel,
    tokens,
    expireTokens: () => {
      valid = new Set();
    },
    close: () => server.close(),
  };

  function token(request: JsonRequest): JsonReply {
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const asked = z.object({ grant_type: z.literal('client_credentials') }).safeParse(request.body);
    if (request.header('authorization') !== `Basic ${basic}` || !asked.success) {
      return { status: 400, body: { error: 'invalid_client' } };
    }
    const made = `token-${tokens.length + 1}`;
    tokens.push(made);
    valid.add(made);
    return { status: 200, body: { access_token: made, expires_in: 3600, token_type: 'Bearer' } };
  }

  function api(request: JsonRequest): JsonReply | Promise<JsonReply> {
    return withTrouble(hotel, (one) => {
      const bearer = one.header('authorization')?.replace('Bearer ', '') ?? '';
      return valid.has(bearer) ? route(one) : { status: 401 };
    })(request);
  }

  function route(request: JsonRequest): JsonReply {
    const { method, path, query } = request;
    if (method === 'GET' && path === '/inventory/v1/properties/MUC') {
      const location = { addressLine1: 'Hauptstr. 1', postalCode: '80331', city: 'München', countryCode: 'DE' };
      return {
        status: 200,
        body: { id: 'MUC', name: 'Hotel München', timeZone: 'Europe/Berlin', currencyCode: 'EUR', location },
      };
    }
    if (method === 'GET' && path === '/booking/v1/offers') {
      if (query.get('propertyId') !== 'MUC' || query.get('timeSliceTemplate') !== 'OverNight') return invalid('query');
      const guests = Number(query.get('adults')) + query.getAll('childrenAges').length;
      return offers(query.get('arrival') ?? '', query.get('departure') ?? '', guests);
    }
    if (method === 'GET' && path === '/booking/v1/reservations') {
      const found = hotel.reservations.filter((one) => one.reference === query.get('externalCode'));
      return found.length === 0
        ? { status: 204 }
        : { status: 200, body: { reservations: found.map(full), count: found.length } };
    }
    if (method === 'POST' && path === '/booking/v1/bookings') return book(request);
    const [, id = '', rest = ''] =
      /^\/booking\/v1\/(?:reservations|reservation-actions)\/([^/]+)\/?(.*)$/u.exec(path) ?? [];
    const found = hotel.reservations.find((one) => one.number === id);
    if (found === undefined) return { status: 404 };
    if (method === 'GET' && rest === '') return { status: 200, body: full(found) };
    if (method === 'GET' && rest === 'offers') {
      return offers(query.get('arrival') ?? '', query.get('departure') ?? '', found.adults + found.children, found);
    }
    if (method === 'PUT' && rest === 'cancel') {
      if (found.status === 'cancelled') return invalid('The reservation is already canceled');
      found.status = 'cancelled';
      return { status: 204 };
    }
    if (method === 'PUT' && rest === 'amend') return amend(found, request.body);
    return { status: 404 };
  }

  function offers(arrival: string, departure: string, guests: number, except?: FakeReservation): JsonReply {
    const free = hotel.types.filter(
      (one) => one.maxGuests >= guests && hotel.left(one.id, arrival, departure, except) > 0,
    );
    if (free.length === 0) return { status: 204 };
    const nights = Math.round(hotel.total('MUC-STE', arrival, departure) / 300);
    const list = free.flatMap((type) => {
      const total = hotel.total(type.id, arrival, departure);
      const common = {
        unitGroup: { id: type.id, code: type.id, name: type.name, maxPersons: type.maxGuests },
        availableUnits: hotel.left(type.id, arrival, departure, except),
        timeSlices: Array.from({ length: nights }, () => ({})),
      };
      const offer = (plan: string, guarantee: string, share: number) => ({
        ...common,
        ratePlan: { id: `${type.id}-${plan}`, name: plan },
        minGuaranteeType: guarantee,
        totalGrossAmount: { amount: total * share, currency: 'EUR' },
      });
      // Cheaper, and paid in advance: not for the phone.
      return [offer('NONREF', 'Prepayment', 0.8), offer('FLEX', 'PM6Hold', 1)];
    });
    return { status: 200, body: { property: { id: 'MUC' }, offers: list } };
  }

  function book(request: JsonRequest): JsonReply {
    const body = bookingBody.safeParse(request.body);
    if (!body.success) return invalid(body.error.message);
    if (request.header('idempotency-key') === undefined) return invalid('Idempotency-Key');
    const [wanted] = body.data.reservations;
    const plan = wanted.timeSlices[0]?.ratePlanId ?? '';
    if (!plan.endsWith('-FLEX')) return invalid('A payment account is needed');
    const nights = Math.round(hotel.total('MUC-STE', wanted.arrival, wanted.departure) / 300);
    if (wanted.timeSlices.length !== nights) return invalid('Each night needs a time slice');
    const made = hotel.add({
      typeId: plan.replace('-FLEX', ''),
      arrival: wanted.arrival,
      departure: wanted.departure,
      adults: wanted.adults,
      children: wanted.childrenAges.length,
      firstName: wanted.primaryGuest.firstName,
      lastName: wanted.primaryGuest.lastName,
      reference: wanted.externalCode,
      notes: wanted.guestComment,
    });
    if (made === undefined) return invalid('The unit group is not available');
    return { status: 201, body: { id: made.number.replace('-1', ''), reservationIds: [{ id: made.number }] } };
  }

  function amend(found: FakeReservation, given: unknown): JsonReply {
    const body = amendBody.safeParse(given);
    if (!body.success) return invalid(body.error.message);
    if (hotel.left(found.typeId, body.data.arrival, body.data.departure, found) < 1) return invalid('not available');
    found.arrival = body.data.arrival;
    found.departure = body.data.departure;
    return { status: 204 };
  }

  function full(one: FakeReservation) {
    const type = hotel.types.find((each) => each.id === one.typeId);
    return {
      id: one.number,
      bookingId: one.number.replace('-1', ''),
      status: one.status === 'confirmed' ? 'Confirmed' : 'Canceled',
      property: { id: 'MUC', code: 'MUC', name: 'Hotel München' },
      ratePlan: { id: `${one.typeId}-FLEX`, name: 'FLEX' },
      unitGroup: { id: one.typeId, name: type?.name },
      arrival: `${one.arrival}T15:00:00+02:00`,
      departure: `${one.departure}T11:00:00+02:00`,
      adults: one.adults,
      childrenAges: Array.from({ length: one.children }, () => 8),
      totalGrossAmount: { amount: hotel.total(one.typeId, one.arrival, one.departure), currency: 'EUR' },
      primaryGuest: { firstName: one.firstName, lastName: one.lastName },
      cancellationFee: { fee: { amount: type?.price, currency: 'EUR' }, dueDateTime: `${one.arrival}T00:00:00+02:00` },
      guestComment: one.notes,
    };
  }
}

function invalid(message: string): JsonReply {
  return { status: 422, body: { messages: [message] } };
}
