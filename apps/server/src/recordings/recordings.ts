import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { WireError } from '@parley/contract/errors.ts';
import type { OrganizationSettings } from '@parley/contract/organization-settings.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { BeginRecording } from '@parley/engine/ports/call-recorder.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Redis } from '../redis/redis.ts';
import type { BlobStore } from './blob-store.ts';
import { consentLineIn } from './consent.ts';
import { createLiveRecording, durationMsOf, type LiveRecording } from './live-recording.ts';
import { createPauseRelay, type PauseRequest, type PauseState } from './pause-relay.ts';
import { openRecordingSound, type RecordingSound } from './recording-sound.ts';
import type { AuditedContext, RecordingsRepository, StoredRecording } from './recordings-repository.ts';
import { newRecordingKey } from './sealed-part.ts';
import { createSegmentWriter, type SegmentWriter } from './segment-writer.ts';

export interface RecordingsOptions {
  /** How often a writer says that it is alive. */
  readonly heartbeatMs: number;
  /** One that has been silent for so long is dead. 0 where no other process can be writing. */
  readonly deadAfterMs: number;
  /** The longest that the end of the server waits for what is still to be written. */
  readonly closeTimeoutMs: number;
  /** Rows that a job takes at a time. */
  readonly batch: number;
  readonly removeTimeoutMs: number;
  /** How long a database that is away is waited for at the beginning; sound waits in memory meanwhile. */
  readonly beginTimeoutMs: number;
}

export const recordingsDefaults: RecordingsOptions = {
  // A small update; a deletion elsewhere is noticed within it.
  heartbeatMs: 10_000,
  // Several heartbeats, so that a database away for half a minute ends no recording.
  deadAfterMs: 60_000,
  // The disk needs milliseconds; a slow store gets as long as other parts of the shutdown.
  closeTimeoutMs: 5000,
  batch: 100,
  removeTimeoutMs: 30_000,
  // A restart of the database. The first half minute of sound is kept until then, of the rest its length.
  beginTimeoutMs: 60_000,
};

export interface RecordingsParts {
  readonly repository: RecordingsRepository;
  readonly store: BlobStore;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** By it replicas are asked to pause what they record; undefined for a server that is alone. */
  readonly redis?: Redis | undefined;
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

/** How a conversation is to be recorded. */
export interface RecordingPlan {
  /** To be said before anything else. */
  readonly consentLine: string;
  readonly begin: BeginRecording;
}

/** The sound of calls: made, kept, heard and deleted. */
export interface Recordings {
  /** Asked before the conversation goes live. Undefined: it is not recorded. */
  plan(conversation: RecordableConversation): Promise<RecordingPlan | undefined>;
  /** Undefined: the conversation is not being recorded, here or by a replica that can be asked. */
  setPaused(
    context: AuditedContext,
    conversationId: string,
    paused: boolean,
  ): Promise<{ readonly recordingId: string; readonly isPaused: boolean } | undefined>;
  /** What there is to hear, and what opens it; written in the audit log. @throws WireError `recording_not_found` */
  listen(
    context: AuditedContext,
    recordingId: string,
    channel: string,
    signal: AbortSignal,
  ): Promise<{ readonly sound: RecordingSound; readonly key: Buffer }>;
  /** @throws WireError `recording_not_found` */
  delete(context: AuditedContext, recordingId: string): Promise<void>;
  /** Finish what a process that died was recording. */
  finishInterrupted(signal: AbortSignal): Promise<number>;
  /** Delete what has expired, and remove the blobs of all that was deleted. Resolves to how many were removed. */
  clean(signal: AbortSignal): Promise<number>;
  /** End what is still being recorded. */
  close(): Promise<void>;
}

interface Live {
  readonly recording: StoredRecording;
  readonly sound: LiveRecording;
  readonly writer: SegmentWriter;
  readonly ended: Promise<void>;
}

export function createRecordings(
  { repository, store, sealer, clock, redis, retentionDays, onError, onFinished }: RecordingsParts,
  options: RecordingsOptions = recordingsDefaults,
): Recordings {
  /** By conversation: what is being made of it now. */
  const live = new Map<string, Live>();
  /** These, and those whose last seconds are still being written. */
  const unfinished = new Set<Live>();

  const begin = (conversation: RecordableConversation, settings: OrganizationSettings): LiveRecording => {
    const recordingId = randomUUID();
    const key = newRecordingKey();
    const { id: conversationId, organizationId } = conversation;
    const prefix = `${organizationId}/${recordingId}/`;
    const startedAt = new Date(clock.epochMs());
    let recording: StoredRecording = {
      recordingId,
      organizationId,
      conversationId,
      url: `${store.kind}:${prefix}`,
      sealedKey: '',
      startedAt,
    };
    /** The key is in the database before any sound is in the store: nothing lies there that nobody can ever hear. */
    const insert = async () => {
      try {
        recording = { ...recording, sealedKey: await sealer.seal(key.toString('base64'), purposeOf(recordingId)) };
        await patiently(
          () => repository.insert({ ...recording, sampleRateHz: SAMPLE_RATE_HZ }),
          options.beginTimeoutMs,
        );
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
      await removeBlobs(recording, AbortSignal.timeout(options.removeTimeoutMs));
    };
    const finish = async () => {
      clearInterval(heartbeat);
      try {
        const written = await writer.end();
        if (!(await ready)) return;
        const endedAt = new Date(clock.epochMs());
        await repository.end(organizationId, recordingId, {
          status: written.isCutOff ? 'interrupted' : 'complete',
          durationMs: durationMsOf(written.samples),
          bytes: written.bytes,
          pauses: sound.pauses,
          endedAt,
          expiresAt: expiryOf(endedAt, settings),
        });
        onFinished?.('stored');
        if (written.lostSegments > 0) {
          onError(
            new Error(`${written.lostSegments} s of ${recordingId} are silent: its store was too slow.`),
            'recording',
          );
        }
      } catch (error) {
        // Found by `finishInterrupted` later on.
        onFinished?.('failed');
        onError(error, 'ending a recording');
      } finally {
        if (live.get(conversationId) === made) live.delete(conversationId);
        unfinished.delete(made);
        ended.resolve();
      }
    };
    const sound = createLiveRecording(writer, clock, () => void finish());
    const made: Live = { recording, sound, writer, ended: ended.promise };
    live.set(conversationId, made);
    unfinished.add(made);
    return sound;
  };

  const expiryOf = (endedAt: Date, { retention_days: days }: OrganizationSettings): Date | null => {
    const kept = days?.recordings === undefined ? retentionDays : days.recordings;
    return kept === null ? null : new Date(endedAt.getTime() + kept * dayMs);
  };

  const setPausedHere = ({ organizationId, conversationId, paused }: PauseRequest): PauseState | undefined => {
    const found = live.get(conversationId);
    if (found === undefined || found.recording.organizationId !== organizationId) return undefined;
    if (paused) found.sound.pause('request');
    else found.sound.resume('request');
    return { recordingId: found.recording.recordingId, isPaused: found.sound.isPaused };
  };
  const relay =
    redis === undefined
      ? undefined
      : createPauseRelay(redis, setPausedHere, (error) => onError(error, 'asking replicas to pause a recording'));

  /** @throws BlobStoreError */
  const removeBlobs = async ({ url }: Pick<StoredRecording, 'url'>, signal: AbortSignal) => {
    const prefix = prefixOf(url);
    const names = (await store.list(prefix, signal)).map(({ name }) => name);
    if (names.length > 0) await store.remove(names, signal);
  };

  return {
    async plan(conversation) {
      // The line is part of the greeting: who was greeted in text, or before it was switched on, has not heard it.
      if (conversation.openedBy !== 'voice') return undefined;
      const { organizationId, id, language, isResumed, agentRecords = false } = conversation;
      const settings = await repository.settingsOf(organizationId);
      const { mode = 'agent', consent_line: consentLine } = settings.recording ?? {};
      if (mode === 'off' || (mode === 'agent' && !agentRecords)) return undefined;
      if (isResumed && !(await repository.hasAny(organizationId, id))) return undefined;
      return {
        consentLine: consentLine ?? consentLineIn(language),
        begin: () => begin(conversation, settings),
      };
    },
    async setPaused(context, conversationId, paused) {
      const request = { organizationId: context.organizationId, conversationId, paused };
      const state = setPausedHere(request) ?? (await (await relay)?.ask(request));
      if (state === undefined) return undefined;
      await repository.audit(context, {
        action: 'recordings:write',
        resourceType: 'recording',
        resourceId: state.recordingId,
        after: { paused },
      });
      return state;
    },
    async listen(context, recordingId, channel, signal) {
      const { url, sealedKey } = await repository.listen(context, recordingId, channel);
      const key = Buffer.from(await sealer.open(sealedKey, purposeOf(recordingId)), 'base64');
      return { key, sound: await openRecordingSound(store, prefixOf(url), recordingId, signal) };
    },
    async delete(context, recordingId) {
      const recording = await repository.shred(context, recordingId);
      const found = live.get(recording.conversationId);
      if (found?.recording.recordingId === recordingId) {
        found.writer.abort();
        await found.writer.end();
      }
      try {
        await removeBlobs(recording, AbortSignal.timeout(options.removeTimeoutMs));
        await repository.removed([recordingId]);
      } catch (error) {
        // Nobody can hear it any more; the job removes what is left.
        onError(error, 'removing a recording');
      }
    },
    async finishInterrupted(signal) {
      const silentSince = new Date(Date.now() - options.deadAfterMs);
      const own = new Set([...unfinished].map(({ recording }) => recording.recordingId));
      const found = await repository.interrupted(silentSince, options.batch);
      let finished = 0;
      for (const { recordingId, organizationId, url, startedAt } of found) {
        if (own.has(recordingId)) continue;
        const { samples, bytes } = await openRecordingSound(store, prefixOf(url), recordingId, signal);
        const durationMs = durationMsOf(samples);
        const endedAt = new Date(startedAt.getTime() + durationMs);
        const settings = await repository.settingsOf(organizationId);
        const expiresAt = expiryOf(endedAt, settings);
        const end = { status: 'interrupted', durationMs, bytes, pauses: undefined, endedAt, expiresAt } as const;
        await repository.end(organizationId, recordingId, end);
        finished += 1;
      }
      return finished;
    },
    async clean(signal) {
      while ((await repository.shredExpired(options.batch)) === options.batch) signal.throwIfAborted();
      let removed = 0;
      for (;;) {
        const found = await repository.toRemove(options.batch);
        for (const recording of found) {
          await removeBlobs(recording, signal);
          await repository.removed([recording.recordingId]);
          removed += 1;
        }
        if (found.length < options.batch) return removed;
      }
    },
    async close() {
      await (await relay)?.close();
      const ending = [...unfinished].map(async ({ sound, ended }) => {
        sound.end();
        await ended;
      });
      const tooLong = Promise.withResolvers<void>();
      const timer = setTimeout(tooLong.resolve, options.closeTimeoutMs);
      await Promise.race([Promise.all(ending), tooLong.promise]);
      clearTimeout(timer);
      for (const { writer } of unfinished) writer.abort();
    },
  };
}

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

const dayMs = 24 * 60 * 60_000;

function purposeOf(recordingId: string): string {
  return `recording:${recordingId}`;
}

/** A prefix of another kind of store is looked for in this one: moved recordings keep their names. */
function prefixOf(url: string): string {
  return url.slice(url.indexOf(':') + 1);
}
