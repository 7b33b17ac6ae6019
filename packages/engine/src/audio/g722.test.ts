import { expect, test } from 'vitest';
import { createG722Decoder, createG722Encoder } from './g722.ts';

const sine = (hz: number, amplitude = 8000) =>
  Int16Array.from({ length: 16_000 }, (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / 16_000));

/** Of what comes back to what went in, the delay of the filters (22 samples) taken off. */
function signalToNoiseDb(samples: Int16Array): number {
  const heard = createG722Decoder().decode(createG722Encoder().encode(samples));
  let signal = 0;
  let noise = 0;
  for (let n = 2000; n < samples.length - 100; n += 1) {
    const said = samples[n] ?? 0;
    signal += said * said;
    noise += (said - (heard[n + 22] ?? 0)) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

test.each([300, 1000, 2500])('a tone of %i Hz comes back nearly as it was', (hz) => {
  expect(signalToNoiseDb(sine(hz))).toBeGreaterThan(30);
});

test.each([5000, 6500])('a tone of %i Hz, which no other telephone carries, comes back', (hz) => {
  expect(signalToNoiseDb(sine(hz))).toBeGreaterThan(10);
});

test('silence is silent, and the loudest is not turned round', () => {
  const silence = createG722Decoder().decode(createG722Encoder().encode(new Int16Array(3200)));
  expect(Math.max(...silence.map(Math.abs))).toBeLessThan(10);
  expect(signalToNoiseDb(sine(700, 32_000))).toBeGreaterThan(25);
});

test('cut anywhere, the bytes are the same', () => {
  const samples = sine(900);
  const encoder = createG722Encoder();
  const pieces = [encoder.encode(samples.subarray(0, 34)), encoder.encode(samples.subarray(34, 640))];
  expect(pieces.flatMap((piece) => [...piece])).toEqual([...createG722Encoder().encode(samples.subarray(0, 640))]);
});

test('bytes that nobody encoded are decoded to something', () => {
  let seed = 1;
  const noise = Uint8Array.from({ length: 50_000 }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed >>> 24;
  });
  expect(createG722Decoder().decode(noise).length).toBe(100_000);
});
