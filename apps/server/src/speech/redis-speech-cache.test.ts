import { createMemorySpeechCache, type KeptSpeech } from '@parley/speech/router/speech-cache.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sealer } from '../privacy/sealer.ts';
import { openRedis, type Redis } from '../redis/redis.ts';
import { hasRedis, type RedisServer, startRedisServer } from '../testing/redis-server.ts';
import { createTestSealer } from '../testing/test-sealer.ts';
import { createRedisSpeechCache } from './redis-speech-cache.ts';

const speech: KeptSpeech = {
  audio: Uint8Array.from({ length: 3200 }, (_, n) => n % 256),
  words: [{ text: 'Welcome', startMs: 0, endMs: 90 }],
};
const signal = new AbortController().signal;

describe.skipIf(!hasRedis)('sentences as sound in Redis', () => {
  let server: RedisServer | undefined;
  let redis: Redis;
  let sealer: Sealer;
  beforeAll(async () => {
    sealer = await createTestSealer();
    server = await startRedisServer();
    redis = await openRedis({ url: server?.url ?? '', keyPrefix: 'test:' }, () => {});
  });
  afterAll(async () => {
    await redis?.close();
    await server?.stop();
  });
  const replica = (limits?: { readonly keptForSeconds: number; readonly maxAudioBytes: number }) =>
    createRedisSpeechCache(createMemorySpeechCache(), redis, sealer, limits);

  it('what one replica has made the others have, to the byte, with its words', async () => {
    await replica().set('welcome', speech);
    const other = replica();
    const found = await other.get('welcome', signal);
    expect(found && Buffer.from(found.audio).equals(speech.audio)).toBe(true);
    expect(found?.words).toEqual(speech.words);
    // From then on without a way over the network.
    expect(other.get('welcome', signal)).not.toBeInstanceOf(Promise);
    expect(await other.get('something else', signal)).toBeUndefined();
  });

  it('nobody who reads Redis reads a word of it', async () => {
    await replica().set('greeting', speech);
    const stored = await redis.run((client) => client.get('speech:greeting'));
    expect(stored).not.toContain('Welcome');
    // What was sealed for one sentence is worth nothing at another's place.
    await redis.run((client) => client.set('speech:other', stored ?? ''));
    expect(await replica().get('other', signal)).toBeUndefined();
  });

  it('what is long stays in its process, and what is no longer said is forgotten', async () => {
    await replica({ keptForSeconds: 60, maxAudioBytes: 100 }).set('long', speech);
    expect(await replica().get('long', signal)).toBeUndefined();
    expect(await redis.run((client) => client.ttl('speech:welcome'))).toBeGreaterThan(0);
  });

  it('a Redis that is away is as if nothing were kept there', async () => {
    await server?.kill();
    await expect.poll(() => redis.state, { timeout: 5000 }).not.toBe('ready');
    const cache = replica();
    expect(await cache.get('welcome', signal)).toBeUndefined();
    await cache.set('welcome', speech);
    expect(await cache.get('welcome', signal)).toBe(speech);
  });
});
