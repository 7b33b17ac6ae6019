import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openRedis, type Redis } from '../redis/redis.ts';
import { hasRedis, type RedisServer, startRedisServer } from '../testing/redis-server.ts';
import { type CallSlots, createCallSlots } from './call-slots.ts';

let server: RedisServer | undefined;
let redis: Redis | undefined;
let open: CallSlots[] = [];

beforeAll(async () => {
  server = await startRedisServer();
  if (server !== undefined) redis = await openRedis({ url: server.url, keyPrefix: '' }, () => {});
}, 40_000);

afterEach(async () => {
  await Promise.all(open.map((slots) => slots.close()));
  open = [];
});

afterAll(async () => {
  await redis?.close();
  await server?.stop();
});

function slotsWith(shared: Redis | undefined, limit: number, onError: (error: unknown) => void = () => {}): CallSlots {
  const slots = createCallSlots({ redis: shared, limitOf: async () => limit, onError });
  open.push(slots);
  return slots;
}

const refused = { code: 'too_many_conversations' };

describe.each(hasRedis ? ['memory', 'redis'] : ['memory'])('conversations at once, counted in %s', (kind) => {
  const shared = () => (kind === 'redis' ? redis : undefined);

  it('are as many as the organization may have, also when all come at once', async () => {
    const slots = slotsWith(shared(), 3);
    const [one, other] = [randomUUID(), randomUUID()];
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => slots.enter(one, 'call')));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(slots.heldBy(one)).toBe(3);
    await slots.enter(other, 'call');
  });

  it('make room by leaving, once each', async () => {
    const slots = slotsWith(shared(), 2);
    const organization = randomUUID();
    const leave = await slots.enter(organization, 'call');
    await slots.enter(organization, 'call');
    await expect(slots.enter(organization, 'call')).rejects.toMatchObject(refused);
    leave();
    leave();
    await slots.enter(organization, 'call');
    await expect(slots.enter(organization, 'call')).rejects.toMatchObject(refused);
  });
});

describe.skipIf(!hasRedis)('conversations at once on two servers', () => {
  it('are one count', async () => {
    const [here, there] = [slotsWith(redis, 2), slotsWith(redis, 2)];
    const organization = randomUUID();
    await here.enter(organization, 'call');
    const leave = await there.enter(organization, 'call');
    await expect(here.enter(organization, 'call')).rejects.toMatchObject(refused);
    leave();
    await here.enter(organization, 'call');
    await expect(there.enter(organization, 'call')).rejects.toMatchObject(refused);
  });

  it('of a server that died count no longer when its lease is over', async () => {
    const organization = randomUUID();
    await slotsWith(redis, 1).enter(organization, 'call');
    const there = slotsWith(redis, 1);
    await expect(there.enter(organization, 'call')).rejects.toMatchObject(refused);
    // As if the minute had passed: its slot ended a moment ago.
    await redis
      ?.run((client) => client.zRange(`call_slots:${organization}`, 0, -1))
      .then(async ([slot = '']) => {
        await redis?.run((client) => client.zAdd(`call_slots:${organization}`, { score: Date.now() - 1, value: slot }));
      });
    await there.enter(organization, 'call');
  });

  it('are taken while Redis is away, each server by itself, and that is said once', async () => {
    const own = await startRedisServer();
    if (own === undefined) throw new Error('Redis did not start.');
    const connection = await openRedis({ url: own.url, keyPrefix: '' }, () => {});
    try {
      const told: unknown[] = [];
      const slots = slotsWith(connection, 2, (error) => told.push(error));
      const organization = randomUUID();
      await own.kill();
      await slots.enter(organization, 'call');
      await slots.enter(organization, 'call');
      await expect(slots.enter(organization, 'call')).rejects.toMatchObject(refused);
      expect(told).toHaveLength(1);
    } finally {
      await connection.close();
      await own.stop();
    }
  }, 20_000);
});
