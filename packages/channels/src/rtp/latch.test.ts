import { expect, test } from 'vitest';
import { createLatch } from './latch.ts';

const remote = (address: string | undefined, port: number) => ({
  address,
  port,
  rtcpAddress: address,
  rtcpPort: port + 1,
  isMuxed: false,
});
const from = (address: string, port: number) => ({ address, port });
const mark = (sequence: number, ssrc = 1) => ({ ssrc, sequence });

test('where it said that it is, it is believed at once; then nobody else is', () => {
  const latch = createLatch('198.51.100.7');
  latch.open(remote('198.51.100.7', 4000));
  expect(latch.judge(from('198.51.100.7', 4000), mark(1), false)).toBe(true);
  expect(latch.mayBe(from('198.51.100.7', 4002))).toBe(false);
  expect(latch.judge(from('198.51.100.7', 4002), mark(2), false)).toBe(false);
  expect(latch.judge(from('203.0.113.9', 4000), mark(2), true)).toBe(false);
});

test('from another port of its address it is believed at the second packet in a row', () => {
  const latch = createLatch('198.51.100.7');
  latch.open(remote('10.0.0.5', 4000));
  expect(latch.target).toEqual(from('10.0.0.5', 4000));
  expect(latch.judge(from('198.51.100.7', 6000), mark(10), false)).toBe(false);
  expect(latch.judge(from('198.51.100.7', 6000), mark(900), false)).toBe(false);
  expect(latch.judge(from('198.51.100.7', 6001), mark(901), false)).toBe(false);
  expect(latch.judge(from('198.51.100.7', 6001), mark(902), false)).toBe(true);
  expect(latch.target).toEqual(from('198.51.100.7', 6001));
});

test('from elsewhere only a signature proves it', () => {
  const latch = createLatch('198.51.100.7');
  latch.open(remote('198.51.100.7', 4000));
  for (let n = 0; n < 5; n += 1) expect(latch.judge(from('203.0.113.9', 4000), mark(n), false)).toBe(false);
  expect(latch.judge(from('203.0.113.9', 4000), mark(9), true)).toBe(true);
});

test('what is negotiated anew is looked for anew; a mere refresh keeps where it was found', () => {
  const latch = createLatch('198.51.100.7');
  latch.open(remote('10.0.0.5', 4000));
  latch.judge(from('198.51.100.7', 6000), mark(1), false);
  latch.judge(from('198.51.100.7', 6000), mark(2), false);
  latch.open(remote('10.0.0.5', 4000));
  expect(latch.target).toEqual(from('198.51.100.7', 6000));
  expect(latch.judge(from('198.51.100.7', 6000), mark(3), false)).toBe(true);
  latch.open(remote('198.51.100.8', 5000));
  expect(latch.target).toEqual(from('198.51.100.8', 5000));
  expect(latch.judge(from('198.51.100.8', 5000), mark(4), false)).toBe(true);
});

test('before anything is negotiated nobody is believed', () => {
  const latch = createLatch('198.51.100.7');
  expect(latch.judge(from('198.51.100.7', 4000), mark(1), true)).toBe(false);
  expect(latch.target).toBeUndefined();
});
