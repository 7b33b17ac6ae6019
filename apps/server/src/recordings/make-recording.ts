import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { WireError } from '@parley/contract/errors.ts';
import type { OrganizationSettings } from '@parley/contract/organization-settings.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { BlobStore } from './blob-store.ts';
import { createLiveRecording, durationMsOf, type LiveRecording } from './live-recording.ts';
import type { RecordingsRepository, StoredRecording } from './recordings-repository.ts';
import { newRecordingKey } from './sealed-part.ts';
import { createSegmentWriter, type SegmentWriter } from './segment-writer.ts';

export interface MakingOptions {
  /** How often a writer says that it is alive. */
  readonly heartbeatMs: number;
  readonly removeTimeoutMs: number;
  /** How long a database that is away is waited for at the beginning; sound waits in memory meanwhile. */
  readonly beginTimeoutMs: number;
}

export const makingDefaults: MakingOptions = {
  // A small update; a deletion elsewhere is noticed within it.
  heartbeatMs: 10_000,
  removeTimeoutMs: 30_000,
  // A restart of the database. The first half minute of sound is kept until then, of the rest its length.
  beginTimeoutMs: 60_000,
};

export interface MakingParts {
  readonly repository: RecordingsRepository;
  readonly store: BlobStore;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Null: for ever. Organizations may say otherwise. */
  readonly retentionDays: number | null;
  readonly onError: (error: unknown, what: string) => void;
  readonly onFinished?: ((outcome: 'stored' | 'failed') => void) | undefined;
}

/** A conversation that may be recorded. */
export interface RecordableConversation {
  readonly id: string;
  readonly organizationId: string;
  readonly openedBy: 'voice' | 'chat';
  /** BCP 47 of the agent. */
  readonly language: string;
  /** It goes on after turns that are over. */
  readonly isResumed: boolean;
  /** What the agent says for itself; undefined when it says nothing. */
  readonly agentRecords: boolean | undefined;
}

/** A recording that is being made. */
export interface MadeRecording {
  readonly recording: StoredRecording;
  readonly sound: LiveRecording;
  readonly writer: SegmentWriter;
  /** All is written, or given up. */
  readonly ended: Promise<void>;
}

/**
 * Begin a recording of the conversation: its row with its key in the database, its sound in the store, its end in the row.
 * @param onEnded called once, when all is written or given up
 */
export function makeRecording(
  { repository, store, sealer, clock, retentionDays, onError, onFinished }: MakingParts,
  { id: conversationId, organizationId }: RecordableConversation,
  settings: OrganizationSettings,
  options: MakingOptions,
  onEnded: () => void,
): MadeRecording {
  const recordingId = randomUUID();
  const key = newRecordingKey();
  const prefix = `${organizationId}/${recordingId}/`;
  const recording: StoredRecording = {
    recordingId,
    organizationId,
    conversationId,
    url: `${store.kind}:${prefix}`,
    sealedKey: '',
    startedAt: new Date(clock.epochMs()),
  };
  /** The key is in the database before any sound is in the store: nothing lies there that nobody can ever hear. */
  const insert = async () => {
    try {
      const sealedKey = await sealer.seal(key.toString('base64'), purposeOf(recordingId));
      const row = { ...recording, sealedKey, sampleRateHz: SAMPLE_RATE_HZ };
      await patiently(() => repository.insert(row), options.beginTimeoutMs);
      return true;
    } catch (error) {
      onError(error, 'beginning a recording');
      return false;
    }
  };
  const ready = insert();
  const ended = Promise.withResolvers<void>();
  const writer = createSegmentWriter({
    store,
    prefix,
    recordingId,
    key,
    ready,
    onError: (error) => onError(error, 'writing a recording'),
  });
  const heartbeat = setInterval(() => void beat(), options.heartbeatMs);
  heartbeat.unref();
  const beat = async () => {
    try {
      if ((await ready) && !(await repository.touch(recording, sound.pauses))) await giveUp();
    } catch (error) {
      onError(error, 'keeping a recording alive');
    }
  };
  /** It was deleted meanwhile: what was written after that goes too. */
  const giveUp = async () => {
    clearInterval(heartbeat);
    writer.abort();
    await writer.end();
    await removeBlobs(store, recording.url, AbortSignal.timeout(options.removeTimeoutMs));
  };
  const finish = async () => {
    clearInterval(heartbeat);
    try {
      const { isCutOff, samples, bytes, lostSegments } = await writer.end();
      if (!(await ready)) return;
      const endedAt = new Date(clock.epochMs());
      await repository.end(organizationId, recordingId, {
        status: isCutOff ? 'interrupted' : 'complete',
        durationMs: durationMsOf(samples),
        bytes,
        pauses: sound.pauses,
        endedAt,
        expiresAt: expiryOf(endedAt, settings, retentionDays),
      });
      onFinished?.('stored');
      if (lostSegments > 0) {
        onError(new Error(`${lostSegments} s of ${recordingId} are silent: its store was too slow.`), 'recording');
      }
    } catch (error) {
      // Found by `finishInterrupted` later on.
      onFinished?.('failed');
      onError(error, 'ending a recording');
    } finally {
      onEnded();
      ended.resolve();
    }
  };
  const sound = createLiveRecording(writer, clock, () => void finish());
  return { recording, sound, writer, ended: ended.promise };
}

/** When one that ended then is deleted; null: not by itself. */
export function expiryOf(
  endedAt: Date,
  { retention_days: days }: OrganizationSettings,
  retentionDays: number | null,
): Date | null {
  const kept = days?.recordings === undefined ? retentionDays : days.recordings;
  return kept === null ? null : new Date(endedAt.getTime() + kept * dayMs);
}

/** All that is in the store of it. @throws BlobStoreError */
export async function removeBlobs(store: BlobStore, url: string, signal: AbortSignal): Promise<void> {
  const names = (await store.list(prefixOf(url), signal)).map(({ name }) => name);
  if (names.length > 0) await store.remove(names, signal);
}

/** What its key is sealed for. */
export function purposeOf(recordingId: string): string {
  return `recording:${recordingId}`;
}

/** A prefix of another kind of store is looked for in this one: moved recordings keep their names. */
export function prefixOf(url: string): string {
  return url.slice(url.indexOf(':') + 1);
}

const dayMs = 24 * 60 * 60_000;

/** Try again while the database is away. Throws what the last attempt threw. */
async function patiently(work: () => Promise<void>, timeoutMs: number): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (let delayMs = 100; ; delayMs = Math.min(delayMs * 2, 2000)) {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof WireError && error.code === 'storage_unavailable';
      if (!isAway || performance.now() + delayMs > deadlineMs) throw error;
      await wait(delayMs, undefined, { ref: false });
    }
  }
}
