import type { JsonReply, JsonRequest } from '@parley/agent-worlds/json-server.ts';
import { nightsBetween, nightsOf } from '../property/stay-dates.ts';

/** A room type behind a fake of a vendor's wire. */
export interface FakeRoomType {
  readonly id: string;
  readonly name: string;
  readonly rooms: number;
  readonly maxGuests: number;
  /** For a night, in euros. */
  readonly price: number;
}

export interface FakeReservation {
  readonly number: string;
  readonly typeId: string;
  arrival: string;
  departure: string;
  readonly adults: number;
  readonly children: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly reference: string;
  readonly notes: string | undefined;
  status: 'confirmed' | 'cancelled';
}

/** What goes wrong at the vendor's. */
export type Trouble = 'none' | 'unauthorized' | 'rate_limited' | 'failing' | 'hanging' | 'garbled';

/** The rooms behind a fake wire, and what was asked of it. */
export interface FakeHotel {
  readonly types: readonly FakeRoomType[];
  readonly reservations: FakeReservation[];
  /** `METHOD /path` of each request, in order. */
  readonly seen: string[];
  trouble: Trouble;
  left(typeId: string, arrival: string, departure: string, except?: FakeReservation): number;
  total(typeId: string, arrival: string, departure: string): number;
  /** Undefined when no room is left. */
  add(made: Omit<FakeReservation, 'number' | 'status'>): FakeReservation | undefined;
}

export function fakeHotel(types: readonly FakeRoomType[], numberOf: (index: number) => string): FakeHotel {
  const reservations: FakeReservation[] = [];
  const hotel: FakeHotel = {
    types,
    reservations,
    seen: [],
    trouble: 'none',
    left(typeId, arrival, departure, except) {
      const rooms = types.find((one) => one.id === typeId)?.rooms ?? 0;
      const taken = nightsOf(arrival, departure).map(
        (night) =>
          reservations.filter(
            (one) =>
              one !== except &&
              one.typeId === typeId &&
              one.status === 'confirmed' &&
              one.arrival <= night &&
              night < one.departure,
          ).length,
      );
      return rooms - Math.max(0, ...taken);
    },
    total: (typeId, arrival, departure) =>
      nightsBetween(arrival, departure) * (types.find((one) => one.id === typeId)?.price ?? 0),
    add(made) {
      if (hotel.left(made.typeId, made.arrival, made.departure) < 1) return undefined;
      const added: FakeReservation = { ...made, number: numberOf(reservations.length), status: 'confirmed' };
      reservations.push(added);
      return added;
    },
  };
  return hotel;
}

/** Note the request and, in trouble, answer as vendors then do; otherwise leave it to the fake. */
export function withTrouble(
  hotel: FakeHotel,
  handle: (request: JsonRequest) => JsonReply,
): (request: JsonRequest) => JsonReply | Promise<JsonReply> {
  return (request) => {
    hotel.seen.push(`${request.method} ${request.path}`);
    switch (hotel.trouble) {
      case 'none':
        return handle(request);
      case 'unauthorized':
        return { status: 401 };
      case 'rate_limited':
        return { status: 429, headers: { 'retry-after': '3' } };
      case 'failing':
        return { status: 503 };
      case 'hanging':
        return new Promise<JsonReply>(() => {});
      case 'garbled':
        return { status: 200, body: { unheard: 'of' } };
    }
  };
}
