import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { openRedis, type Redis } from '../redis/redis.ts';
import { hasRedis, startRedisServer } from '../testing/redis-server.ts';
import type { Lease } from './ownership.ts';
import { createRedisOwnership, redisOwnershipDefaults } from './redis-ownership.ts';

test.runIf(hasRedis)('what is let go of while leases are renewed stays free for the other servers', async () => {
  const server = await startRedisServer();
  if (server === undefined) throw new Error('There is no Redis.');
  const redis = await openRedis({ url: server.url, keyPrefix: '' }, () => {});
  // More than are renewed at once.
  const ids = Array.from({ length: 600 }, () => randomUUID());
  const leases: Lease[] = [];
  const last = ids.at(-1) ?? '';
  const renewed = Promise.withResolvers<void>();
  let batches = 0;
  const watched: Redis = {
    ...redis,
    run: async (command) => {
      const isRenewal = leases.length === ids.length && String(command).includes('renewScript');
      const answer = await redis.run(command);
      if (isRenewal) {
        batches += 1;
        if (batches === 1) await leases.at(-1)?.release();
        else renewed.resolve();
      }
      return answer;
    },
  };
  const ownership = await createRedisOwnership(
    watched,
    (error) => {
      throw error;
    },
    { ...redisOwnershipDefaults, renewIntervalMs: 200 },
  );
  for (const id of ids) leases.push(await ownership.acquire(id, { onAsked: () => 'busy', onLost: () => {} }));
  await renewed.promise;
  expect([...(await ownership.ownedOf([last]))]).toEqual([]);
  await ownership.close();
  await redis.close();
  await server.stop();
});

test.runIf(hasRedis)('a lease whose owner holds it no more is waited for without haste', async () => {
  const server = await startRedisServer();
  if (server === undefined) throw new Error('There is no Redis.');
  const onError = (error: unknown) => {
    throw error;
  };
  const redis = await openRedis({ url: server.url, keyPrefix: '' }, () => {});
  let commands = 0;
  const counted: Redis = {
    ...redis,
    run: (command) => {
      commands += 1;
      return redis.run(command);
    },
  };
  const owner = { onAsked: () => 'leaving' as const, onLost: () => {} };
  const [one, other] = [
    await createRedisOwnership(redis, onError, redisOwnershipDefaults),
    await createRedisOwnership(counted, onError, { ...redisOwnershipDefaults, retryIntervalMs: 100 }),
  ];
  const id = randomUUID();
  const key = `conversation:${id}:owner`;
  const lease = await one.acquire(id, owner);
  const replica = await redis.run((client) => client.get(key));
  await lease.release();
  // As it stands when the answer to the one who let go was lost, or the letting go itself.
  await redis.run((client) => client.set(key, replica ?? '', { expiration: { type: 'PX', value: 1000 } }));
  commands = 0;
  const taken = await other.acquire(id, owner);
  expect(commands).toBeLessThan(40);
  await taken.release();
  await one.close();
  await other.close();
  await redis.close();
  await server.stop();
});
