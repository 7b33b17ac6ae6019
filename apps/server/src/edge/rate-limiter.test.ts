import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedis, type Redis } from '../redis/redis.ts';
import { hasRedis, type RedisServer, startRedisServer } from '../testing/redis-server.ts';
import { createFallbackRateLimiter } from './fallback-rate-limiter.ts';
import { createMemoryRateLimiter } from './memory-rate-limiter.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';

let server: RedisServer | undefined;
let redis: Redis | undefined;

beforeAll(async () => {
  server = await startRedisServer();
  if (server !== undefined) redis = await openRedis({ url: server.url, keyPrefix: 'test:' }, () => {});
}, 40_000);

afterAll(async () => {
  await redis?.close();
  await server?.stop();
});

const kinds = hasRedis ? (['memory', 'redis'] as const) : (['memory'] as const);

function limiterOf(kind: 'memory' | 'redis', nowMs: () => number): RateLimiter {
  if (kind === 'memory') return createMemoryRateLimiter(nowMs);
  if (redis === undefined) throw new Error('Redis did not start.');
  return createRedisRateLimiter(redis, nowMs);
}

describe.each(kinds)('a rate limit in %s', (kind) => {
  let nowMs = 1_700_000_000_000;
  const clock = () => nowMs;
  const minute = 60_000;

  it('lets the quota through and then says when to come back, and that is true', async () => {
    const limiter = limiterOf(kind, clock);
    const one = [{ key: `rate_limit:sip:${randomUUID()}`, limit: 5, windowMs: minute }];
    for (let left = 4; left >= 0; left -= 1) {
      const { isAllowed, states } = await limiter.take(one);
      expect({ isAllowed, remaining: states[0]?.remaining }).toEqual({ isAllowed: true, remaining: left });
    }
    const refused = await limiter.take(one);
    expect(refused.isAllowed).toBe(false);
    const retryAfterMs = refused.states[0]?.retryAfterMs ?? 0;
    expect(retryAfterMs).toBeGreaterThan(0);
    nowMs += retryAfterMs - 2;
    expect((await limiter.take(one)).isAllowed).toBe(false);
    nowMs += 2;
    expect((await limiter.take(one)).isAllowed).toBe(true);
  });

  it('takes nothing from the other counts when one refuses', async () => {
    const limiter = limiterOf(kind, clock);
    const wide = { key: randomUUID(), limit: 10, windowMs: minute };
    const narrow = { key: randomUUID(), limit: 1, windowMs: minute };
    await limiter.take([wide, narrow]);
    for (let tries = 0; tries < 5; tries += 1) expect((await limiter.take([wide, narrow])).isAllowed).toBe(false);
    expect((await limiter.take([wide])).states[0]?.remaining).toBe(8);
  });

  it('is whole again after two quiet windows', async () => {
    const limiter = limiterOf(kind, clock);
    const one = [{ key: randomUUID(), limit: 2, windowMs: minute }];
    await limiter.take(one);
    await limiter.take(one);
    nowMs += 2 * minute;
    expect((await limiter.take(one)).states[0]?.remaining).toBe(1);
  });

  it('never lets more than the limit through between two edges of windows', async () => {
    const start = nowMs - (nowMs % 1000);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 40 }), async (pausesMs) => {
        const limiter = limiterOf(kind, clock);
        const one = [{ key: randomUUID(), limit: 7, windowMs: 1000 }];
        nowMs = start;
        const passed = new Map<number, number>();
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          const window = Math.floor(nowMs / 1000);
          if ((await limiter.take(one)).isAllowed) passed.set(window, (passed.get(window) ?? 0) + 1);
        }
        expect(Math.max(0, ...passed.values())).toBeLessThanOrEqual(7);
      }),
      { numRuns: 30 },
    );
  });
});

it('forgets the key that was not asked for longest, and keeps no more than it may', async () => {
  const limiter = createMemoryRateLimiter(() => 0, 2);
  const one = (key: string) => limiter.take([{ key, limit: 1, windowMs: 1000 }]);
  expect((await one('a')).isAllowed).toBe(true);
  expect((await one('b')).isAllowed).toBe(true);
  expect((await one('a')).isAllowed).toBe(false);
  expect((await one('c')).isAllowed).toBe(true);
  expect((await one('a')).isAllowed).toBe(false);
  expect((await one('b')).isAllowed).toBe(true);
});

describe.skipIf(!hasRedis)('a rate limit that replicas share', () => {
  it('decides as memory does, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ pauseMs: fc.integer({ min: 0, max: 900 }), which: fc.subarray([0, 1, 2], { minLength: 1 }) }),
          {
            maxLength: 40,
          },
        ),
        async (steps) => {
          let nowMs = 1_700_000_000_123;
          const id = randomUUID();
          const quotas = [
            { key: `${id}:a`, limit: 3, windowMs: 1000 },
            { key: `${id}:b`, limit: 5, windowMs: 1700 },
            { key: `${id}:c`, limit: 1, windowMs: 500 },
          ];
          const clock = () => nowMs;
          const both = [limiterOf('memory', clock), limiterOf('redis', clock)];
          for (const { pauseMs, which } of steps) {
            nowMs += pauseMs;
            const asked = quotas.filter((_, at) => which.includes(at));
            const [memory, shared] = await Promise.all(both.map((limiter) => limiter.take(asked)));
            expect(shared).toEqual(memory);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is one limit for two servers, by the clock of Redis', async () => {
    if (redis === undefined) throw new Error('Redis did not start.');
    const [here, there] = [createRedisRateLimiter(redis), createRedisRateLimiter(redis)];
    const one = [{ key: randomUUID(), limit: 4, windowMs: 3_600_000 }];
    const passed = await Promise.all(
      [here, there, here, there, here, there, here, there].map((each) => each.take(one)),
    );
    expect(passed.filter(({ isAllowed }) => isAllowed)).toHaveLength(4);
  });

  it('goes on alone while Redis is away, says so once, and shares again when it is back', async () => {
    const own = await startRedisServer();
    if (own === undefined) throw new Error('Redis did not start.');
    const connection = await openRedis({ url: own.url, keyPrefix: '' }, () => {});
    const told: unknown[] = [];
    const limiter = createFallbackRateLimiter(createRedisRateLimiter(connection), createMemoryRateLimiter(), (error) =>
      told.push(error),
    );
    const one = [{ key: 'k', limit: 3, windowMs: 3_600_000 }];
    try {
      expect((await limiter.take(one)).states[0]?.remaining).toBe(2);
      await own.kill();
      for (const left of [2, 1, 0]) expect((await limiter.take(one)).states[0]?.remaining).toBe(left);
      expect((await limiter.take(one)).isAllowed).toBe(false);
      expect(told).toHaveLength(1);
      const back = new Promise<void>((resolve) => {
        connection.onStateChange((state) => {
          if (state === 'ready') resolve();
        });
      });
      await own.restart();
      await back;
      expect((await limiter.take(one)).states[0]?.remaining).toBe(2);
    } finally {
      await connection.close();
      await own.stop();
    }
  }, 20_000);
});
