import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sandboxInformation } from '../sandbox/sandbox-hotel.ts';
import { type FakeCloudbeds, startFakeCloudbeds } from '../testing/fake-cloudbeds.ts';
import { codeOf, contractNow, describePropertySystem } from '../testing/property-contract.ts';
import { type CloudbedsOptions, cloudbedsProperty } from './cloudbeds.ts';

const signal = new AbortController().signal;
const stay = { arrival: '2026-06-01', departure: '2026-06-03', adults: 2, children: 0 };

function connect(fake: FakeCloudbeds, changes: Partial<CloudbedsOptions> = {}) {
  return cloudbedsProperty({
    propertyId: '198',
    credentials: { type: 'api_key', apiKey: 'cbat_key' },
    information: { ...sandboxInformation, timeZone: 'Europe/Madrid' },
    guestDefaults: { countryCode: 'ES', postalCode: '00000', email: 'desk@casa-azul.example' },
    currency: 'EUR',
    apiUrl: fake.url,
    now: () => contractNow,
    ...changes,
  });
}

describePropertySystem('Cloudbeds', async () => {
  const fake = await startFakeCloudbeds('cbat_key');
  const impatient = connect(fake, { timeoutMs: 150 });
  return { property: connect(fake), impatient, hotel: fake.hotel, tellsTotal: true, close: () => fake.close() };
});

describe('Cloudbeds', () => {
  let fake: FakeCloudbeds;
  beforeEach(async () => {
    fake = await startFakeCloudbeds('cbat_key');
  });
  afterEach(() => fake.close());

  const request = { offerId: '331', stay, quotedTotal: undefined, requests: undefined };
  const ana = { firstName: 'Ana', lastName: 'Silva' };

  test('a wrong key is said to be one', async () => {
    const property = connect(fake, { credentials: { type: 'api_key', apiKey: 'wrong' } });
    expect(await codeOf(property.searchAvailability(stay, signal))).toBe('not_authorized');
  });

  test('an access token that has expired is renewed and the request made again', async () => {
    const given: string[] = [];
    const tokens = {
      async token() {
        const token = `token-${given.length}`;
        return given[0] === undefined ? 'expired' : token;
      },
      forget(token: string) {
        given.push(token);
        fake.tokens.add('token-1');
      },
    };
    const property = connect(fake, { credentials: { type: 'oauth', tokens } });
    expect(await property.searchAvailability({ ...stay, adults: 4 }, signal)).toHaveLength(1);
    expect(given).toEqual(['expired']);
  });

  test('what more adults cost is in the price, and the taxes are', async () => {
    const [suite] = await connect(fake).searchAvailability({ ...stay, adults: 4 }, signal);
    // Two nights at 240 and 80 on top, and a quarter of tax.
    expect(suite?.total).toEqual({ amountMinor: 70_000, currency: 'EUR' });
  });

  test('a guest who gives no address is not written to, one who does is', async () => {
    const property = connect(fake);
    await property.createReservation({ ...request, guest: ana, idempotencyKey: '1' }, signal);
    const withAddress = { ...ana, email: 'ana@example.com' };
    await property.createReservation({ ...request, guest: withAddress, idempotencyKey: '2' }, signal);
    expect(fake.confirmations).toEqual(['ana@example.com']);
  });

  test('the name and address are those that Cloudbeds has', async () => {
    expect(await connect(fake).information(signal)).toMatchObject({
      name: 'Casa Azul',
      address: { street: 'Calle Mayor 1', city: 'Madrid', countryCode: 'ES' },
      checkOutUntil: '11:00',
    });
  });
});
