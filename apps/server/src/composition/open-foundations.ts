import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.ts';
import { createJobs } from '../jobs/jobs.ts';
import { createEnvelopeSealer } from '../privacy/envelope-sealer.ts';
import { openKeys } from '../privacy/open-keys.ts';
import { createRedaction } from '../privacy/redaction.ts';
import { openRedis } from '../redis/redis.ts';
import { guardDatabase } from '../resilience/guarded-database.ts';
import { openStorage } from '../storage/open-storage.ts';
import { makeTurnPartitions } from '../storage/turn-partitions.ts';
import { createTelemetry, redisDependency } from '../telemetry/create-telemetry.ts';
import { databaseDependency, diskSpace } from '../telemetry/readiness.ts';
import type { Owned } from './owned.ts';

const dayMs = 24 * 60 * 60_000;

export interface StartEvents {
  /** What takes its time at start, in words for a person. */
  readonly report: (line: string) => void;
  /** Something without which nothing works is gone; the process should stop. */
  readonly onFatal: (message: string) => void;
}

/** What everything has at hand, before anything is opened. */
export interface Basics {
  readonly config: Config;
  readonly events: StartEvents;
  readonly log: FastifyBaseLogger;
  readonly owned: Owned;
  /** Aborted at the end, or when the start fails. */
  readonly signal: AbortSignal;
  readonly onError: (error: unknown, context: string) => void;
  readonly clock: Clock;
}

export type Foundations = Awaited<ReturnType<typeof openFoundations>>;

export function createBasics(config: Config, events: StartEvents, log: FastifyBaseLogger, owned: Owned): Basics {
  const onError = (error: unknown, context: string) => log.error({ err: error }, context);
  const abort = new AbortController();
  owned.push(() => abort.abort());
  const clock = createSystemClock((error) => onError(error, 'a frame of a call'));
  return { config, events, log, owned, signal: abort.signal, onError, clock };
}

/**
 * What every room stands on: telemetry, the database with its jobs, what replicas share, and the keys of what is sealed.
 * @throws StartError
 */
export async function openFoundations(basics: Basics) {
  const { config, events, log, owned, signal, onError } = basics;
  const telemetry = await createTelemetry(config.telemetry, log);
  owned.push(() => telemetry.close());

  const storage = await openStorage(
    config,
    {
      report: events.report,
      onError: (error, what) => log.warn({ err: error }, what),
      onDatabaseDied: (detail) => events.onFatal(`The database ended by itself. ${detail}`),
    },
    signal,
    (database) => guardDatabase(database, telemetry.outside, telemetry.metrics),
  );
  owned.push(() => storage.close());
  const { database, folder } = storage;
  telemetry.dependencies.push(
    databaseDependency(() => storage.ping()),
    diskSpace(config.dataDir),
  );

  const jobs = createJobs({ database, onError });
  owned.push(() => jobs.close());
  // A start makes them; a server that runs for months must too.
  jobs.every('make_turn_partitions', dayMs, () => makeTurnPartitions(database));

  const { url: redisUrl, keyPrefix } = config.redis;
  /** Undefined: what replicas would share is kept in this process's memory. */
  const redis =
    redisUrl === undefined
      ? undefined
      : await openRedis({ url: redisUrl, keyPrefix }, (error) => log.warn({ err: error }, 'Redis'));
  if (redis !== undefined) {
    owned.push(() => redis.close());
    telemetry.dependencies.push(redisDependency(redis));
    if (redis.state !== 'ready') events.report('Redis cannot be reached; going on without it until it is there.');
  }

  const keys = await openKeys(database, config.privacy, folder);
  const sealer = createEnvelopeSealer(keys, onError);
  const redaction = createRedaction(database);
  return { ...basics, telemetry, storage, database, folder, jobs, redis, keys, sealer, redaction };
}
