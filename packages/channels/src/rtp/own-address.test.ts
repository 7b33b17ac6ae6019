import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { createOwnAddresses } from './own-address.ts';

const machine = Object.values(networkInterfaces()).flatMap((all) => all ?? []);

test('packets to this machine leave from its own addresses', () => {
  const own = createOwnAddresses(() => 0);
  expect(own.towards('127.0.0.77')).toBe('127.0.0.1');
  for (const { address, family, scopeid } of machine) {
    if (family === 'IPv4' || (scopeid ?? 0) === 0) expect(own.towards(address), address).toBe(address);
  }
});

test.skipIf(machine.every(({ internal, family }) => internal || family !== 'IPv4'))(
  'packets to the network next to it leave from the address in that network',
  () => {
    const next = machine.find(({ internal, family }) => !internal && family === 'IPv4');
    const [, network = ''] = /^(.*)\.\d+$/.exec(next?.address ?? '') ?? [];
    const neighbour = `${network}.${next?.address.endsWith('.77') === true ? 78 : 77}`;
    expect(createOwnAddresses(() => 0).towards(neighbour)).toBe(next?.address);
  },
);

test('where no route leads it says so', () => {
  expect(() => createOwnAddresses(() => 0).towards('255.255.255.255')).toThrow('No route leads');
});
