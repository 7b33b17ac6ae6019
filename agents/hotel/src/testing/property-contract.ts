import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PropertyError } from '../property/property-error.ts';
import type { NewReservation, PropertySystem, RoomOffer, Stay } from '../property/property-system.ts';
import type { FakeHotel } from './fake-hotel.ts';

export const contractNow = Date.parse('2026-03-02T12:00:00Z');

/** A connector and the fake behind it: a double for two (two of them, 120.50 a night) and a suite for four (one, 300). */
export interface ContractWorld {
  readonly property: PropertySystem;
  /** The same that waits 150 ms at most. */
  readonly impatient: PropertySystem;
  readonly hotel: FakeHotel;
  /** Does the system itself tell what a found reservation costs. */
  readonly tellsTotal: boolean;
  close(): Promise<void>;
}

const signal = new AbortController().signal;
const stay: Stay = { arrival: '2026-06-01', departure: '2026-06-03', adults: 2, children: 0 };
const guest = { firstName: 'Zoë', lastName: 'Nguyễn-Müller', email: 'zoe@example.com', phone: '+353861234567' };

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'it came about',
    (error: unknown) => (error instanceof PropertyError ? error.code : String(error)),
  );
}

/** What every property system must do, whatever its wire. */
export function describePropertySystem(name: string, start: () => Promise<ContractWorld>): void {
  describe(`${name} as a property system`, () => {
    let world: ContractWorld;
    beforeEach(async () => {
      world = await start();
    });
    afterEach(() => world.close());

    async function offered(maxGuests: number): Promise<RoomOffer> {
      const offers = await world.property.searchAvailability(stay, signal);
      const offer = offers.find((one) => one.maxGuests === maxGuests);
      if (offer === undefined) throw new Error('nothing is free');
      return offer;
    }

    async function booking(key: string, changes: Partial<NewReservation> = {}): Promise<NewReservation> {
      const { offerId, total } = await offered(2);
      const plain = { offerId, stay, guest, quotedTotal: total, requests: undefined, idempotencyKey: key };
      return { ...plain, ...changes };
    }

    const book = async (key: string, changes: Partial<NewReservation> = {}) =>
      world.property.createReservation(await booking(key, changes), signal);
    const active = () => world.hotel.reservations.filter((one) => one.status === 'confirmed').length;

    test('free room types are offered with the price of the whole stay, the cheapest first', async () => {
      const offers = await world.property.searchAvailability(stay, signal);
      expect(offers.map(({ name, nights, roomsLeft, total }) => ({ name, nights, roomsLeft, total }))).toEqual([
        { name: 'Double', nights: 2, roomsLeft: 2, total: { amountMinor: 24_100, currency: 'EUR' } },
        { name: 'Suite', nights: 2, roomsLeft: 1, total: { amountMinor: 60_000, currency: 'EUR' } },
      ]);
      const family = await world.property.searchAvailability({ ...stay, children: 2 }, signal);
      expect(family.map((one) => one.name)).toEqual(['Suite']);
    });

    test('dates in the past or the wrong way round are no stay, and nobody is asked', async () => {
      const past = { ...stay, arrival: '2026-03-01' };
      expect(await codeOf(world.property.searchAvailability(past, signal))).toBe('invalid_stay');
      const reversed = { ...stay, arrival: '2026-06-04' };
      expect(await codeOf(world.property.searchAvailability(reversed, signal))).toBe('invalid_stay');
      expect(world.hotel.seen).toEqual([]);
    });

    test('a room is booked and found again by number and name', async () => {
      const made = await book('one', { requests: 'a cot, please' });
      expect(made).toMatchObject({ status: 'confirmed', arrival: '2026-06-01', departure: '2026-06-03', nights: 2 });
      expect(made).toMatchObject({ adults: 2, children: 0, roomName: 'Double', guestLastName: 'Nguyễn-Müller' });
      const found = await world.property.findReservation({ number: made.number, lastName: 'nguyen muller' }, signal);
      expect(found.number).toBe(made.number);
      if (world.tellsTotal) expect(found.total).toEqual({ amountMinor: 24_100, currency: 'EUR' });
      expect(world.hotel.reservations[0]?.notes).toContain('a cot, please');
    });

    test('the wrong name and the wrong number find nothing', async () => {
      const { number } = await book('one');
      const find = (claim: { number: string; lastName: string }) =>
        codeOf(world.property.findReservation(claim, signal));
      expect(await find({ number, lastName: 'Smith' })).toBe('reservation_not_found');
      expect(await find({ number: 'ZZZZZZZZ', lastName: 'Nguyễn-Müller' })).toBe('reservation_not_found');
    });

    test('the same key is one reservation, one after the other and at once', async () => {
      const request = await booking('same');
      const first = await world.property.createReservation(request, signal);
      const again = await Promise.all([1, 2, 3].map(() => world.property.createReservation(request, signal)));
      expect(new Set([first, ...again].map((one) => one.number)).size).toBe(1);
      expect(active()).toBe(1);
      const other = await booking('other');
      const both = await Promise.all([1, 2].map(() => world.property.createReservation(other, signal)));
      expect(both[0]?.number).toBe(both[1]?.number);
      expect(active()).toBe(2);
    });

    test('the last room is booked once, and a retry of the one who has it still finds it', async () => {
      const suite = await offered(4);
      const request = (key: string) => booking(key, { offerId: suite.offerId, quotedTotal: suite.total });
      const mine = await request('mine');
      const made = await world.property.createReservation(mine, signal);
      expect(await codeOf(world.property.createReservation(await request('late'), signal))).toBe('no_rooms');
      expect((await world.property.createReservation(mine, signal)).number).toBe(made.number);
    });

    test('another price than the guest was told is not booked', async () => {
      const request = await booking('k', { quotedTotal: { amountMinor: 20_000, currency: 'EUR' } });
      expect(await codeOf(world.property.createReservation(request, signal))).toBe('price_changed');
      expect(active()).toBe(0);
    });

    test('dates are changed; the own nights are no obstacle, and to the same dates twice is harmless', async () => {
      await book('other');
      const made = await book('mine');
      const claim = { number: made.number, lastName: made.guestLastName };
      const dates = { arrival: '2026-06-02', departure: '2026-06-05', idempotencyKey: 'move' };
      const moved = await world.property.changeDates(claim, dates, signal);
      expect(moved).toMatchObject({ number: made.number, arrival: '2026-06-02', departure: '2026-06-05', nights: 3 });
      expect(await world.property.changeDates(claim, dates, signal)).toEqual(moved);
    });

    test('to nights that are full a reservation is not moved, and is kept as it was', async () => {
      const later = { ...stay, arrival: '2026-06-10', departure: '2026-06-11' };
      const total = { amountMinor: 12_050, currency: 'EUR' };
      const made = await book('mine', { stay: later, quotedTotal: total });
      await book('one');
      await book('two');
      const claim = { number: made.number, lastName: made.guestLastName };
      const dates = { arrival: '2026-06-02', departure: '2026-06-03', idempotencyKey: 'move' };
      expect(await codeOf(world.property.changeDates(claim, dates, signal))).toBe('no_rooms');
      const kept = await world.property.findReservation(claim, signal);
      expect(kept).toMatchObject({ status: 'confirmed', arrival: '2026-06-10', departure: '2026-06-11' });
    });

    test('a reservation is cancelled once, and a cancelled one is not moved', async () => {
      const made = await book('mine');
      const claim = { number: made.number, lastName: made.guestLastName };
      const cancel = (key: string) => world.property.cancelReservation(claim, { idempotencyKey: key }, signal);
      expect((await cancel('a')).status).toBe('cancelled');
      expect((await cancel('b')).status).toBe('cancelled');
      const dates = { arrival: '2026-06-10', departure: '2026-06-12', idempotencyKey: 'move' };
      expect(await codeOf(world.property.changeDates(claim, dates, signal))).toBe('not_changeable');
      expect(
        await codeOf(world.property.cancelReservation({ ...claim, lastName: 'X' }, { idempotencyKey: 'c' }, signal)),
      ).toBe('reservation_not_found');
    });

    test.each([
      ['unauthorized', 'not_authorized'],
      ['rate_limited', 'rate_limited'],
      ['failing', 'unavailable'],
      ['garbled', 'unavailable'],
    ] as const)('when the vendor is %s that is %s', async (trouble, code) => {
      const request = await booking('k');
      world.hotel.trouble = trouble;
      expect(await codeOf(world.property.searchAvailability(stay, signal))).toBe(code);
      expect(await codeOf(world.property.createReservation(request, signal))).toBe(code);
    });

    test('a vendor that hangs is unavailable after the time-out; a caller who hangs up does not wait for it', async () => {
      await world.property.searchAvailability(stay, signal);
      await world.impatient.searchAvailability(stay, signal);
      world.hotel.trouble = 'hanging';
      expect(await codeOf(world.impatient.searchAvailability(stay, signal))).toBe('unavailable');
      const caller = new AbortController();
      const asked = world.property.searchAvailability(stay, caller.signal);
      caller.abort(new Error('hung up'));
      await expect(asked).rejects.toThrow('hung up');
    });
  });
}
