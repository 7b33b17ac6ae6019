import { type JsonReply, type JsonRequest, serveJson } from '@parley/agent-worlds/json-server.ts';
import { z } from 'zod';
import { instantOf, localTime, nightsBetween } from '../property/stay-dates.ts';
import { type FakeHotel, type FakeReservation, fakeHotel, withTrouble } from './fake-hotel.ts';
import { auth, bodies, fakeMewsIds } from './fake-mews-bodies.ts';

export interface FakeMews {
  readonly url: string;
  readonly hotel: FakeHotel;
  readonly customers: {
    readonly Id: string;
    readonly FirstName: string;
    readonly LastName: string;
    readonly Email: string | null;
  }[];
  close(): Promise<void>;
}

const zone = fakeMewsIds.timeZone;

/** The operations of the Mews Connector API that the connector uses, for a hotel in Prague, on a local port. */
export async function startFakeMews(): Promise<FakeMews> {
  const hotel = fakeHotel(
    [
      { id: 'cat-double', name: 'Double', rooms: 2, maxGuests: 2, price: 120.5 },
      { id: 'cat-suite', name: 'Suite', rooms: 1, maxGuests: 4, price: 300 },
    ],
    (index) => String(5200 + index),
  );
  const customers: FakeMews['customers'] = [];
  /** Customer of each reservation, by its number. */
  const owners = new Map<string, string>();
  const server = await serveJson({ handle: withTrouble(hotel, route) });
  return { url: server.url, hotel, customers, close: () => server.close() };

  function route(request: JsonRequest): JsonReply {
    if (request.method !== 'POST') return { status: 404 };
    const known = z.object(auth).safeParse(request.body);
    if (!known.success) return error(401, 'Invalid ClientToken or AccessToken.');
    switch (request.path.replace('/api/connector/v1/', '')) {
      case 'services/getAvailability':
        return given(bodies.availability, request, (body) => {
          const first = midnight(body.FirstTimeUnitStartUtc);
          const last = midnight(body.LastTimeUnitStartUtc);
          if (first === undefined || last === undefined) return error(400, 'Invalid FirstTimeUnitStartUtc.');
          const days = Array.from({ length: nightsBetween(first, last) + 1 }, (_, index) =>
            new Date(Date.parse(first) + index * 86_400_000).toISOString().slice(0, 10),
          );
          const after = (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
          const CategoryAvailabilities = hotel.types.map((type) => ({
            CategoryId: type.id,
            Availabilities: days.map((day) => hotel.left(type.id, day, after(day))),
            Adjustments: days.map(() => 0),
          }));
          return ok({ CategoryAvailabilities, TimeUnitStartsUtc: days.map((day) => utc(day, '00:00')) });
        });
      case 'resourceCategories/getAll':
        return given(bodies.categories, request, () =>
          ok({
            ResourceCategories: hotel.types.map((type) => ({
              Id: type.id,
              ServiceId: fakeMewsIds.serviceId,
              IsActive: true,
              Type: 'Room',
              Names: { 'en-US': type.name },
              Capacity: 2,
              ExtraCapacity: type.maxGuests - 2,
            })),
            Cursor: null,
          }),
        );
      case 'reservations/price':
        return given(bodies.price, request, (body) =>
          ok({
            ReservationPrices: body.Reservations.map((one) => ({
              Identifier: one.Identifier,
              TotalAmount: {
                Currency: 'EUR',
                NetValue: 0,
                GrossValue: hotel.total(one.RequestedCategoryId, day(one.StartUtc), day(one.EndUtc)),
              },
            })),
          }),
        );
      case 'reservations/getAll/2023-06-06':
        return given(bodies.reservations, request, (body) => {
          const found = hotel.reservations.filter(
            (one) =>
              body.Numbers?.includes(one.number) === true ||
              body.ReservationIds?.includes(`id-${one.number}`) === true ||
              body.ChannelNumbers?.includes(one.reference) === true,
          );
          return ok({ Reservations: found.slice(0, body.Limitation.Count).map(full), Cursor: null });
        });
      case 'reservations/add':
        return given(bodies.add, request, (body) => {
          const [wanted] = body.Reservations;
          const customer = customers.find((one) => one.Id === wanted.CustomerId);
          if (customer === undefined) return error(400, 'Invalid CustomerId.');
          const count = (category: string) =>
            wanted.PersonCounts.find((one) => one.AgeCategoryId === category)?.Count ?? 0;
          const made = hotel.add({
            typeId: wanted.RequestedCategoryId,
            arrival: day(wanted.StartUtc),
            departure: day(wanted.EndUtc),
            adults: count('adults'),
            children: count('children'),
            firstName: customer.FirstName,
            lastName: customer.LastName,
            reference: wanted.ChannelNumber,
            notes: wanted.Notes,
          });
          if (made === undefined) return error(403, 'There are not enough resources available.');
          owners.set(made.number, customer.Id);
          return ok({
            Reservations: [{ Identifier: null, Reservation: { Id: `id-${made.number}`, Number: made.number } }],
          });
        });
      case 'reservations/update':
        return given(bodies.update, request, (body) => {
          const [change] = body.ReservationUpdates;
          const found = hotel.reservations.find((one) => `id-${one.number}` === change.ReservationId);
          if (found === undefined) return error(400, 'Invalid ReservationId.');
          const [arrival, departure] = [day(change.StartUtc.Value), day(change.EndUtc.Value)];
          if (hotel.left(found.typeId, arrival, departure, found) < 1) return error(403, 'Overbooking.');
          found.arrival = arrival;
          found.departure = departure;
          return ok({ Reservations: [], Customers: [] });
        });
      case 'reservations/cancel':
        return given(bodies.cancel, request, (body) => {
          const found = hotel.reservations.find((one) => `id-${one.number}` === body.ReservationIds[0]);
          if (found?.status !== 'confirmed') return error(403, 'The reservation cannot be canceled.');
          found.status = 'cancelled';
          return ok({ ReservationIds: body.ReservationIds });
        });
      case 'customers/getAll':
        return given(bodies.customers, request, (body) => {
          const found = customers.filter(
            (one) =>
              body.CustomerIds?.includes(one.Id) === true ||
              (one.Email !== null && body.Emails?.includes(one.Email) === true),
          );
          return ok({ Customers: found.slice(0, body.Limitation.Count), Cursor: null });
        });
      case 'customers/add':
        return given(bodies.addCustomer, request, (body) => {
          if (
            body.Email !== undefined &&
            customers.some((one) => one.Email === body.Email) &&
            !body.OverwriteExisting
          ) {
            return error(403, 'A customer with this email exists.');
          }
          const { FirstName, LastName, Email = null } = body;
          const added = { Id: `customer-${customers.length + 1}`, FirstName, LastName, Email };
          customers.push(added);
          return ok(added);
        });
      default:
        return error(404, 'No such operation.');
    }
  }

  function full(one: FakeReservation) {
    return {
      Id: `id-${one.number}`,
      ServiceId: fakeMewsIds.serviceId,
      AccountId: owners.get(one.number),
      AccountType: 'Customer',
      Number: one.number,
      State: one.status === 'confirmed' ? 'Confirmed' : 'Canceled',
      ScheduledStartUtc: utc(one.arrival, '15:00'),
      ScheduledEndUtc: utc(one.departure, '11:00'),
      RequestedResourceCategoryId: one.typeId,
      ChannelNumber: one.reference,
      PersonCounts: [
        { AgeCategoryId: 'adults', Count: one.adults },
        { AgeCategoryId: 'children', Count: one.children },
      ],
    };
  }
}

function given<T>(schema: z.ZodType<T>, request: JsonRequest, answer: (body: T) => JsonReply): JsonReply {
  const parsed = schema.safeParse(request.body);
  return parsed.success ? answer(parsed.data) : error(400, parsed.error.message);
}

function ok(body: object): JsonReply {
  return { status: 200, body };
}

function error(status: number, Message: string): JsonReply {
  return { status, body: { Message, RequestId: 'request' } };
}

function day(instantUtc: string): string {
  return localTime(zone, Date.parse(instantUtc)).date;
}

/** The hotel's day that begins at the instant; undefined when none does: Mews takes no other. */
function midnight(instantUtc: string): string | undefined {
  const { date, time } = localTime(zone, Date.parse(instantUtc));
  return time === '00:00' ? date : undefined;
}

function utc(date: string, time: string): string {
  return new Date(instantOf(zone, date, time)).toISOString().replace('.000Z', 'Z');
}
