import { describe, expect, it } from 'vitest';
import { createSampleSlab } from './sample-slab.ts';

describe('room for samples', () => {
  it('is as long as was asked for, silent, and nobody else’s', () => {
    const room = createSampleSlab();
    const lengths = Array.from({ length: 60 }, (_, n) => [320, 160, 0, 318, 6000][n % 5] ?? 0);
    const taken = lengths.map((length, n) => {
      const samples = room(length);
      expect(samples.every((sample) => sample === 0)).toBe(true);
      return samples.fill(n + 1);
    });
    for (const [n, samples] of taken.entries()) {
      expect(samples).toHaveLength(lengths[n] ?? 0);
      expect(samples.every((sample) => sample === n + 1)).toBe(true);
    }
  });

  it('of frames costs little memory beside them', () => {
    const room = createSampleSlab();
    const pieces = new Set(Array.from({ length: 160 }, () => room(320).buffer));
    expect(pieces.size).toBe(10);
  });
});
