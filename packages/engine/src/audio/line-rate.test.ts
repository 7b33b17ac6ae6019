import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeG711, encodeG711 } from './g711.ts';
import { createLineToWide, createWideToLine, type RateStream } from './line-rate.ts';

function through(stream: RateStream, input: Int16Array, cuts: readonly number[] = []): Int16Array {
  const parts: Int16Array[] = [];
  let at = 0;
  for (const cut of [...cuts, input.length]) {
    const to = Math.min(input.length, at + cut);
    parts.push(stream.process(input.subarray(at, to)));
    at = to;
  }
  parts.push(stream.process(input.subarray(at)), stream.flush());
  return Int16Array.from(parts.flatMap((part) => [...part]));
}

function sine(hz: number, rateHz: number, length: number, amplitude = 10_000): Int16Array {
  return Int16Array.from({ length }, (_, n) => Math.round(amplitude * Math.sin((2 * Math.PI * hz * n) / rateHz)));
}

function rms(samples: ArrayLike<number>): number {
  return Math.sqrt(Array.from(samples).reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

describe('from the telephone into the house and out again', () => {
  it('the very bytes come back, however they are cut on the way', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 0, maxLength: 400 }),
        fc.array(fc.nat(90), { maxLength: 12 }),
        fc.array(fc.nat(90), { maxLength: 12 }),
        fc.constantFrom('mulaw', 'alaw'),
        (bytes, cuts, otherCuts, law) => {
          const line = decodeG711(bytes, law);
          const wide = through(createLineToWide(), line, cuts);
          expect(wide.length).toBe(2 * line.length);
          const back = through(createWideToLine(), wide, otherCuts);
          expect([...back]).toEqual([...line]);
          expect([...encodeG711(back, law)]).toEqual([...encodeG711(line, law)]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('a voice sounds in the house as it did on the line', () => {
    const wide = through(createLineToWide(), sine(1000, 8000, 1600));
    const wanted = sine(1000, 16_000, 3200);
    expect(rms(wide.map((sample, n) => sample - (wanted[n] ?? 0)).subarray(200, 3000))).toBeLessThan(10);
  });
});

describe('from the house to the telephone', () => {
  it('what a line can carry passes, what it cannot is kept out of it', () => {
    const heard = through(createWideToLine(), sine(1000, 16_000, 3200));
    const wanted = sine(1000, 8000, 1600);
    expect(rms(heard.map((sample, n) => sample - (wanted[n] ?? 0)).subarray(100, 1500))).toBeLessThan(30);
    // 6 kHz would be heard as 2 kHz.
    expect(rms(through(createWideToLine(), sine(6000, 16_000, 3200)).subarray(100, 1500))).toBeLessThan(10);
  });

  it('there is one sample for each two, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 300 }),
        fc.array(fc.nat(50)),
        (samples, cuts) => {
          const input = Int16Array.from(samples);
          const whole = through(createWideToLine(), input);
          expect(whole.length).toBe(Math.ceil(samples.length / 2));
          expect([...through(createWideToLine(), input, cuts)]).toEqual([...whole]);
        },
      ),
    );
  });
});
