import { describe, expect, it } from 'vitest';
import { createMeasuredTimes } from './measured-times.ts';

const options = { defaultMs: 1000, floorMs: 300, ceilingMs: 1500 };

describe('how long an engine is waited for', () => {
  it('is as stated until enough is known, then three times what it takes at most, within bounds', () => {
    const times = createMeasuredTimes(options);
    for (let n = 0; n < 49; n += 1) times.add(200);
    expect(times).toMatchObject({ timeoutMs: 1000, p95Ms: undefined, count: 49 });
    times.add(200);
    expect(times).toMatchObject({ timeoutMs: 600, p50Ms: 200, p95Ms: 200 });
    for (let n = 0; n < 256; n += 1) times.add(10);
    expect(times.timeoutMs).toBe(300);
    for (let n = 0; n < 256; n += 1) times.add(900);
    expect(times.timeoutMs).toBe(1500);
  });

  it('follows the latest times: the 95th of a hundred even ones is the 95th', () => {
    const times = createMeasuredTimes(options);
    for (let n = 0; n < 500; n += 1) times.add(5000);
    for (let n = 0; n < 272; n += 1) times.add((n % 100) + 1);
    expect(times.p95Ms).toBeGreaterThanOrEqual(94);
    expect(times.p95Ms).toBeLessThanOrEqual(96);
  });
});
