import type { Jobs } from '../jobs/jobs.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Redis } from '../redis/redis.ts';
import type { Database } from '../storage/database.ts';
import { expireSessions } from './expire-sessions.ts';
import { createSoleOwnership, type Ownership } from './ownership.ts';
import { createRedisOwnership } from './redis-ownership.ts';
import { createRedisSessionStore } from './redis-session-store.ts';
import { createMemorySessionStore, memorySessionStoreDefaults, type SessionStore } from './session-store.ts';
import { createSessionsRepository, type SessionsRepository } from './sessions-repository.ts';
import type { SessionSettings } from './sessions-settings.ts';

/** Sessions of conversations: where they are stored, what is remembered of them, and which replica has them. */
export interface Sessions {
  readonly repository: SessionsRepository;
  readonly store: SessionStore;
  readonly ownership: Ownership;
  close(): Promise<void>;
}

export interface SessionsParts {
  readonly settings: SessionSettings;
  readonly database: Database;
  readonly sealer: Sealer;
  /** Undefined: this server is alone. */
  readonly redis: Redis | undefined;
  readonly jobs: Pick<Jobs, 'every'>;
  readonly onError: (error: unknown, context: string) => void;
}

/** How often it is looked for conversations that nobody came back to. */
const expiryIntervalMs = 60_000;

export async function createSessions(parts: SessionsParts): Promise<Sessions> {
  const { settings, database, sealer, redis, jobs, onError } = parts;
  const { idleTimeoutMs: idleMs } = settings;
  const repository = createSessionsRepository(database, sealer);
  const store =
    redis === undefined
      ? createMemorySessionStore({ ...memorySessionStoreDefaults, idleMs })
      : createRedisSessionStore({ redis, sealer, idleMs }, onError);
  const ownership = redis === undefined ? createSoleOwnership() : await createRedisOwnership(redis, onError);
  jobs.every('expire_sessions', expiryIntervalMs, async (signal) => {
    await expireSessions({ repository, store, ownership }, idleMs, signal);
  });
  return {
    repository,
    store,
    ownership,
    close: async () => {
      await ownership.close();
      await store.close();
    },
  };
}
