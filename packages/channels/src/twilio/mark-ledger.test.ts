import { expect, it } from 'vitest';
import { createMarkLedger } from './mark-ledger.ts';

function ledger() {
  const told: number[] = [];
  const marks = createMarkLedger(100, (delayMs) => told.push(delayMs));
  return { marks, told };
}

it('the way to the ear is the median of the latest marks, told when it changed by a frame', () => {
  const { marks, told } = ledger();
  const delays = [300, 310, 305, 2000, 295, 300, 500, 510, 505];
  let nowMs = 0;
  for (const delayMs of delays) {
    const name = marks.next(nowMs);
    nowMs += delayMs;
    marks.returned(name, nowMs);
  }
  // One slow packet in between decided nothing.
  expect(told).toEqual([300, 500]);
  expect(marks.playoutDelayMs).toBe(500);
});

it('marks that come back because their sound was thrown away measure nothing', () => {
  const { marks, told } = ledger();
  const name = marks.next(0);
  marks.clear();
  marks.returned(name, 5);
  expect(told).toEqual([]);
  expect(marks.waitingSinceMs).toBeUndefined();
});

it('a mark that comes back answers for those before it, and a strange one for none', () => {
  const { marks } = ledger();
  marks.next(0);
  const second = marks.next(500);
  marks.next(1000);
  marks.returned('made up', 1100);
  expect(marks.waitingSinceMs).toBe(0);
  marks.returned(second, 1200);
  expect(marks.waitingSinceMs).toBe(1000);
});
