import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pcm } from '../ports/audio.ts';
import { rmsDbfs } from './level.ts';
import { createResampler } from './resampler.ts';

const tone = (hz: number, rateHz: number, samples: number): Int16Array =>
  Int16Array.from({ length: samples }, (_, n) => Math.round(16_000 * Math.sin((2 * Math.PI * hz * n) / rateHz)));

test.each([
  [16_000, 48_000],
  [48_000, 16_000],
  [8_000, 16_000],
  [44_100, 16_000],
  [22_050, 16_000],
])('however the audio is cut into pieces, %i → %i Hz sounds the same to the bit', (fromHz, toHz) => {
  const input = tone(440, fromHz, 4000);
  const whole = createResampler(fromHz, toHz).process(input);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 40 }), (sizes) => {
      const resampler = createResampler(fromHz, toHz);
      const parts: Pcm[] = [];
      let at = 0;
      for (const size of [...sizes, input.length]) {
        parts.push(resampler.process(input.subarray(at, at + size)));
        at = Math.min(input.length, at + size);
      }
      expect(Int16Array.from(parts.flatMap((part) => [...part]))).toEqual(whole);
    }),
    { numRuns: 20 },
  );
});

test.each([
  [16_000, 48_000],
  [48_000, 16_000],
  [44_100, 16_000],
  [8_000, 16_000],
])('a tone keeps its pitch and level from %i to %i Hz', (fromHz, toHz) => {
  const output = createResampler(fromHz, toHz)
    .process(tone(1000, fromHz, fromHz))
    .slice(200);
  // What is left after subtracting the best-fitting 1 kHz sine is distortion.
  let inPhase = 0;
  let quadrature = 0;
  const angle = (n: number) => (2 * Math.PI * 1000 * n) / toHz;
  const period = Math.floor(output.length / toHz / 0.001) * (toHz / 1000);
  const samples = output.slice(0, Math.floor(period / 441) * 441 || period);
  samples.forEach((sample, n) => {
    inPhase += (2 * sample * Math.sin(angle(n))) / samples.length;
    quadrature += (2 * sample * Math.cos(angle(n))) / samples.length;
  });
  expect(Math.hypot(inPhase, quadrature)).toBeGreaterThan(15_900);
  expect(Math.hypot(inPhase, quadrature)).toBeLessThan(16_100);
  const residue = samples.map((sample, n) => sample - inPhase * Math.sin(angle(n)) - quadrature * Math.cos(angle(n)));
  expect(rmsDbfs(residue)).toBeLessThan(-60);
});

test('what the lower rate cannot carry does not come back as another tone', () => {
  const output = createResampler(48_000, 16_000).process(tone(11_000, 48_000, 48_000));
  expect(rmsDbfs(output.slice(200))).toBeLessThan(-70);
});

test('rates that make no sense are refused', () => {
  expect(() => createResampler(0, 16_000)).toThrow(RangeError);
  expect(() => createResampler(16_000, Number.NaN)).toThrow(RangeError);
  expect(() => createResampler(16_001, 48_000)).toThrow(RangeError);
});
