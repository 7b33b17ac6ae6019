import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sealer } from '../privacy/sealer.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSealer } from '../testing/test-sealer.ts';
import { type BlobStore, BlobStoreError, type BlobStoreErrorCode } from './blob-store.ts';
import { createDiskBlobStore } from './disk-blob-store.ts';
import { createRecordings, recordingsDefaults } from './recordings.ts';
import { createRecordingsRepository } from './recordings-repository.ts';

describe.each(databaseKinds)('of several recordings in a %s database', (kind) => {
  let stored: TestDatabase;
  let sealer: Sealer;
  let folder: string;
  beforeAll(async () => {
    stored = await openTestDatabase(kind);
    sealer = await createTestSealer();
    folder = await mkdtemp(join(tmpdir(), 'parley-recordings-'));
  }, 60_000);
  afterAll(async () => {
    await stored?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Three whose server died, the first of which the store refuses, or all of which while it is away. */
  const threeOf = async (code: BlobStoreErrorCode) => {
    await stored.pool.query('delete from recordings');
    const repository = createRecordingsRepository(stored.database);
    const ids = Array.from({ length: 3 }, () => randomUUID()).toSorted();
    for (const recordingId of ids) {
      const conversationId = randomUUID();
      await stored.pool.query(
        `insert into sessions (session_id, organization_id, agent_id, channel_type, time_zone, language, token_hash)
         values ($1, $2, 'receptionist', 'voice', 'UTC', 'en-US', 'x')`,
        [conversationId, defaultOrganizationId],
      );
      await repository.insert({
        recordingId,
        organizationId: defaultOrganizationId,
        conversationId,
        url: `disk:${defaultOrganizationId}/${recordingId}/`,
        sealedKey: 'sealed',
        startedAt: new Date(),
        sampleRateHz: 24_000,
      });
    }
    await stored.pool.query(`update recordings set written_at = now() - interval '1 hour'`);
    const errors: unknown[] = [];
    const disk = createDiskBlobStore(folder);
    const store: BlobStore = {
      ...disk,
      list: (prefix, signal) =>
        code === 'blob_unavailable' || prefix.includes(ids[0] ?? '')
          ? Promise.reject(new BlobStoreError(code, 'no'))
          : disk.list(prefix, signal),
    };
    const recordings = createRecordings(
      {
        repository,
        store,
        sealer,
        clock: createSystemClock((error) => errors.push(error)),
        retentionDays: 30,
        onError: (error) => errors.push(error),
      },
      { ...recordingsDefaults, batch: 2 },
    );
    return { recordings, errors };
  };
  const soon = () => AbortSignal.timeout(10_000);
  const inState = async (status: string) =>
    (await stored.pool.query('select 1 from recordings where status = $1', [status])).rows.length;

  it('one that cannot be finished or removed holds up no other', async () => {
    const { recordings, errors } = await threeOf('blob_refused');
    // Two at a time, by chance the refused one among them.
    const finished = (await recordings.finishInterrupted(soon())) + (await recordings.finishInterrupted(soon()));
    expect(finished).toBe(2);
    expect(await inState('interrupted')).toBe(2);
    await stored.pool.query(`update recordings set expires_at = now() - interval '1 hour'`);
    expect(await recordings.clean(soon())).toBe(2);
    expect(await inState('deleted')).toBe(3);
    expect(errors.every((error) => error instanceof BlobStoreError)).toBe(true);
    await recordings.close();
  });

  it('none is tried one by one while the store is away', async () => {
    const { recordings, errors } = await threeOf('blob_unavailable');
    await expect(recordings.finishInterrupted(soon())).rejects.toMatchObject({ code: 'blob_unavailable' });
    expect(errors).toEqual([]);
    await recordings.close();
  });
});
