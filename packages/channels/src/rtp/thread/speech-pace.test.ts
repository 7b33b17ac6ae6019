import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameRings, frameRingsBytes } from './frame-rings.ts';
import { createSpeechPace } from './speech-pace.ts';

/** A line whose packets are noted: the number of the frame in each, or silence. */
function stage() {
  const rings = createFrameRings(new SharedArrayBuffer(frameRingsBytes(1)), 0, 1);
  const sent: (number | 'silence')[] = [];
  let areKeysPressed = false;
  const pace = createSpeechPace(rings, 0, {
    write(frame) {
      if (areKeysPressed) return false;
      sent.push(frame[0] ?? 0);
      return true;
    },
    rest() {
      sent.push('silence');
    },
  });
  let beats = 0;
  return {
    sent,
    rings,
    /** Loud ones of these numbers, from 1,000 on. */
    write: (...numbers: number[]) => {
      for (const n of numbers) rings.put(0, new Int16Array(320).fill(n));
    },
    beat(count = 1) {
      for (let n = 0; n < count; n += 1) {
        beats += 1;
        pace.beat(beats * 20);
      }
    },
    press(isPressed: boolean) {
      areKeysPressed = isPressed;
    },
  };
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);

test('speech that is given ahead goes out a frame each beat, and silence follows it at once', () => {
  const { sent, write, beat } = stage();
  beat(2);
  write(...from(1000, 5));
  beat();
  for (let n = 0; n < 20; n += 1) {
    write(1005 + n);
    beat();
  }
  beat(6);
  expect(sent).toEqual(['silence', 'silence', ...from(1000, 25), 'silence', 'silence']);
});

test('who writes in real time has no hole in a word however uneven, late by less than a frame', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 19 }), { minLength: 40, maxLength: 120 }), (lateMs) => {
      const { sent, write, beat } = stage();
      const writtenMs = lateMs.map((late, n) => 100 + 20 * n + late);
      let next = 0;
      for (let atMs = 0; atMs < 100 + 20 * (lateMs.length + 5); atMs += 1) {
        while (next < writtenMs.length && (writtenMs[next] ?? 0) <= atMs) write(1000 + next++);
        if (atMs % 20 === 7) beat();
      }
      const first = sent.indexOf(1000);
      expect(sent.slice(first, first + lateMs.length)).toEqual(from(1000, lateMs.length));
    }),
    { numRuns: 200 },
  );
});

test('of what is sent in real time each beat has its packet in the end, however often speech pauses', () => {
  const { sent, write, beat } = stage();
  for (let spurt = 0; spurt < 10; spurt += 1) {
    for (let n = 0; n < 7; n += 1) {
      write(1000 + n);
      beat();
    }
    beat(5);
  }
  expect(sent).toHaveLength(10 * 12);
  expect(sent.filter((one) => one !== 'silence')).toHaveLength(70);
});

test('what a stall left in store is lost where nothing is heard, and nowhere else', () => {
  const { sent, rings, write, beat } = stage();
  write(...from(1000, 14));
  for (let n = 0; n < 40; n += 1) {
    write(1014 + n);
    beat();
  }
  expect(sent).toEqual(from(1000, 40));
  expect(rings.depth(0)).toBe(14);
  // The speaker pauses, and goes on sending.
  for (let n = 0; n < 40; n += 1) {
    write(0);
    beat();
  }
  expect(rings.depth(0)).toBeLessThanOrEqual(8);
  expect(sent.filter((one) => one !== 0)).toEqual(from(1000, 54));
});

test('while keys are pressed frames pass unheard, at their pace', () => {
  const { sent, write, beat, press } = stage();
  write(...from(1000, 10));
  beat(2);
  press(true);
  beat(3);
  press(false);
  beat(2);
  expect(sent).toEqual([1000, 1001, 'silence', 'silence', 'silence', 1005, 1006]);
});
