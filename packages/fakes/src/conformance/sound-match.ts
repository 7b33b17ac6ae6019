import { expect } from 'vitest';

/** Way back through a filter and forth; none of the vendors' rates needs more. */
const maxLagSamples = 160;
/** G.711 leaves 38 dB, filters of another rate leave 30 and more below 3 kHz. */
const minSignalToNoiseDb = 20;
/** A click stands out of a tone of 8000 by more. */
const maxDeviation = 2000;

/** The same samples to the last one. */
export function expectSameSound(got: Int16Array, given: Int16Array): void {
  expect(got.length, 'samples').toBe(given.length);
  const at = got.findIndex((sample, index) => sample !== given[index]);
  expect(at, 'first sample that differs').toBe(-1);
}

/** The same sound, though it went through another rate or form: nothing is missing, nothing moves, nothing clicks. */
export function expectLikeSound(got: Int16Array, given: Int16Array): void {
  expect(Math.abs(got.length - given.length), 'samples too many or missing').toBeLessThanOrEqual(2 * maxLagSamples);
  const { lag, noise } = bestLag(got, given);
  const signal = energy(given);
  expect(
    10 * Math.log10(signal / Math.max(1, noise)),
    `decibels over what differs, at a lag of ${lag}`,
  ).toBeGreaterThan(minSignalToNoiseDb);
  let worst = 0;
  for (let n = 0; n < given.length; n += 1) worst = Math.max(worst, Math.abs((got[n + lag] ?? 0) - (given[n] ?? 0)));
  expect(worst, 'largest deviation of one sample').toBeLessThan(maxDeviation);
}

function bestLag(got: Int16Array, given: Int16Array): { lag: number; noise: number } {
  let best = { lag: 0, noise: Number.POSITIVE_INFINITY };
  for (let lag = -maxLagSamples; lag <= maxLagSamples; lag += 1) {
    let noise = 0;
    for (let n = 0; n < given.length && noise < best.noise; n += 1)
      noise += ((got[n + lag] ?? 0) - (given[n] ?? 0)) ** 2;
    if (noise < best.noise) best = { lag, noise };
  }
  return best;
}

function energy(samples: Int16Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}
