import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedis, type RedisServer, startRedisServer } from '../testing/redis-server.ts';
import { openRedis, type Redis, redisDefaults } from './redis.ts';

describe.runIf(hasRedis)('Redis', () => {
  let server: RedisServer;

  beforeAll(async () => {
    const started = await startRedisServer();
    if (started === undefined) throw new Error('There is no Redis.');
    server = started;
  });

  afterAll(() => server?.stop());

  it('is waited for no longer than the start of a server may take, and used once it is there', async () => {
    await server.kill();
    const errors: unknown[] = [];
    const redis = await openRedis({ url: server.url, keyPrefix: 'p:' }, (error) => errors.push(error), {
      ...redisDefaults,
      startTimeoutMs: 200,
    });
    try {
      expect(redis.state).toBe('connecting');
      // Said once, not at each attempt of each connection.
      expect(errors).toHaveLength(1);
      await expect(redis.run((client) => client.get('a'))).rejects.toMatchObject({ name: 'RedisUnavailable' });
      const heard = Promise.withResolvers<string>();
      await redis.subscribe('news', heard.resolve);
      // It stays away for some of the attempts to reach it.
      await attempts(server.url, 6);
      const ready = until(redis, 'ready');
      await server.restart();
      await ready;
      expect(await redis.run((client) => client.set('a', '1'))).toBe('OK');
      // Subscribed while it was away, told all the same; keys and channels have the prefix.
      await redis.run((client) => client.publish('p:news', 'hello'));
      expect(await heard.promise).toBe('hello');
      const other = await openRedis({ url: server.url, keyPrefix: '' }, () => {});
      expect(await other.run((client) => client.get('p:a'))).toBe('1');
      await other.close();
    } finally {
      await redis.close();
    }
  }, 30_000);

  it('that hangs keeps nobody waiting longer than the limit', async () => {
    const redis = await openRedis({ url: server.url, keyPrefix: '' }, () => {}, {
      ...redisDefaults,
      commandTimeoutMs: 100,
    });
    const other = await openRedis({ url: server.url, keyPrefix: '' }, () => {});
    try {
      // It does one thing at a time: while it does this, nothing else.
      const busy = other.run((client) => client.eval(`local n = 0 for i = 1, 1e8 do n = n + i end return n`));
      busy.catch(() => {});
      await expect(redis.run((client) => client.get('a'))).rejects.toMatchObject({ name: 'RedisUnavailable' });
    } finally {
      await redis.close();
      await other.close();
    }
  }, 30_000);

  it('tells what is wrong with a command as Redis says it', async () => {
    const redis = await openRedis({ url: server.url, keyPrefix: '' }, () => {});
    try {
      await redis.run((client) => client.set('text', 'x'));
      await expect(redis.run((client) => client.lPush('text', 'y'))).rejects.toThrow(/WRONGTYPE/);
    } finally {
      await redis.close();
    }
    await expect(redis.run((client) => client.get('text'))).rejects.toMatchObject({ name: 'RedisUnavailable' });
  }, 30_000);
});

/** Takes the place of a Redis that is away until so many connections to it have failed. */
async function attempts(url: string, count: number): Promise<void> {
  const failed = Promise.withResolvers<void>();
  let left = count;
  const refusing = createServer((socket) => {
    socket.destroy();
    left -= 1;
    if (left === 0) failed.resolve();
  });
  refusing.listen(Number(new URL(url).port), '127.0.0.1');
  await failed.promise;
  await new Promise((done) => refusing.close(done));
}

function until(redis: Redis, state: Redis['state']): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Redis is ${redis.state}.`)), 10_000);
    const forget = redis.onStateChange((next) => {
      if (next !== state) return;
      clearTimeout(timer);
      forget();
      resolve();
    });
  });
}
