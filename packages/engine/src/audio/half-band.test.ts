import { describe, expect, it } from 'vitest';
import { createRandom } from '../simulation/random.ts';
import { between, blockLength, findBetween, reach } from './half-band.ts';

/** The filter as a book would have it: sinc, Kaiser window, in numbers with fractions. */
function expected(samples: Int16Array, at: number, step: number): number {
  let sum = 0;
  let gain = 0;
  for (let k = 0; k < reach; k += 1) {
    const distance = k + 0.5;
    const tap = (Math.sin(Math.PI * distance) / (Math.PI * distance)) * kaiser(distance / (reach + 0.5));
    gain += 2 * tap;
    sum += tap * ((samples[at - k * step] ?? 0) + (samples[at + (k + 1) * step] ?? 0));
  }
  return Math.max(-32_768, Math.min(32_767, sum / gain));
}

/** By its integral, which is another way than the series of the filter's own. */
function kaiser(x: number): number {
  const bessel = (argument: number) => {
    let sum = 0;
    const parts = 200;
    for (let n = 0; n < parts; n += 1) sum += Math.exp(argument * Math.cos(((n + 0.5) * Math.PI) / parts));
    return sum / parts;
  };
  return bessel(8 * Math.sqrt(1 - x * x)) / bessel(8);
}

describe('the sample between two', () => {
  const random = createRandom(3);
  const noise = Int16Array.from({ length: 800 }, () => random.int(-32_768, 32_767));
  const loudest = Int16Array.from(noise, (sample) => (sample < 0 ? -32_768 : 32_767));
  const square = Int16Array.from({ length: 800 }, (_, n) => (n % 40 < 20 ? -32_768 : 32_767));

  it.each([
    ['noise', noise],
    ['the loudest noise there is', loudest],
    ['steps from one end to the other', square],
  ])('of %s is what the filter’s definition says, to the unit that whole numbers cost', (_, samples) => {
    for (const step of [1, 2] as const) {
      for (const count of [1, 4, 7, blockLength]) {
        findBetween(samples, 100, step, count);
        for (let n = 0; n < count; n += 1) {
          // Each of 32 products is rounded to a 16,384th of a sample of up to 32,768.
          expect(Math.abs((between[n] ?? 0) - expected(samples, 100 + n * step, step))).toBeLessThan(24);
        }
      }
    }
  });

  it('of a steady level is that level', () => {
    for (const level of [-32_768, -1, 0, 1, 12_345, 32_767]) {
      findBetween(new Int16Array(400).fill(level), 50, 1, blockLength);
      expect(new Set(between)).toEqual(new Set([level]));
    }
  });
});
