import { z } from 'zod';

export interface RedisSettings {
  /** Undefined: what replicas would share is kept in this process's memory. */
  readonly url: string | undefined;
  /** Before every key, so that several installations can share one Redis. */
  readonly keyPrefix: string;
}

export const redisSettingsShape = {
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be an address that begins with redis:// or rediss://' })
    .optional()
    .meta({
      description:
        'Redis, where several servers share sessions, locks and limits; without it each keeps them in its memory.',
      example: 'redis://localhost:6379',
      isSecret: true,
    }),
  REDIS_KEY_PREFIX: z
    .string()
    .trim()
    .regex(/^[\w:-]{0,64}$/, 'must be at most 64 letters, digits, colons, dashes and underscores')
    // Keys are named as the documentation names them; a prefix is for those who share a Redis.
    .default('')
    .meta({
      description: 'Put before every key in Redis, so that several installations can share one.',
      example: 'parley:',
    }),
};

const settingsSchema = z.object(redisSettingsShape);

export function redisSettingsOf(settings: z.output<typeof settingsSchema>): RedisSettings {
  return { url: settings.REDIS_URL, keyPrefix: settings.REDIS_KEY_PREFIX };
}
