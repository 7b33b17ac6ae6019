import { describe, expect, it } from 'vitest';
import { createRandom } from '../simulation/random.ts';
import { createSortedWindow } from './sorted-window.ts';

describe('the latest numbers in order', () => {
  it('are those that sorting them gives, at every moment, with doubles and after it was cleared', () => {
    const random = createRandom(7);
    const window = createSortedWindow(20);
    for (const from of [0, 1]) {
      if (from === 1) window.clear();
      const all: number[] = [];
      for (let n = 0; n < 500; n += 1) {
        // Few different ones, so that many are the same.
        const value = random.int(-15, 15);
        all.push(value);
        window.add(value);
        const latest = all.slice(-20).sort((a, b) => a - b);
        expect(window.count).toBe(latest.length);
        for (const share of [0, 0.05, 0.5, 0.95, 1]) {
          expect(window.quantile(share)).toBe(latest[Math.floor((latest.length - 1) * share)]);
        }
      }
    }
  });

  it('are none at the beginning', () => {
    const window = createSortedWindow(3);
    expect([window.count, window.quantile(0.5)]).toEqual([0, 0]);
  });
});
