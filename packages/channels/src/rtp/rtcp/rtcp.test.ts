import { expect, test } from 'vitest';
import type { RtpPacket } from '../rtp-packet.ts';
import { createReception } from './reception.ts';
import { createReporter } from './reporter.ts';
import { buildRtcp, parseRtcp } from './rtcp-packet.ts';

const packet = (n: number): RtpPacket => ({
  marker: false,
  payloadType: 0,
  sequence: n & 0xff_ff,
  timestamp: (n * 160) >>> 0,
  ssrc: 9,
  payload: new Uint8Array(160),
});

test('what is built is what is read', () => {
  const sender = { ntpHigh: 3_900_000_000, ntpLow: 5, rtpTimestamp: 7, packets: 8, octets: 9 };
  const block = {
    ssrc: 4_000_000_000,
    fractionLost: 64,
    cumulativeLost: -3,
    highestSequence: 70_000,
    jitterTicks: 12,
    lastSenderReport: 4_000_000_001,
    delaySinceLast: 65_536,
  };
  for (const cname of ['a', 'ab', 'abc', 'abcd', 'someone@example.com']) {
    const bytes = buildRtcp({ ssrc: 77, sender, block, cname, isBye: true });
    expect(parseRtcp(bytes)).toEqual({ ssrc: 77, sender, blocks: [block], isBye: true });
  }
});

test('losses and jitter are counted over a wrap of the numbers, and misordered packets are no losses', () => {
  const order = Array.from({ length: 200 }, (_, n) => 0xff_80 + n).filter((n) => n % 10 !== 3);
  [order[50], order[51]] = [order[51] ?? 0, order[50] ?? 0];
  const first = packet(order[0] ?? 0);
  const reception = createReception(first);
  for (const n of order) reception.received(packet(n), n * 20, 8000);
  expect(reception.packets).toBe(180);
  expect(reception.lost).toBe(20);
  expect(reception.takeInterval().fractionLost).toBeCloseTo(0.1, 5);
  expect(reception.takeInterval().fractionLost).toBe(0);
  expect(reception.jitterMs).toBeLessThan(1.5);
});

test('arrival that is uneven by ten milliseconds shows as such', () => {
  const reception = createReception(packet(0));
  for (let n = 0; n < 500; n += 1) reception.received(packet(n), n * 20 + (n % 2) * 10, 8000);
  expect(reception.jitterMs).toBeGreaterThan(9);
  expect(reception.jitterMs).toBeLessThan(11);
});

test('two that report to each other know the way there and back, and what was lost', () => {
  let epochMs = 1_800_000_000_000;
  const end = (ssrc: number, hears: number) => {
    const reception = createReception({ ...packet(0), ssrc: hears });
    return {
      reception,
      reporter: createReporter({
        ssrc,
        sent: () => ({ packets: 100, octets: 16_000 }),
        timestampAt: () => 0,
        reception: () => reception,
        clockHz: () => 8000,
        epochMs: () => epochMs,
      }),
    };
  };
  const here = end(1, 2);
  const there = end(2, 1);
  for (let n = 0; n < 100; n += 2) there.reception.received({ ...packet(n), ssrc: 1 }, n * 20, 8000);
  // 40 ms there, 500 ms until it answers, 60 ms back.
  const report = here.reporter.goodbye(1000);
  epochMs += 40;
  expect(there.reporter.receive(report, 1040)).toBe(true);
  epochMs += 500;
  const answer = there.reporter.goodbye(1540);
  epochMs += 60;
  expect(here.reporter.receive(answer, 1600)).toBe(true);
  expect(here.reporter.far?.roundTripMs).toBeCloseTo(100, 0);
  expect(here.reporter.far?.lostShare).toBeCloseTo(0.5, 1);
});

test('a report comes about every five seconds, never all at once', () => {
  const reporter = createReporter({
    ssrc: 1,
    sent: () => ({ packets: 1, octets: 160 }),
    timestampAt: () => 0,
    reception: () => undefined,
    clockHz: () => 8000,
    epochMs: () => 0,
  });
  const times: number[] = [];
  for (let nowMs = 0; nowMs < 100_000; nowMs += 20) if (reporter.due(nowMs) !== undefined) times.push(nowMs);
  expect(times.length).toBeGreaterThan(13);
  expect(times.length).toBeLessThan(40);
  expect(times[0]).toBeGreaterThanOrEqual(1250);
});
