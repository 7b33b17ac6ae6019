import { createRandom } from '@parley/engine/simulation/random.ts';
import { describe, expect, it } from 'vitest';
import { parseByteRange } from './byte-range.ts';

describe('a range of bytes', () => {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=0-', 0, 1000],
    ['bytes=10-19', 10, 20],
    ['bytes=990-2000', 990, 1000],
    ['bytes=-5', 995, 1000],
    ['bytes=-5000', 0, 1000],
    [' bytes = 10 - 19', 10, 20],
    ['bytes=5-99999999999999999999', 5, 1000],
    ['bytes=-99999999999999999999', 0, 1000],
  ])('%s of a thousand is from %i up to %i', (header, start, end) => {
    expect(parseByteRange(header, 1000)).toEqual({ kind: 'part', start, end });
  });

  it.each(['bytes=1000-', 'bytes=2000-3000', 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s of a thousand cannot be given',
    (header) => expect(parseByteRange(header, 1000)).toEqual({ kind: 'unsatisfiable' }),
  );

  it.each([undefined, '', 'bytes', 'bytes=', 'bytes=-', 'bytes=9-5', 'bytes=0-1,5-6', 'items=0-5', 'bytes=a-b'])(
    '%s is answered with the whole',
    (header) => expect(parseByteRange(header, 1000)).toEqual({ kind: 'whole' }),
  );

  it('is never outside of the file, whatever is asked for', () => {
    const random = createRandom('ranges');
    const letters = ['b', 'bytes=', '-', ',', '0', '1', '9', '99999999', ' ', '\t', '=', '.', 'e5', '\u0000'] as const;
    for (let round = 0; round < 20_000; round += 1) {
      const header = `${random.chance(0.8) ? 'bytes=' : ''}${Array.from({ length: random.int(0, 6) }, () => random.pick(letters)).join('')}`;
      const bytes = random.int(0, 1000);
      const range = parseByteRange(header, bytes);
      if (range.kind !== 'part') continue;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeLessThanOrEqual(bytes);
      expect(range.end).toBeGreaterThan(range.start);
    }
  });
});
