import { describe, expect, it } from 'vitest';
import { fewRandomBytes } from './random-bytes.ts';

describe('random bytes that are drawn many at once', () => {
  it('are given out once each, and stay as they were given', () => {
    const given = Array.from({ length: 5000 }, () => fewRandomBytes(12));
    const texts = given.map((bytes) => bytes.toString('hex'));
    expect(new Set(texts).size).toBe(5000);
    for (let n = 0; n < 1000; n += 1) fewRandomBytes(16);
    expect(given.map((bytes) => bytes.toString('hex'))).toEqual(texts);
    expect(given.every(({ length }) => length === 12)).toBe(true);
  });

  it('are not drawn for what is larger than a key or two', () => {
    expect(() => fewRandomBytes(257)).toThrow(RangeError);
  });
});
