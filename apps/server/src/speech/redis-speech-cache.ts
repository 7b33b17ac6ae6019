import type { KeptSpeech, SpeechCache } from '@parley/speech/router/speech-cache.ts';
import { z } from 'zod';
import type { Sealer } from '../privacy/sealer.ts';
import type { Redis } from '../redis/redis.ts';

export interface RedisSpeechCacheOptions {
  /** What was not said for so long is forgotten. */
  readonly keptForSeconds: number;
  /** Longer sentences stay in this process's memory alone. */
  readonly maxAudioBytes: number;
}

export const redisSpeechCacheDefaults: RedisSpeechCacheOptions = {
  // The sentences of a shop that is closed at the weekend are there on Monday.
  keptForSeconds: 7 * 24 * 3600,
  // Fifteen seconds of speech: more takes Redis longer than a voice its first sound.
  maxAudioBytes: 480_000,
};

/**
 * Sentences in this process's memory, and behind it in Redis for all replicas: what one has heard made, the others need not. A Redis
 * that is away or slow is as if nothing were kept there. No word can be read in it: keys are hashes, and words are sealed.
 */
export function createRedisSpeechCache(
  memory: SpeechCache,
  redis: Pick<Redis, 'run' | 'state'>,
  sealer: Sealer,
  options: RedisSpeechCacheOptions = redisSpeechCacheDefaults,
): SpeechCache {
  const nameOf = (key: string) => `speech:${key}`;
  return {
    get(key, signal) {
      const known = memory.get(key, signal);
      if (known !== undefined || redis.state !== 'ready') return known;
      return fetchKept(redis, sealer, nameOf(key), options.keptForSeconds).then((speech) => {
        if (speech !== undefined) void memory.set(key, speech);
        return speech;
      });
    },
    async set(key, speech) {
      await memory.set(key, speech);
      if (redis.state !== 'ready' || speech.audio.byteLength > options.maxAudioBytes) return;
      const words = await sealer.seal(JSON.stringify(speech.words), nameOf(key));
      const text = JSON.stringify({ words, audio: Buffer.from(speech.audio).toString('base64') });
      await redis.run((client) =>
        client.set(nameOf(key), text, { expiration: { type: 'EX', value: options.keptForSeconds } }),
      );
    },
    close: () => memory.close(),
  };
}

async function fetchKept(
  redis: Pick<Redis, 'run'>,
  sealer: Sealer,
  name: string,
  keptForSeconds: number,
): Promise<KeptSpeech | undefined> {
  const text = await redis.run((client) => client.getEx(name, { type: 'EX', value: keptForSeconds }));
  const stored = text === null ? undefined : storedSchema.safeParse(parseJson(text)).data;
  if (stored === undefined) return undefined;
  // With another key than it was sealed with it is as if nothing were kept.
  const words = wordsSchema.safeParse(parseJson(await sealer.open(stored.words, name).catch(() => ''))).data;
  return words && { words, audio: Buffer.from(stored.audio, 'base64') };
}

/** As an earlier version may have written it otherwise. */
const storedSchema = z.object({ audio: z.string(), words: z.string() });
const wordsSchema = z.array(z.object({ text: z.string(), startMs: z.number(), endMs: z.number() }));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
