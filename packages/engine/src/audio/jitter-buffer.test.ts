import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createJitterBuffer, type JitterBuffer } from './jitter-buffer.ts';

const TICKS = 960;

const packet = (n: number, timestampGap = 0) => ({
  sequence: n & 0xff_ff,
  timestamp: (n * TICKS + timestampGap) >>> 0,
  durationTicks: TICKS,
  payload: Uint8Array.of(n & 0xff, (n >> 8) & 0xff),
});

const numberOf = (payload: Uint8Array): number => (payload[0] ?? 0) + ((payload[1] ?? 0) << 8);

/** What is played in each of `takes` steps of 20 ms: a packet's number, or what stands in its place. */
function play(buffer: JitterBuffer, fromMs: number, takes: number): (number | 'lost' | 'silence')[] {
  return Array.from({ length: takes }, (_, n) => {
    const taken = buffer.take(fromMs + n * 20);
    return taken.type === 'packet' ? numberOf(taken.payload) : taken.type;
  });
}

test('packets that overtook one another are played in order, a double one once', () => {
  const buffer = createJitterBuffer({ minDelayMs: 60 });
  for (const [place, n] of [1, 3, 2, 2, 4].entries()) buffer.put(packet(n), 20 * place);
  expect(play(buffer, 100, 5)).toEqual([1, 2, 3, 4, 'lost']);
});

test('a lost packet is concealed in its place, one that comes after its time is dropped', () => {
  const buffer = createJitterBuffer();
  for (const n of [1, 2, 4, 5]) buffer.put(packet(n), 20 * n);
  expect(play(buffer, 100, 4)).toEqual([1, 2, 'lost', 4]);
  expect(buffer.put(packet(3), 180)).toBe('late');
  expect(play(buffer, 180, 1)).toEqual([5]);
  expect(buffer.lostCount).toBe(1);
  expect(buffer.lateCount).toBe(1);
});

test('numbers and timestamps may wrap in mid-word', () => {
  const buffer = createJitterBuffer({ ticksPerMs: 48 });
  const around = [0xff_fe, 0xff_ff, 0x1_00_00, 0x1_00_01];
  for (const n of around) {
    buffer.put({ ...packet(n), timestamp: (n * TICKS + 0xff_ff_ff_ff - 0xff_ff * TICKS) >>> 0 }, 0);
  }
  expect(play(buffer, 100, 4)).toEqual([0xff_fe, 0xff_ff, 0, 1]);
});

test('a silence that the sender left out lasts as long as it did, and is not taken for loss', () => {
  const buffer = createJitterBuffer();
  const played: (number | 'lost' | 'silence')[] = [];
  // Two packets, 100 ms of nothing in which only the clock goes on, two more. The player takes 10 ms after each arrival.
  const arrivals = new Map([
    [0, packet(1)],
    [1, packet(2)],
    [7, packet(3, 5 * TICKS)],
    [8, packet(4, 5 * TICKS)],
  ]);
  for (let slot = 0; slot < 11; slot++) {
    const arriving = arrivals.get(slot);
    if (arriving !== undefined) buffer.put(arriving, slot * 20);
    played.push(...play(buffer, slot * 20 + 10, 1));
  }
  expect(played.filter((item) => typeof item === 'number')).toEqual([1, 2, 3, 4]);
  expect(played.indexOf(3) - played.indexOf(2)).toBe(6);
  expect(buffer.lateCount).toBe(0);
});

test('after the sender was silent for long the delay is built up anew', () => {
  const buffer = createJitterBuffer({ minDelayMs: 40 });
  buffer.put(packet(1), 0);
  expect(play(buffer, 40, 6)).toEqual([1, 'lost', 'lost', 'lost', 'silence', 'silence']);
  buffer.put(packet(2, 500 * TICKS), 10_000);
  buffer.put(packet(3, 500 * TICKS), 10_020);
  expect(play(buffer, 10_020, 3)).toEqual(['silence', 2, 3]);
});

test('a shaky network is given more delay and then nothing is lost; a calm one gets its little delay back', () => {
  const buffer = createJitterBuffer();
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7f_ff_ff_ff;
    return seed / 0x7f_ff_ff_ff;
  };
  const run = (from: number, count: number, jitterMs: number): number => {
    const arrivals = Array.from({ length: count }, (_, n) => ({
      n: from + n,
      ms: (from + n) * 20 + random() * jitterMs,
    }));
    arrivals.sort((a, b) => a.ms - b.ms);
    let lost = 0;
    for (let n = 0; n < count; n++) {
      const now = (from + n) * 20 + 10;
      while (arrivals[0] !== undefined && arrivals[0].ms <= now) {
        buffer.put(packet(arrivals[0].n), arrivals[0].ms);
        arrivals.shift();
      }
      if (buffer.take(now).type === 'lost') lost += 1;
    }
    for (const { n, ms } of arrivals) buffer.put(packet(n), ms);
    return lost;
  };
  run(0, 300, 70);
  expect(buffer.targetMs).toBeGreaterThan(60);
  expect(run(300, 300, 70)).toBeLessThan(15);
  run(600, 600, 1);
  expect(buffer.targetMs).toBeLessThan(30);
  expect(buffer.depthMs).toBeLessThanOrEqual(100);
});

test('when this machine stood still for 300 ms, what piled up delays the talk for some seconds and no longer', () => {
  const buffer = createJitterBuffer();
  let n = 0;
  let now = 0;
  const arrive = () => {
    buffer.put(packet(n), now);
    n += 1;
  };
  const run = (seconds: number) => {
    for (const until = now + seconds * 1000; now < until; now += 20) {
      arrive();
      buffer.take(now + 10);
    }
  };
  run(4);
  for (let k = 0; k < 15; k++) arrive();
  now += 300;
  expect(buffer.depthMs).toBeGreaterThan(250);
  run(10);
  expect(buffer.depthMs).toBeLessThanOrEqual(80);
  expect(buffer.lostCount).toBe(0);
});

test('a flood does not grow it, and a stream that starts over is followed at once', () => {
  const buffer = createJitterBuffer();
  for (let n = 0; n < 90; n++) buffer.put(packet(n), n);
  expect(buffer.depthMs).toBeLessThanOrEqual(1000);
  expect(buffer.put(packet(40_000), 100)).toBe('restarted');
  expect(play(buffer, 200, 1)).toEqual([40_000]);
});

test('whatever comes in, every take answers and what is played never goes back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ n: fc.integer({ min: 0, max: 80 }), takes: fc.integer({ min: 0, max: 3 }) }), {
        maxLength: 200,
      }),
      (steps) => {
        const buffer = createJitterBuffer();
        let now = 0;
        let last = -1;
        for (const { n, takes } of steps) {
          buffer.put(packet(n), now);
          for (const item of play(buffer, now, takes)) {
            if (typeof item !== 'number') continue;
            // Only a buffer that ran dry and fills anew may take up what it had passed.
            if (item <= last) expect(buffer.lostCount).toBeGreaterThan(0);
            last = item;
          }
          now += takes * 20;
          expect(buffer.depthMs).toBeLessThanOrEqual(1000);
        }
      },
    ),
  );
});
