import { WireError } from '@parley/contract/errors.ts';
import type { OrganizationSettings } from '@parley/contract/organization-settings.ts';
import type { BeginRecording, CallRecording } from '@parley/engine/ports/call-recorder.ts';
import type { Redis } from '../redis/redis.ts';
import { BlobStoreError } from './blob-store.ts';
import { consentLineIn } from './consent.ts';
import { durationMsOf } from './live-recording.ts';
import {
  expiryOf,
  type MadeRecording,
  type MakingOptions,
  type MakingParts,
  makeRecording,
  makingDefaults,
  prefixOf,
  purposeOf,
  type RecordableConversation,
  removeBlobs,
} from './make-recording.ts';
import { createPauseRelay, type PauseRequest, type PauseState } from './pause-relay.ts';
import { openRecordingSound, type RecordingSound } from './recording-sound.ts';
import type { AuditedContext, StoredRecording } from './recordings-repository.ts';

export interface RecordingsOptions extends MakingOptions {
  /** One that has been silent for so long is dead. 0 where no other process can be writing. */
  readonly deadAfterMs: number;
  /** The longest that the end of the server waits for what is still to be written. */
  readonly closeTimeoutMs: number;
  /** Rows that a job takes at a time. */
  readonly batch: number;
}

export const recordingsDefaults: RecordingsOptions = {
  ...makingDefaults,
  // Several heartbeats, so that a database away for half a minute ends no recording.
  deadAfterMs: 60_000,
  // The disk needs milliseconds; a slow store gets as long as other parts of the shutdown.
  closeTimeoutMs: 5000,
  batch: 100,
};

export interface RecordingsParts extends MakingParts {
  /** By it replicas are asked to pause what they record; undefined for a server that is alone. */
  readonly redis?: Redis | undefined;
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

export function createRecordings(parts: RecordingsParts, options: RecordingsOptions = recordingsDefaults): Recordings {
  const { repository, store, sealer, redis, onError } = parts;
  /** By conversation: what is being made of it now. */
  const live = new Map<string, MadeRecording>();
  /** These, and those whose last seconds are still being written. */
  const unfinished = new Set<MadeRecording>();

  const begin = (conversation: RecordableConversation, settings: OrganizationSettings): CallRecording => {
    const made = makeRecording(parts, conversation, settings, options, () => {
      if (live.get(conversation.id) === made) live.delete(conversation.id);
      unfinished.delete(made);
    });
    live.set(conversation.id, made);
    unfinished.add(made);
    return made.sound;
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

  const finish = async (recording: StoredRecording, signal: AbortSignal): Promise<void> => {
    const { recordingId, organizationId, url, startedAt } = recording;
    const { samples, bytes } = await openRecordingSound(store, prefixOf(url), recordingId, signal);
    const durationMs = durationMsOf(samples);
    const endedAt = new Date(startedAt.getTime() + durationMs);
    const settings = await repository.settingsOf(organizationId);
    const expiresAt = expiryOf(endedAt, settings, parts.retentionDays);
    const end = { status: 'interrupted', durationMs, bytes, pauses: undefined, endedAt, expiresAt } as const;
    await repository.end(organizationId, recordingId, end);
  };
  /**
   * False when it failed for a reason of this one recording, which is told: the others go on.
   * @throws what means that all would fail: the store or the database is away, or time is up
   */
  const holdsUpNoOther = async (signal: AbortSignal, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      const isAway = error instanceof BlobStoreError ? error.code === 'blob_unavailable' : error instanceof WireError;
      if (signal.aborted || isAway) throw error;
      onError(error, 'a recording that was interrupted or deleted');
      return false;
    }
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
        await removeBlobs(store, recording.url, AbortSignal.timeout(options.removeTimeoutMs));
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
      for (const recording of found) {
        if (own.has(recording.recordingId)) continue;
        if (await holdsUpNoOther(signal, () => finish(recording, signal))) finished += 1;
      }
      return finished;
    },
    async clean(signal) {
      while ((await repository.shredExpired(options.batch)) === options.batch) signal.throwIfAborted();
      let removed = 0;
      let after: string | undefined;
      for (;;) {
        const found = await repository.toRemove(options.batch, after);
        for (const { recordingId, url } of found) {
          const remove = async () => {
            await removeBlobs(store, url, signal);
            await repository.removed([recordingId]);
          };
          if (await holdsUpNoOther(signal, remove)) removed += 1;
        }
        after = found.at(-1)?.recordingId;
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
