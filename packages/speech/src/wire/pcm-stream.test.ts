import { encodeG711 } from '@parley/engine/audio/g711.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AudioEncoding, createPcmStream } from './pcm-stream.ts';

function bytesOf(samples: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(2 * samples.length);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, n) => {
    view.setInt16(2 * n, sample, true);
  });
  return bytes;
}

/** @param cuts lengths of the chunks, over and over */
function through(format: AudioEncoding, bytes: Uint8Array, cuts: readonly number[]): number[] {
  const stream = createPcmStream(format);
  const samples: number[] = [];
  let at = 0;
  for (let n = 0; at < bytes.length; n += 1) {
    const to = at + Math.max(1, cuts[n % Math.max(1, cuts.length)] ?? bytes.length);
    // Off the boundary of two bytes in memory, as slices of a socket's buffer are.
    const shifted = new Uint8Array(to - at + 1);
    shifted.set(bytes.subarray(at, to), 1);
    samples.push(...stream.write(shifted.subarray(1, 1 + bytes.subarray(at, to).length)));
    at = to;
  }
  samples.push(...stream.end());
  return samples;
}

function sine(hz: number, rateHz: number, length: number): number[] {
  return Array.from({ length }, (_, n) => Math.round(9000 * Math.sin((2 * Math.PI * hz * n) / rateHz)));
}

function largestStep(samples: readonly number[]): number {
  return samples.reduce(
    (largest, sample, n) => Math.max(largest, n === 0 ? 0 : Math.abs(sample - (samples[n - 1] ?? 0))),
    0,
  );
}

describe('sound in whatever chunks it comes', () => {
  it('is the same to the sample, chunks of odd length among them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 400 }),
        fc.array(fc.integer({ min: 1, max: 77 }), { minLength: 1, maxLength: 9 }),
        fc.constantFrom(8000, 16_000, 22_050, 24_000, 44_100, 48_000),
        (samples, cuts, sampleRateHz) => {
          const format: AudioEncoding = { encoding: 'pcm16', sampleRateHz };
          const whole = through(format, bytesOf(samples), []);
          expect(through(format, bytesOf(samples), cuts)).toEqual(whole);
          expect(whole.length).toBe(Math.round((samples.length * 16_000) / sampleRateHz));
          if (sampleRateHz === 16_000) expect(whole).toEqual(samples);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('has no click where chunks meet, and begins and ends where it did', () => {
    for (const sampleRateHz of [8000, 22_050, 24_000, 48_000]) {
      const heard = through(
        { encoding: 'pcm16', sampleRateHz },
        bytesOf(sine(400, sampleRateHz, sampleRateHz)),
        [333, 1, 50],
      );
      const wanted = sine(400, 16_000, 16_000);
      const middle = heard.slice(500, -500);
      // A sine of 400 Hz rises by this much from one sample to the next.
      expect(largestStep(middle)).toBeLessThan(9000 * 2 * Math.PI * (400 / 16_000) * 1.02);
      const error = middle.reduce((sum, sample, n) => sum + (sample - (wanted[n + 500] ?? 0)) ** 2, 0) / middle.length;
      // A third of a sample early or late, which rates without a simple ratio cannot help.
      expect(Math.sqrt(error)).toBeLessThan(350);
    }
  });

  it('ten minutes of it last ten minutes', () => {
    const stream = createPcmStream({ encoding: 'pcm16', sampleRateHz: 24_000 });
    const second = bytesOf(sine(440, 24_000, 24_000));
    let samples = 0;
    // Chunks as no network cuts them on purpose: 4,801 bytes.
    for (let n = 0; n < 600; n += 1) {
      for (let at = 0; at < second.length; at += 4801) samples += stream.write(second.subarray(at, at + 4801)).length;
    }
    samples += stream.end().length;
    expect(samples).toBe(600 * 16_000);
  });

  it('of the telephone keeps each of its samples', () => {
    const bytes = encodeG711(Int16Array.from(sine(500, 8000, 801)), 'mulaw');
    const heard = through({ encoding: 'mulaw' }, bytes, [7]);
    expect(heard.length).toBe(1602);
    expect([...encodeG711(Int16Array.from(heard.filter((_, n) => n % 2 === 0)), 'mulaw')]).toEqual([...bytes]);
  });
});
