import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sandboxInformation } from '../sandbox/sandbox-hotel.ts';
import { type FakeMews, startFakeMews } from '../testing/fake-mews.ts';
import { fakeMewsIds } from '../testing/fake-mews-bodies.ts';
import { codeOf, contractNow, describePropertySystem } from '../testing/property-contract.ts';
import { type MewsOptions, mewsProperty } from './mews.ts';

const signal = new AbortController().signal;
const stay = { arrival: '2026-06-01', departure: '2026-06-03', adults: 2, children: 0 };

function connect(fake: FakeMews, changes: Partial<MewsOptions> = {}) {
  const { timeZone, ...ids } = fakeMewsIds;
  const information = { ...sandboxInformation, timeZone };
  return mewsProperty({ ...ids, information, platformUrl: fake.url, now: () => contractNow, ...changes });
}

describePropertySystem('Mews', async () => {
  const fake = await startFakeMews();
  const impatient = connect(fake, { timeoutMs: 150 });
  return { property: connect(fake), impatient, hotel: fake.hotel, tellsTotal: false, close: () => fake.close() };
});

describe('Mews', () => {
  let fake: FakeMews;
  beforeEach(async () => {
    fake = await startFakeMews();
  });
  afterEach(() => fake.close());

  const request = { offerId: 'cat-double', stay, quotedTotal: undefined, requests: undefined };
  const ana = { firstName: 'Ana', lastName: 'Silva', email: 'ana@example.com' };

  test('a guest who is known by address and name keeps one profile', async () => {
    const property = connect(fake);
    await property.createReservation({ ...request, guest: ana, idempotencyKey: '1' }, signal);
    await property.createReservation({ ...request, guest: ana, idempotencyKey: '2' }, signal);
    expect(fake.customers).toHaveLength(1);
  });

  test("a caller who says somebody else's address does not get or change their profile", async () => {
    const property = connect(fake);
    await property.createReservation({ ...request, guest: ana, idempotencyKey: '1' }, signal);
    const other = { ...ana, firstName: 'Bob', lastName: 'Jones' };
    await property.createReservation({ ...request, guest: other, idempotencyKey: '2' }, signal);
    expect(fake.customers.map((one) => [one.LastName, one.Email])).toEqual([
      ['Silva', 'ana@example.com'],
      ['Jones', null],
    ]);
  });

  test('a wrong token is said to be one', async () => {
    const property = connect(fake, { accessToken: 'wrong' });
    expect(await codeOf(property.searchAvailability(stay, signal))).toBe('not_authorized');
  });

  test('over the change of the clocks a stay keeps its days', async () => {
    // Prague's clocks go forward on 29 March 2026.
    const dates = { ...stay, arrival: '2026-03-28', departure: '2026-03-30' };
    const made = await connect(fake).createReservation(
      { ...request, stay: dates, guest: ana, idempotencyKey: '1' },
      signal,
    );
    expect(made).toMatchObject({ arrival: '2026-03-28', departure: '2026-03-30', nights: 2 });
    expect(made.total).toEqual({ amountMinor: 24_100, currency: 'EUR' });
  });

  test('children are counted as such', async () => {
    const family = { ...stay, children: 2 };
    const suite = { ...request, offerId: 'cat-suite', stay: family, guest: ana, idempotencyKey: '1' };
    expect(await connect(fake).createReservation(suite, signal)).toMatchObject({ adults: 2, children: 2 });
  });
});
