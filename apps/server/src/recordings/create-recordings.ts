import { join } from 'node:path';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { HandledRoute } from '../api/handle.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Redis } from '../redis/redis.ts';
import type { Database } from '../storage/database.ts';
import { createAzureBlobStore } from './azure-blob-store.ts';
import type { BlobStore } from './blob-store.ts';
import { createDiskBlobStore } from './disk-blob-store.ts';
import { createRecordings, type Recordings, recordingsDefaults } from './recordings.ts';
import { createRecordingsRepository } from './recordings-repository.ts';
import { recordingRoutes } from './recordings-routes.ts';
import type { RecordingStoreSettings, RecordingsSettings } from './recordings-settings.ts';
import { createS3BlobStore } from './s3-blob-store.ts';

export interface RecordingsRoom {
  /** Undefined when nothing is to be recorded, ever. */
  readonly planRecording: Recordings['plan'] | undefined;
  readonly routes: readonly HandledRoute[];
  /** Ends what is being recorded. */
  close(): Promise<void>;
}

export interface RecordingsRoomParts {
  readonly settings: RecordingsSettings;
  /** Absolute. */
  readonly dataDir: string;
  readonly database: Database;
  /** Nobody else uses the database: whatever it says is being recorded was interrupted. */
  readonly isAlone: boolean;
  readonly sealer: Sealer;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly redis: Redis | undefined;
  readonly onError: (error: unknown, what: string) => void;
  /** Goes between a store and all who use it. */
  readonly guardStore?: (store: BlobStore) => BlobStore;
  /** Told of each recording that ended here, for metrics. */
  readonly onFinished?: (outcome: 'stored' | 'failed') => void;
}

/** Soon after it expired; a look costs one query. */
const cleanEveryMs = 10 * 60_000;
/** Soon after a replica died, so that its calls show up as they are. */
const finishEveryMs = 60_000;
/** At the start of a server that is alone: it must not wait for a store that hangs. */
const startTimeoutMs = 20_000;

/** All that has to do with the sound of calls. Its jobs run until `jobs` is closed. */
export async function createRecordingsRoom(parts: RecordingsRoomParts): Promise<RecordingsRoom> {
  const { settings, database, sealer, jobs, clock, redis, onError, isAlone } = parts;
  const repository = createRecordingsRepository(database);
  // With `off` those of before can still be heard and deleted where they were by default: on the disk.
  const bareStore = createBlobStore(settings.store, parts.dataDir);
  const store = parts.guardStore?.(bareStore) ?? bareStore;
  const recordings = createRecordings(
    {
      repository,
      store,
      sealer,
      clock,
      redis,
      retentionDays: settings.retentionDays,
      onError,
      onFinished: parts.onFinished,
    },
    { ...recordingsDefaults, deadAfterMs: isAlone ? 0 : recordingsDefaults.deadAfterMs },
  );
  if (isAlone) {
    await recordings
      .finishInterrupted(AbortSignal.timeout(startTimeoutMs))
      .catch((error: unknown) => onError(error, 'finishing interrupted recordings'));
  }
  jobs.every('finish_interrupted_recordings', finishEveryMs, async (signal) => {
    await recordings.finishInterrupted(signal);
  });
  jobs.every('clean_recordings', cleanEveryMs, async (signal) => {
    await recordings.clean(signal);
  });
  return {
    planRecording: settings.store.kind === 'off' ? undefined : recordings.plan,
    routes: recordingRoutes({ recordings, repository, onError }),
    close: () => recordings.close(),
  };
}

export function createBlobStore(settings: RecordingStoreSettings, dataDir: string): BlobStore {
  switch (settings.kind) {
    case 'off':
      return createDiskBlobStore(join(dataDir, 'recordings'));
    case 'disk':
      return createDiskBlobStore(settings.folder ?? join(dataDir, 'recordings'));
    case 's3':
      return createS3BlobStore(settings);
    case 'azure':
      return createAzureBlobStore(settings);
  }
}
