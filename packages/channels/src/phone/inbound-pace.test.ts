import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { expect, it } from 'vitest';
import { createInboundPace } from './inbound-pace.ts';

/** A loud frame that can be told from others. */
const loud = (number: number): Pcm => new Int16Array(FRAME_SAMPLES).fill(10_000 + number);
const quiet = (number: number): Pcm => new Int16Array(FRAME_SAMPLES).fill(number);

function pacing() {
  const given: number[] = [];
  const pace = createInboundPace((frame) => given.push(frame[0] ?? 0));
  return { pace, given };
}

it('frames that come one each 20 ms are given as they come', () => {
  const { pace, given } = pacing();
  for (let number = 1; number <= 100; number += 1) {
    pace.put(loud(number));
    pace.tick();
  }
  expect(given).toHaveLength(100);
  expect(given.at(-1)).toBe(10_100);
});

it('a frame that is late by less than three of them leaves no hole in the word', () => {
  const { pace, given } = pacing();
  pace.put(loud(1));
  for (let tick = 0; tick < 3; tick += 1) pace.tick();
  for (const number of [2, 3, 4]) pace.put(loud(number));
  expect(given).toEqual([10_001, 10_002, 10_003, 10_004]);
});

it('while nothing comes there is silence, at the pace of the line', () => {
  const { pace, given } = pacing();
  pace.put(loud(1));
  for (let tick = 0; tick < 50; tick += 1) pace.tick();
  expect(given).toHaveLength(48);
  expect(given.slice(1).every((sample) => sample === 0)).toBe(true);
});

it('what comes in one burst is given one each 20 ms, and the delay is gone once the caller is quiet', () => {
  const { pace, given } = pacing();
  pace.put(loud(0));
  for (let number = 1; number <= 20; number += 1) pace.put(loud(number));
  for (let tick = 0; tick < 10; tick += 1) pace.tick();
  expect(given).toEqual(Array.from({ length: 11 }, (_, number) => 10_000 + number));
  // As much comes as goes, and it is quiet.
  for (let tick = 0; tick < 40; tick += 1) {
    pace.put(quiet(tick));
    pace.tick();
  }
  pace.put(quiet(99));
  pace.tick();
  expect(given.at(-1)).toBeGreaterThanOrEqual(39);
  // No word of the burst was left out.
  for (let number = 0; number <= 20; number += 1) expect(given).toContain(10_000 + number);
});

it('of a burst of two seconds the newest half second is kept', () => {
  const { pace, given } = pacing();
  pace.put(loud(0));
  for (let number = 1; number <= 100; number += 1) pace.put(loud(number));
  expect(pace.leftOut).toBe(75);
  pace.tick();
  expect(given).toEqual([10_000, 10_076]);
});

it('a surplus that stays is worked off though somebody speaks all the time', () => {
  const { pace, given } = pacing();
  for (let number = 0; number < 5; number += 1) pace.put(loud(number));
  for (let number = 5; number < 1005; number += 1) {
    pace.put(loud(number));
    pace.tick();
  }
  const delay = 1004 - ((given.at(-1) ?? 0) - 10_000);
  expect(delay).toBeLessThanOrEqual(2);
  expect(pace.leftOut).toBeLessThanOrEqual(4);
});

it('nothing of the delay that a burst left stays when the caller has been quiet for a second', () => {
  const { pace, given } = pacing();
  pace.put(loud(0));
  for (let number = 1; number <= 12; number += 1) pace.put(loud(number));
  for (let tick = 0; tick < 60; tick += 1) {
    pace.put(quiet(tick));
    pace.tick();
  }
  pace.put(loud(99));
  expect(given.at(-1)).not.toBe(10_099);
  pace.tick();
  expect(given.at(-1)).toBe(10_099);
  for (let number = 0; number <= 12; number += 1) expect(given).toContain(10_000 + number);
});
