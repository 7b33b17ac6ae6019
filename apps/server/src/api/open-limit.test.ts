import { expect, it } from 'vitest';
import { createOpenLimit } from './open-limit.ts';

it('lets an office in, stops a flood, and lets the same address in again later', () => {
  const mayOpen = createOpenLimit();
  const opened = Array.from({ length: 100 }, () => mayOpen('192.0.2.1', 0)).filter(Boolean).length;
  expect(opened).toBe(60);
  expect(mayOpen('192.0.2.2', 0)).toBe(true);
  expect(mayOpen('192.0.2.1', 2000)).toBe(true);
});
