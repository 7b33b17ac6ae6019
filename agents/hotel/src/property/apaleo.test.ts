import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sandboxInformation } from '../sandbox/sandbox-hotel.ts';
import { type FakeApaleo, startFakeApaleo } from '../testing/fake-apaleo.ts';
import { codeOf, contractNow, describePropertySystem } from '../testing/property-contract.ts';
import { type ApaleoOptions, apaleoProperty } from './apaleo.ts';

const signal = new AbortController().signal;
const stay = { arrival: '2026-06-01', departure: '2026-06-03', adults: 2, children: 0 };

function connect(fake: FakeApaleo, changes: Partial<ApaleoOptions> = {}) {
  return apaleoProperty({
    clientId: 'client',
    clientSecret: 's&cret',
    propertyId: 'MUC',
    information: { ...sandboxInformation, timeZone: 'Europe/Berlin' },
    apiUrl: fake.url,
    identityUrl: fake.url,
    now: () => contractNow,
    ...changes,
  });
}

const startFake = () => startFakeApaleo('client', encodeURIComponent('s&cret'));

describePropertySystem('apaleo', async () => {
  const fake = await startFake();
  const impatient = connect(fake, { timeoutMs: 150 });
  return { property: connect(fake), impatient, hotel: fake.hotel, tellsTotal: true, close: () => fake.close() };
});

describe('apaleo', () => {
  let fake: FakeApaleo;
  beforeEach(async () => {
    fake = await startFake();
  });
  afterEach(() => fake.close());

  test('one token serves many requests; an expired one is renewed and the request made again', async () => {
    const property = connect(fake);
    await Promise.all([1, 2, 3].map(() => property.searchAvailability(stay, signal)));
    expect(fake.tokens).toHaveLength(1);
    fake.expireTokens();
    expect(await property.searchAvailability(stay, signal)).toHaveLength(2);
    expect(fake.tokens).toHaveLength(2);
  });

  test('a wrong secret is said to be one', async () => {
    const property = connect(fake, { clientSecret: 'wrong' });
    expect(await codeOf(property.searchAvailability(stay, signal))).toBe('not_authorized');
  });

  test('a rate that is paid in advance is sold only when it is named', async () => {
    const [named] = await connect(fake, { ratePlanIds: ['MUC-DBL-NONREF'] }).searchAvailability(stay, signal);
    expect(named).toMatchObject({ offerId: 'MUC-DBL-NONREF', total: { amountMinor: 19_280 } });
    const [plain] = await connect(fake).searchAvailability(stay, signal);
    expect(plain).toMatchObject({ offerId: 'MUC-DBL-FLEX', total: { amountMinor: 24_100 } });
  });

  test('when no room of any type is free the list is empty', async () => {
    expect(await connect(fake).searchAvailability({ ...stay, adults: 5 }, signal)).toEqual([]);
  });

  test('a number is understood as it is said, and the fee is that of today', async () => {
    const property = connect(fake);
    const [offer] = await property.searchAvailability(stay, signal);
    const guest = { firstName: 'Ana', lastName: 'Silva' };
    const request = { stay, guest, quotedTotal: undefined, requests: undefined, idempotencyKey: 'k' };
    await property.createReservation({ ...request, offerId: offer?.offerId ?? '' }, signal);
    const claim = { number: 'x p g m s x g a', lastName: 'Silva' };
    expect((await property.findReservation(claim, signal)).cancellationFee).toEqual({
      amountMinor: 0,
      currency: 'EUR',
    });
    const late = connect(fake, { now: () => Date.parse('2026-06-01T08:00:00Z') });
    expect((await late.findReservation(claim, signal)).cancellationFee).toEqual({
      amountMinor: 12_050,
      currency: 'EUR',
    });
  });

  test('the name and address are those that apaleo has, the rest those of the configuration', async () => {
    expect(await connect(fake).information(signal)).toMatchObject({
      name: 'Hotel München',
      address: { city: 'München', countryCode: 'DE' },
      checkInFrom: '15:00',
    });
  });
});
