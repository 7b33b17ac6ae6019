import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { expect, test } from 'vitest';
import { createSystemResolver, type NameResolver, orderServices, type Service } from './resolver.ts';
import { createSipLocator, type SipLocatorOptions } from './sip-locator.ts';

const HOSTS: Readonly<Record<string, readonly string[]>> = {
  'trunk.example.com': ['192.0.2.1', '2001:db8::1'],
  'a.example.com': ['192.0.2.10'],
  'b.example.com': ['192.0.2.20'],
  'example.com': ['192.0.2.99'],
};
const SERVICES: Readonly<Record<string, readonly Service[]>> = {
  '_sip._udp.example.com': [
    { name: 'b.example.com', port: 5062, priority: 20, weight: 0 },
    { name: 'a.example.com', port: 5060, priority: 10, weight: 0 },
  ],
  '_sip._tcp.example.com': [{ name: 'a.example.com', port: 5070, priority: 10, weight: 0 }],
  '_sips._tcp.example.com': [{ name: 'a.example.com', port: 5071, priority: 10, weight: 0 }],
};

test.each([
  ['sip:anna@192.0.2.7', 'udp:192.0.2.7:5060'],
  ['sip:192.0.2.7:5080;transport=TCP', 'tcp:192.0.2.7:5080'],
  ['sips:anna@192.0.2.7', 'tls:192.0.2.7:5061'],
  ['sip:anna@192.0.2.7;transport=tls', 'tls:192.0.2.7:5061'],
  ['sips:anna@[2001:db8::5]:5099;transport=tcp', 'tls:2001:db8::5:5099'],
  ['sip:anna@example.com;maddr=192.0.2.44', 'udp:192.0.2.44:5060'],
])('%s leads to %s at once', (uri, place) => {
  const located = stage({}).locator.locate(uri);
  if (located instanceof Promise) throw new Error('An address needs no looking up');
  expect(located.map(({ protocol, address, port }) => `${protocol}:${address}:${port}`)).toEqual([place]);
});

test.each([
  // A port means that there is nothing to choose.
  ['sip:trunk.example.com:5080', ['udp:192.0.2.1:5080', 'udp:2001:db8::1:5080']],
  ['sip:trunk.example.com;transport=tcp', ['tcp:192.0.2.1:5060', 'tcp:2001:db8::1:5060']],
  ['sip:anna@example.com', ['udp:192.0.2.10:5060', 'udp:192.0.2.20:5062', 'tcp:192.0.2.10:5070']],
  ['sip:anna@example.com;transport=tcp', ['tcp:192.0.2.10:5070']],
  ['sips:anna@example.com', ['tls:192.0.2.10:5071']],
  ['sip:anna@nowhere.example', []],
])('%s leads to %j, in this order', async (uri, places) => {
  const found = await stage({}).locator.locate(uri);
  expect(found.map(({ protocol, address, port }) => `${protocol}:${address}:${port}`)).toEqual(places);
});

test('a certificate must be for the name that was dialled, not for the machine that it leads to', async () => {
  const found = await stage({}).locator.locate('sips:anna@example.com');
  expect(found).toEqual([{ protocol: 'tls', address: '192.0.2.10', port: 5071, serverName: 'example.com' }]);
});

test('what cannot be spoken or sent to is left out', async () => {
  expect(await stage({ protocols: ['udp'] }).locator.locate('sips:anna@192.0.2.1')).toEqual([]);
  expect(await stage({ protocols: ['udp'] }).locator.locate('sip:anna@192.0.2.1;transport=ws')).toEqual([]);
  const found = await stage({ families: ['ipv4'] }).locator.locate('sip:trunk.example.com:5060');
  expect(found).toHaveLength(1);
  for (const uri of ['tel:+353861234567', 'nonsense', 'sip:']) expect(await stage({}).locator.locate(uri)).toEqual([]);
});

test('a name is asked for once in a minute, however many call there', async () => {
  const { locator, asked, clock } = stage({});
  const uri = 'sip:trunk.example.com:5060';
  await Promise.all([locator.locate(uri), locator.locate(uri), locator.locate(uri)]);
  await clock.advance(59_000);
  await locator.locate(uri);
  expect(asked).toEqual(['trunk.example.com']);
  await clock.advance(2_000);
  await locator.locate(uri);
  expect(asked).toHaveLength(2);
});

test('a name that was not found is asked for again soon', async () => {
  const { locator, asked, clock } = stage({});
  await locator.locate('sip:nowhere.example:5060');
  await locator.locate('sip:nowhere.example:5060');
  await clock.advance(6_000);
  await locator.locate('sip:nowhere.example:5060');
  expect(asked).toHaveLength(2);
});

test('nobody waits for a name server that says nothing, and no timer is left', async () => {
  const clock = createVirtualClock();
  const shared = clock.share();
  let aborted = false;
  const silent: NameResolver = {
    addresses: (_host, signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
      }),
    services: () => Promise.reject(new Error('the network is away')),
  };
  const locator = createSipLocator({ resolver: silent, clock: shared });
  const found = locator.locate('sip:anna@example.com');
  await clock.advance(5_001);
  expect(await found).toEqual([]);
  expect(aborted).toBe(true);
  expect(shared.pending).toBe(0);
});

test('services of one priority come first as often as their weight says (RFC 2782)', () => {
  const services = [
    { name: 'often', port: 1, priority: 1, weight: 90 },
    { name: 'seldom', port: 1, priority: 1, weight: 10 },
    { name: 'last', port: 1, priority: 2, weight: 1_000 },
  ];
  let often = 0;
  for (let at = 0; at < 100; at += 1) {
    const names = orderServices(services, () => at / 100).map(({ name }) => name);
    expect(names[2]).toBe('last');
    if (names[0] === 'often') often += 1;
  }
  expect(often).toBe(90);
});

test('the machine itself knows where it is', async () => {
  const found = await createSystemResolver().addresses('localhost', AbortSignal.timeout(5_000));
  expect(found.some((address) => address === '127.0.0.1' || address === '::1')).toBe(true);
});

function stage(more: Partial<SipLocatorOptions>) {
  const clock = createVirtualClock();
  const asked: string[] = [];
  const resolver: NameResolver = {
    async addresses(host) {
      asked.push(host);
      return HOSTS[host] ?? [];
    },
    services: async (name) => SERVICES[name] ?? [],
  };
  return { locator: createSipLocator({ resolver, clock, random: () => 0, ...more }), asked, clock };
}
