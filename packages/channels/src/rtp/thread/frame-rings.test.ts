import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameRings, frameRingsBytes, ringFrames } from './frame-rings.ts';

const frameOf = (n: number) => new Int16Array(320).fill(n);

test('frames come out once each, in order, whatever the two sides do and when; what is cleared never', () => {
  const steps = fc.array(
    fc.record({ line: fc.integer({ min: 0, max: 2 }), step: fc.constantFrom('put', 'put', 'take', 'take', 'clear') }),
    { maxLength: 400 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const memory = new SharedArrayBuffer(64 + frameRingsBytes(3));
      const here = createFrameRings(memory, 64, 3);
      const there = createFrameRings(memory, 64, 3);
      const model: number[][] = [[], [], []];
      /** Room that what was cleared still takes, until the other side looks. */
      const unseen = [0, 0, 0];
      let next = 1;
      for (const { line, step } of all) {
        const waiting = model[line] ?? [];
        if (step === 'put') {
          const hasRoom = waiting.length + (unseen[line] ?? 0) < ringFrames;
          expect(here.put(line, frameOf(next))).toBe(hasRoom);
          if (hasRoom) waiting.push(next);
          next += 1;
        } else if (step === 'clear') {
          here.clear(line);
          unseen[line] = (unseen[line] ?? 0) + waiting.length;
          waiting.length = 0;
        } else {
          expect(there.depth(line)).toBe(waiting.length);
          const frame = there.peek(line);
          unseen[line] = 0;
          const expected = waiting.shift();
          expect(frame?.length).toBe(expected === undefined ? undefined : 320);
          if (frame === undefined) continue;
          expect([frame[0], frame[319]]).toEqual([expected, expected]);
          there.advance(line);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a frame of another length does not move those after it', () => {
  const rings = createFrameRings(new SharedArrayBuffer(frameRingsBytes(1)), 0, 1);
  rings.put(0, frameOf(1));
  rings.advance(0);
  for (let n = 0; n < ringFrames; n += 1) rings.put(0, new Int16Array(n % 2 === 0 ? 100 : 500).fill(7));
  const lengths: number[] = [];
  for (let frame = rings.peek(0); frame !== undefined; frame = rings.peek(0)) {
    lengths.push(frame.filter((sample) => sample === 7).length);
    rings.advance(0);
  }
  expect(lengths).toEqual(Array.from({ length: ringFrames }, (_, n) => (n % 2 === 0 ? 100 : 320)));
});

test('a line that begins finds nothing of the one before it', () => {
  const rings = createFrameRings(new SharedArrayBuffer(frameRingsBytes(1)), 0, 1);
  rings.put(0, frameOf(1));
  rings.clear(0);
  rings.put(0, frameOf(2));
  rings.reset(0);
  expect(rings.peek(0)).toBeUndefined();
  rings.put(0, frameOf(3));
  expect(rings.peek(0)?.[0]).toBe(3);
});
