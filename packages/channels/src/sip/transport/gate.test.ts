import { expect, test } from 'vitest';
import { createAddressSet, plainAddress } from './address-set.ts';
import { createGate } from './gate.ts';
import { createTokenBuckets } from './token-buckets.ts';

const taken = (gate: ReturnType<typeof createGate>, address: string, times: number, nowMs = 0): number => {
  let count = 0;
  for (let at = 0; at < times; at += 1) if (gate.take(address, nowMs)) count += 1;
  return count;
};

const ONE = { burst: 10, perSecond: 5 };

test('one address may send so much at once, and more with time', () => {
  const gate = createGate({ limits: { stranger: ONE } });
  expect(taken(gate, '192.0.2.1', 50)).toBe(10);
  expect(taken(gate, '192.0.2.2', 50)).toBe(10);
  expect(taken(gate, '192.0.2.1', 50, 1_000)).toBe(5);
  expect(taken(gate, '192.0.2.1', 50, 3_600_000)).toBe(10);
});

test('whoever has one address of IPv6 has all of its network', () => {
  const gate = createGate({ limits: { stranger: ONE } });
  expect(taken(gate, '2001:db8:1:2::1', 10)).toBe(10);
  expect(taken(gate, '2001:db8:1:2:ffff:1:2:3', 10)).toBe(0);
  expect(taken(gate, '2001:0db8:1:2::9', 10)).toBe(0);
  expect(taken(gate, '2001:db8:1:3::1', 10)).toBe(10);
});

test('a flood from forged addresses leaves room for those whom we deal with', () => {
  const gate = createGate({ limits: { strangers: { burst: 100, perSecond: 1 }, maxAddresses: 50 } });
  gate.know('192.0.2.1', 0);
  let forged = 0;
  for (let at = 0; at < 5_000; at += 1) if (gate.take(`10.${at >> 8}.${at & 255}.1`, 0)) forged += 1;
  expect(forged).toBe(100);
  expect(taken(gate, '192.0.2.1', 300)).toBe(300);
});

test('we do not deal with somebody for ever', () => {
  const gate = createGate({ limits: { stranger: ONE, knownForMs: 1_000 } });
  gate.know('192.0.2.1', 0);
  expect(taken(gate, '192.0.2.1', 100, 999)).toBe(100);
  expect(taken(gate, '192.0.2.1', 100, 2_000)).toBe(10);
});

test('a proxy of our own may send what it wants', () => {
  const gate = createGate({ trusted: ['10.0.0.0/8'], allow: ['192.0.2.0/24'], limits: { stranger: ONE } });
  expect(taken(gate, '10.1.2.3', 1_000)).toBe(1_000);
  expect([gate.allows('10.1.2.3'), gate.allows('192.0.2.9'), gate.allows('192.0.3.9')]).toEqual([true, true, false]);
});

test('no more addresses are remembered than were asked for', () => {
  const buckets = createTokenBuckets(ONE, 100);
  for (let at = 0; at < 1_000; at += 1) buckets.take(String(at), 0);
  expect(buckets.size).toBe(100);
});

test('addresses and networks of both families are told apart, however they are dressed', () => {
  const set = createAddressSet(['192.0.2.1', '10.0.0.0/8', '2001:db8::/32']);
  expect(
    ['192.0.2.1', '10.9.9.9', '2001:db8:5::1', plainAddress('::ffff:10.1.1.1')].every((each) => set.has(each)),
  ).toBe(true);
  expect(['192.0.2.2', '11.0.0.1', '2001:db9::1', 'x', ''].some((each) => set.has(each))).toBe(false);
  for (const wrong of ['10.0.0.0/33', '10.0.0/8', 'example.com', '10.0.0.1/', '10.0.0.1/8/8']) {
    expect(() => createAddressSet([wrong])).toThrow(wrong);
  }
});
