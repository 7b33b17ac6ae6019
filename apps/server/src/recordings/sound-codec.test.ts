import { createRandom } from '@parley/engine/simulation/random.ts';
import { describe, expect, it } from 'vitest';
import { decodeSound, encodeSound } from './sound-codec.ts';

function thereAndBack(samples: Int16Array, channels = 2) {
  const bytes = encodeSound(samples, channels);
  return { bytes, same: Buffer.from(decodeSound(bytes, samples.length / channels, channels).buffer) };
}

const bytesOf = (samples: Int16Array) => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

describe('sound without loss', () => {
  it('comes back to the bit, whatever it is', () => {
    const random = createRandom('codec');
    for (let round = 0; round < 300; round += 1) {
      const channels = random.int(1, 2);
      const level = 2 ** random.int(0, 16);
      const isClicks = random.chance(0.3);
      const samples = Int16Array.from({ length: random.int(0, 1500) * channels }, () => {
        if (isClicks) return random.chance(0.01) ? random.pick([32_767, -32_768]) : 0;
        return Math.round((random.next() - 0.5) * level);
      });
      const { same } = thereAndBack(samples, channels);
      expect(same.equals(bytesOf(samples))).toBe(true);
    }
  });

  it('takes the loudest square wave there is', () => {
    const samples = Int16Array.from({ length: 4000 }, (_, n) => (n % 4 < 2 ? 32_767 : -32_768));
    expect(thereAndBack(samples).same.equals(bytesOf(samples))).toBe(true);
  });

  it('takes next to nothing for silence', () => {
    expect(encodeSound(new Int16Array(32_000), 2).length).toBeLessThan(80);
  });

  it('says when it was cut off', () => {
    const bytes = encodeSound(
      Int16Array.from({ length: 1000 }, (_, n) => n * 7),
      1,
    );
    expect(() => decodeSound(bytes.subarray(0, bytes.length / 2), 1000, 1)).toThrow(RangeError);
  });
});
