import { expect, test } from 'vitest';
import { createPortPool, pairsIn } from './port-pool.ts';

test('where another program holds a row of ports, one is found beyond it', () => {
  const pool = createPortPool({ from: 20_000, to: 29_999 });
  // As many as are tried before a call fails; a program with hundreds of calls holds more in a row.
  const tried = Array.from({ length: 32 }, () => {
    const port = pool.take();
    pool.skip(port);
    return port;
  });
  expect(Math.max(...tried) - Math.min(...tried)).toBeGreaterThan(1000);
  expect(tried.every((port) => port % 2 === 0 && port >= 20_000 && port < 30_000)).toBe(true);
  expect(pool.inUse).toBe(0);
});

test('all pairs of a small range are found, those that were skipped as well', () => {
  const pool = createPortPool({ from: 20_001, to: 20_010 });
  pool.skip(pool.take());
  expect(new Set([pool.take(), pool.take(), pool.take(), pool.take()])).toEqual(
    new Set([20_002, 20_004, 20_006, 20_008]),
  );
  expect(() => pool.take()).toThrow('RTP ports');
  expect(pairsIn({ from: 20_001, to: 20_010 })).toBe(4);
});
