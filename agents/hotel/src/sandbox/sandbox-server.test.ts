import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PropertyError } from '../property/property-error.ts';
import type { NewReservation, PropertySystem, Stay } from '../property/property-system.ts';
import { sandboxProperty } from '../property/sandbox.ts';
import { addDays, nightsOf } from '../property/stay-dates.ts';
import { sandboxInventory } from './inventory.ts';
import { sandboxRoomTypes } from './sandbox-hotel.ts';
import { type HotelSandbox, startHotelSandbox } from './sandbox-server.ts';

const noon = Date.parse('2026-03-02T12:00:00Z');
const signal = new AbortController().signal;

let now: number;
let hotel: HotelSandbox;
let property: PropertySystem;

beforeEach(async () => {
  now = noon;
  hotel = await startHotelSandbox({ seed: 7, now: () => now });
  property = sandboxProperty({ baseUrl: hotel.url, apiKey: hotel.apiKey });
});
afterEach(() => hotel.close());

/** Beyond the guests the hotel opens with: every room is free. */
const emptyWeek: Stay = { arrival: '2026-06-01', departure: '2026-06-03', adults: 2, children: 0 };

function booking(key: string, changes: Partial<NewReservation> = {}): NewReservation {
  return {
    offerId: 'suite',
    stay: emptyWeek,
    guest: { firstName: 'Zoë', lastName: 'Nguyễn-Müller' },
    quotedTotal: undefined,
    requests: undefined,
    idempotencyKey: key,
    ...changes,
  };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    () => 'it came about',
    (error: unknown) => (error instanceof PropertyError ? error.code : String(error)),
  );
  return outcome;
}

describe('what is free', () => {
  test('a stay of two nights in June is offered with its price, the cheapest first', async () => {
    const offers = await property.searchAvailability(emptyWeek, signal);
    expect(offers.map((one) => [one.roomType, one.roomsLeft, one.total.amountMinor])).toEqual([
      ['double', 12, 2 * 16_125],
      ['family', 6, 2 * 22_375],
      ['suite', 4, 2 * 36_125],
    ]);
  });

  test('a family of four is not offered a double room', async () => {
    const offers = await property.searchAvailability({ ...emptyWeek, children: 2 }, signal);
    expect(offers.map((one) => one.roomType)).toEqual(['family', 'suite']);
  });

  test.each([
    ['yesterday', '2026-03-01', '2026-03-03'],
    ['a departure before the arrival', '2026-06-03', '2026-06-01'],
    ['no night at all', '2026-06-03', '2026-06-03'],
    ['six weeks', '2026-06-01', '2026-07-13'],
    ['two years ahead', '2028-06-01', '2028-06-02'],
  ])('%s is no stay', async (_, arrival, departure) => {
    expect(await codeOf(property.searchAvailability({ ...emptyWeek, arrival, departure }, signal))).toBe(
      'invalid_stay',
    );
  });

  test('the same seed gives the same hotel, another seed another one', () => {
    const guests = (seed: number) => sandboxInventory({ seed, now: () => noon }).confirmed();
    expect(guests(7)).toEqual(guests(7));
    expect(guests(7)).not.toEqual(guests(8));
    expect(guests(7).length).toBeGreaterThan(100);
  });

  test('about one night in six is sold out for families, and no weekend, whenever the hotel opens', () => {
    const family = sandboxRoomTypes.find((one) => one.code === 'family');
    if (family === undefined) throw new Error('there are no family rooms');
    let nights = 0;
    let soldOut = 0;
    for (let week = 0; week < 26; week += 1) {
      const openedOn = addDays('2026-11-21', 15 * week);
      const inventory = sandboxInventory({ seed: 1, now: () => Date.parse(`${openedOn}T12:00:00Z`) });
      const left = (date: string) =>
        inventory
          .search({ arrival: date, departure: addDays(date, 1), adults: 2, children: 2 })
          .find((one) => one.roomType === 'family')?.roomsLeft ?? 0;
      for (let day = 1; day <= 63; day += 1) {
        const date = addDays(openedOn, day);
        nights += 1;
        if (left(date) === 0) soldOut += 1;
        if ([0, 5, 6].includes(new Date(date).getUTCDay())) expect(left(date), date).toBeGreaterThanOrEqual(3);
      }
    }
    expect(soldOut / nights).toBeGreaterThan(0.12);
    expect(soldOut / nights).toBeLessThan(0.22);
  });

  test('two guests are there to be looked up, so that one may be cancelled', async () => {
    for (const claim of [
      { number: '204815', lastName: 'Doyle' },
      { number: '317264', lastName: 'Murphy' },
    ]) {
      expect(await property.findReservation(claim, signal)).toMatchObject({ status: 'confirmed', nights: 3 });
    }
  });
});

describe('booking', () => {
  test('a booked room is found by its number and last name, however the name is spelled', async () => {
    const made = await property.createReservation(booking('one', { requests: 'a cot, please' }), signal);
    expect(made).toMatchObject({ status: 'confirmed', nights: 2, total: { amountMinor: 72_250, currency: 'EUR' } });
    const found = await property.findReservation({ number: made.number, lastName: 'NGUYEN MULLER' }, signal);
    expect(found).toEqual(made);
    expect(found.requests).toBe('a cot, please');
  });

  test('neither the number nor the name alone opens a reservation', async () => {
    const { number } = await property.createReservation(booking('one'), signal);
    expect(await codeOf(property.findReservation({ number, lastName: 'Smith' }, signal))).toBe('reservation_not_found');
    expect(await codeOf(property.findReservation({ number: '100000', lastName: 'Nguyễn-Müller' }, signal))).toBe(
      'reservation_not_found',
    );
  });

  test('forty callers at once get the four suites and no fifth', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => codeOf(property.createReservation(booking(`caller ${index}`), signal))),
    );
    expect(outcomes.filter((one) => one === 'it came about')).toHaveLength(4);
    expect(outcomes.filter((one) => one === 'no_rooms')).toHaveLength(36);
    expectNoNightOverbooked();
  });

  test('the same key twenty times at once is one reservation', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () => property.createReservation(booking('same'), signal)),
    );
    expect(new Set(made.map((one) => one.number)).size).toBe(1);
    const offers = await property.searchAvailability(emptyWeek, signal);
    expect(offers.find((one) => one.roomType === 'suite')?.roomsLeft).toBe(3);
  });

  test('a key that was used for another request is refused', async () => {
    await property.createReservation(booking('key'), signal);
    expect(await codeOf(property.createReservation(booking('key', { offerId: 'family' }), signal))).toBe(
      'idempotency_conflict',
    );
  });

  test('a key whose booking failed may be tried again', async () => {
    const full = await Promise.all(['a', 'b', 'c', 'd'].map((key) => property.createReservation(booking(key), signal)));
    expect(await codeOf(property.createReservation(booking('late'), signal))).toBe('no_rooms');
    const first = full[0];
    if (first === undefined) throw new Error('nothing was booked');
    await property.cancelReservation(
      { number: first.number, lastName: first.guestLastName },
      { idempotencyKey: 'x' },
      signal,
    );
    expect(await codeOf(property.createReservation(booking('late'), signal))).toBe('it came about');
  });

  test('another price than the guest was told is not booked', async () => {
    const quotedTotal = { amountMinor: 70_000, currency: 'EUR' };
    expect(await codeOf(property.createReservation(booking('k', { quotedTotal }), signal))).toBe('price_changed');
  });

  test('three guests do not fit into a double room', async () => {
    const stay = { ...emptyWeek, children: 1 };
    expect(await codeOf(property.createReservation(booking('k', { offerId: 'double', stay }), signal))).toBe(
      'too_many_guests',
    );
  });
});

describe('changing and cancelling', () => {
  test('moved by a day, a reservation does not stand in its own way and the old night is free again', async () => {
    await Promise.all(['a', 'b', 'c'].map((key) => property.createReservation(booking(key), signal)));
    const mine = await property.createReservation(booking('mine'), signal);
    const claim = { number: mine.number, lastName: mine.guestLastName };
    const dates = { arrival: '2026-06-02', departure: '2026-06-04', idempotencyKey: 'move' };
    // The second of June is full, yet one of the four suites is one's own.
    const moved = await property.changeDates(claim, dates, signal);
    expect(moved).toMatchObject({ number: mine.number, arrival: '2026-06-02', departure: '2026-06-04', nights: 2 });
    const first = await property.searchAvailability({ ...emptyWeek, departure: '2026-06-02' }, signal);
    expect(first.find((one) => one.roomType === 'suite')?.roomsLeft).toBe(1);
    expectNoNightOverbooked();
  });

  test('when the new nights are full the old ones are kept', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => property.createReservation(booking(key), signal)));
    const stay = { ...emptyWeek, arrival: '2026-06-10', departure: '2026-06-11' };
    const mine = await property.createReservation(booking('mine', { stay }), signal);
    const claim = { number: mine.number, lastName: mine.guestLastName };
    const dates = { arrival: '2026-06-01', departure: '2026-06-02', idempotencyKey: 'move' };
    expect(await codeOf(property.changeDates(claim, dates, signal))).toBe('no_rooms');
    expect(await property.findReservation(claim, signal)).toEqual(mine);
  });

  test('cancelling is free until six the evening before and costs a night after; twice is harmless', async () => {
    const mine = await property.createReservation(booking('mine'), signal);
    const claim = { number: mine.number, lastName: mine.guestLastName };
    expect(mine.cancellationFee).toEqual({ amountMinor: 0, currency: 'EUR' });
    now = Date.parse('2026-05-31T17:00:00Z'); // 18:00 in Dublin's summer time
    const late = await property.findReservation(claim, signal);
    expect(late.cancellationFee).toEqual({ amountMinor: 36_125, currency: 'EUR' });
    const gone = await property.cancelReservation(claim, { idempotencyKey: 'c1' }, signal);
    expect(gone).toMatchObject({ status: 'cancelled', cancellationFee: { amountMinor: 36_125 } });
    expect(await property.cancelReservation(claim, { idempotencyKey: 'c2' }, signal)).toEqual(gone);
    const offers = await property.searchAvailability(emptyWeek, signal);
    expect(offers.find((one) => one.roomType === 'suite')?.roomsLeft).toBe(4);
  });

  test('a guest who is in the house or has left is handed to a person', async () => {
    const mine = await property.createReservation(booking('mine'), signal);
    const claim = { number: mine.number, lastName: mine.guestLastName };
    now = Date.parse('2026-06-01T14:00:00Z');
    expect((await property.findReservation(claim, signal)).status).toBe('in_house');
    expect(await codeOf(property.cancelReservation(claim, { idempotencyKey: 'c' }, signal))).toBe('not_changeable');
    now = Date.parse('2026-06-03T10:00:00Z');
    expect((await property.findReservation(claim, signal)).status).toBe('departed');
  });
});

describe('the wire', () => {
  test('without the key nothing is told', async () => {
    const stranger = sandboxProperty({ baseUrl: hotel.url, apiKey: 'guess' });
    expect(await codeOf(stranger.information(signal))).toBe('not_authorized');
  });

  test('a change without an idempotency key, a body that is no JSON and one of a megabyte are refused', async () => {
    const post = async (body: string, headers: Record<string, string>) =>
      (
        await fetch(`${hotel.url}/v1/reservations/cancel`, {
          method: 'POST',
          headers: { authorization: `Bearer ${hotel.apiKey}`, 'content-type': 'application/json', ...headers },
          body,
        })
      ).status;
    expect(await post('{"number":"1","lastName":"x"}', {})).toBe(400);
    expect(await post('{', { 'idempotency-key': 'k' })).toBe(400);
    expect(await post(JSON.stringify({ number: 'x'.repeat(70_000) }), { 'idempotency-key': 'k' })).toBe(413);
  });

  test('a caller who hangs up ends the request with their own reason', async () => {
    const caller = new AbortController();
    const asked = property.information(caller.signal);
    caller.abort(new Error('hung up'));
    await expect(asked).rejects.toThrow('hung up');
  });

  test('a hotel that cannot be reached is unavailable', async () => {
    await hotel.close();
    expect(await codeOf(property.information(signal))).toBe('unavailable');
  });
});

function expectNoNightOverbooked(): void {
  const taken = new Map<string, number>();
  for (const one of hotel.inventory.confirmed()) {
    for (const night of nightsOf(one.arrival, one.departure)) {
      const key = `${one.roomType} ${night}`;
      taken.set(key, (taken.get(key) ?? 0) + 1);
    }
  }
  for (const type of sandboxRoomTypes) {
    for (let day = 0; day < 200; day += 1) {
      expect(taken.get(`${type.code} ${addDays('2026-03-02', day)}`) ?? 0).toBeLessThanOrEqual(type.rooms);
    }
  }
}
