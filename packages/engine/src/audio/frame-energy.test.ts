import { expect, test } from 'vitest';
import { FRAME_SAMPLES, type Pcm } from '../ports/audio.ts';
import { createRandom } from '../simulation/random.ts';
import { createEchoGate } from './echo-gate.ts';
import { BANDS, energies, energyDbfs, FILTER_STATE, measureFrame } from './frame-energy.ts';
import { SILENCE_DBFS } from './level.ts';
import { createVad } from './vad.ts';

const random = createRandom(3);
const noise = (peak: number): Pcm =>
  Int16Array.from({ length: FRAME_SAMPLES }, () => Math.round(peak * (2 * random.next() - 1)));

/** The filters as they are written down: a high pass, two low passes, sample by sample. */
function plainly() {
  let last = 0;
  let clean = 0;
  let low = 0;
  let mid = 0;
  return (frame: Pcm): number[] => {
    const sums = [0, 0, 0, 0];
    for (const sample of frame) {
      clean = sample - last + 0.941 * clean;
      last = sample;
      low += 0.21 * (clean - low);
      mid += 0.544 * (clean - mid);
      for (const [n, value] of [clean, low, mid - low, clean - mid].entries()) sums[n] = (sums[n] ?? 0) + value * value;
    }
    return sums;
  };
}

test('four samples at once make what one after the other makes, frame after frame', () => {
  const state = new Float64Array(FILTER_STATE);
  const plain = plainly();
  for (const peak of [32_767, 3000, 40, 0, 1, 0, 0, 0, 20_000]) {
    const frame = noise(peak);
    const expected = plain(frame);
    measureFrame(frame, state, 0);
    for (let n = 0; n <= BANDS; n += 1) {
      expect(Math.abs(energyDbfs(energies[n] ?? 0) - energyDbfs(expected[n] ?? 0))).toBeLessThan(0.001);
    }
  }
});

test('two streams measured by turns know nothing of each other', () => {
  const both = new Float64Array(2 * FILTER_STATE);
  const alone = new Float64Array(FILTER_STATE);
  const plain = plainly();
  for (let n = 0; n < 5; n += 1) {
    const frame = noise(500);
    measureFrame(noise(32_000), both, 0);
    measureFrame(frame, both, FILTER_STATE);
    expect(energies[0]).toBeCloseTo(plain(frame)[0] ?? 0, -2);
    measureFrame(frame, alone, 0);
  }
  expect(both.slice(FILTER_STATE)).toEqual(alone);
});

test('silence is −100 dB, and after any sound the filters come to rest', () => {
  const state = new Float64Array(FILTER_STATE);
  measureFrame(noise(32_000), state, 0);
  const silence = new Int16Array(FRAME_SAMPLES);
  for (let n = 0; n < 3; n += 1) measureFrame(silence, state, 0);
  expect([...state]).toEqual([0, 0, 0, 0]);
  expect(energyDbfs(energies[0] ?? 1)).toBe(SILENCE_DBFS);
});

test('a detector finds a voice in the levels that it finds in the frames', () => {
  const byFrame = createVad();
  const byLevel = createVad();
  const gate = createEchoGate('cancelled');
  const decisions = [40, 40, 3000, 3000, 3000, 3000, 3000, 40].flatMap((peak) =>
    Array.from({ length: 12 }, () => {
      const frame = noise(peak);
      const decision = byFrame.process(frame);
      expect(byLevel.processLevel(gate.level(frame))).toEqual(decision);
      return decision.kind;
    }),
  );
  expect(decisions).toContain('started');
  expect(decisions).toContain('stopped');
});
