import { WireError } from '@parley/contract/errors.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import { type OrganizationSettings, organizationSettingsSchema } from '@parley/contract/organization-settings.ts';
import type { RecordingView } from '@parley/contract/recordings.ts';
import { and, desc, eq, gt, inArray, lt, ne, sql } from 'drizzle-orm';
import { readCursor, writeCursor } from '../api/cursor.ts';
import type { RequestContext } from '../api/request-context.ts';
import { type AuditEntry, recordAudit } from '../privacy/audit.ts';
import type { Database } from '../storage/database.ts';
import { organizations } from '../storage/schema/organizations.ts';
import { recordings } from '../storage/schema/recordings.ts';

/** A recording as the server itself sees it. */
export interface StoredRecording {
  readonly recordingId: string;
  readonly organizationId: string;
  readonly conversationId: string;
  /** `disk:` and the prefix of its blobs; empty once they are removed. */
  readonly url: string;
  /** Empty once it is deleted. */
  readonly sealedKey: string;
  readonly startedAt: Date;
}

export interface Pause {
  readonly fromMs: number;
  readonly toMs: number | null;
}

export interface RecordingEnd {
  readonly status: 'complete' | 'interrupted';
  readonly durationMs: number;
  readonly bytes: number;
  /** Undefined leaves those that its writer told of. */
  readonly pauses: readonly Pause[] | undefined;
  readonly endedAt: Date;
  readonly expiresAt: Date | null;
}

/** Who looks at or changes one; undefined for the server itself. */
export type AuditedContext = Pick<RequestContext, 'actor' | 'organizationId' | 'clientAddress' | 'traceId'>;

/** Recordings as they are in the database. Methods throw WireError `storage_unavailable`. */
export interface RecordingsRepository {
  settingsOf(organizationId: string): Promise<OrganizationSettings>;
  /** Was the conversation recorded before, so that its caller knows? */
  hasAny(organizationId: string, conversationId: string): Promise<boolean>;
  insert(recording: StoredRecording & { readonly sampleRateHz: number }): Promise<void>;
  /** Its writer lives. False: it was deleted or taken for interrupted, and must not be written any further. */
  touch(recording: StoredRecording, pauses: readonly Pause[]): Promise<boolean>;
  /** Only what is still being recorded ends. */
  end(organizationId: string, recordingId: string, end: RecordingEnd): Promise<void>;
  /** @throws WireError `recording_not_found` */
  view(organizationId: string, recordingId: string): Promise<RecordingView>;
  list(
    organizationId: string,
    page: { readonly cursor: string | undefined; readonly limit: number; readonly conversationId: string | undefined },
  ): Promise<{ readonly recordings: RecordingView[]; readonly next_cursor: string | null }>;
  /** Where it lies and what opens it; whoever asks is written down. @throws WireError `recording_not_found` */
  listen(context: AuditedContext, recordingId: string, channel: string): Promise<StoredRecording>;
  audit(context: AuditedContext, entry: AuditEntry): Promise<void>;
  /** Forget its key. @throws WireError `recording_not_found` */
  shred(context: AuditedContext, recordingId: string): Promise<StoredRecording>;
  /** Forget the keys of those whose time has come; at most so many. */
  shredExpired(limit: number): Promise<number>;
  /** Those without a key whose blobs are still to be removed, by id, after the given one. */
  toRemove(limit: number, after?: string): Promise<readonly StoredRecording[]>;
  removed(recordingIds: readonly string[]): Promise<void>;
  /** Those whose writer has not been heard of since then. */
  interrupted(silentSince: Date, limit: number): Promise<readonly StoredRecording[]>;
}

export function createRecordingsRepository(database: Database): RecordingsRepository {
  const stored = {
    recordingId: recordings.recordingId,
    organizationId: recordings.organizationId,
    conversationId: recordings.sessionId,
    url: recordings.url,
    sealedKey: recordings.sealedKey,
    startedAt: recordings.startedAt,
  };
  const shredded = { status: 'deleted', sealedKey: '' } as const;
  const existing = (recordingId: string) =>
    and(eq(recordings.recordingId, recordingId), ne(recordings.status, 'deleted'));

  return {
    settingsOf: (organizationId) =>
      database.inOrganization(organizationId, async (orm) => {
        const [row] = await orm
          .select({ settings: organizations.settings })
          .from(organizations)
          .where(eq(organizations.organizationId, organizationId));
        // Written by another version, perhaps: what cannot be read is as if it were left out.
        return organizationSettingsSchema.catch({}).parse(row?.settings ?? {});
      }),
    hasAny: (organizationId, conversationId) =>
      database.inOrganization(organizationId, async (orm) => {
        const rows = await orm
          .select({ id: recordings.recordingId })
          .from(recordings)
          .where(eq(recordings.sessionId, conversationId))
          .limit(1);
        return rows.length > 0;
      }),
    insert: ({ organizationId, conversationId, ...recording }) =>
      database.inOrganization(organizationId, async (orm) => {
        await orm
          .insert(recordings)
          .values({ ...recording, organizationId, sessionId: conversationId, status: 'recording' });
      }),
    touch: ({ organizationId, recordingId }, pauses) =>
      database.inOrganization(organizationId, async (orm) => {
        const rows = await orm
          .update(recordings)
          .set({ writtenAt: new Date(), pauses: [...pauses] })
          .where(and(eq(recordings.recordingId, recordingId), eq(recordings.status, 'recording')))
          .returning({ id: recordings.recordingId });
        return rows.length > 0;
      }),
    end: (organizationId, recordingId, { pauses, ...end }) =>
      database.inOrganization(organizationId, async (orm) => {
        await orm
          .update(recordings)
          .set({ ...end, ...(pauses !== undefined && { pauses: [...pauses] }), writtenAt: new Date() })
          .where(and(eq(recordings.recordingId, recordingId), eq(recordings.status, 'recording')));
      }),
    view: (organizationId, recordingId) =>
      database.inOrganization(organizationId, async (orm) => {
        const [row] = await orm.select().from(recordings).where(existing(recordingId));
        if (row === undefined) throw new WireError('recording_not_found');
        return toRecordingView(row);
      }),
    list: (organizationId, { cursor, limit, conversationId }) =>
      database.inOrganization(organizationId, async (orm) => {
        const after = cursor === undefined ? undefined : readCursor(cursor);
        const rows = await orm
          .select()
          .from(recordings)
          .where(
            and(
              eq(recordings.organizationId, organizationId),
              ne(recordings.status, 'deleted'),
              conversationId === undefined ? undefined : eq(recordings.sessionId, conversationId),
              after === undefined
                ? undefined
                : sql`(${recordings.createdAt}, ${recordings.recordingId}) < (${after.at}::timestamptz, ${after.id}::uuid)`,
            ),
          )
          .orderBy(desc(recordings.createdAt), desc(recordings.recordingId))
          .limit(limit + 1);
        const page = rows.slice(0, limit);
        const last = page.at(-1);
        return {
          recordings: page.map(toRecordingView),
          next_cursor: rows.length > limit && last !== undefined ? writeCursor(last.createdAt, last.recordingId) : null,
        };
      }),
    listen: (context, recordingId, channel) =>
      database.inOrganization(context.organizationId, async (orm) => {
        const [row] = await orm.select(stored).from(recordings).where(existing(recordingId));
        if (row === undefined) throw new WireError('recording_not_found');
        await recordAudit(orm, context, {
          action: 'recordings:read',
          resourceType: 'recording',
          resourceId: recordingId,
          after: { channel },
        });
        return row;
      }),
    audit: (context, entry) =>
      database.inOrganization(context.organizationId, (orm) => recordAudit(orm, context, entry)),
    shred: (context, recordingId) =>
      database.inOrganization(context.organizationId, async (orm) => {
        const [row] = await orm.select().from(recordings).where(existing(recordingId)).for('update');
        if (row === undefined) throw new WireError('recording_not_found');
        await orm.update(recordings).set(shredded).where(eq(recordings.recordingId, recordingId));
        await recordAudit(orm, context, {
          action: 'recordings:write',
          resourceType: 'recording',
          resourceId: recordingId,
          before: { status: row.status, conversation_id: row.sessionId, duration_ms: row.durationMs },
          after: { status: 'deleted' },
        });
        return { ...row, conversationId: row.sessionId };
      }),
    shredExpired: (limit) =>
      database.acrossOrganizations(async (orm) => {
        const due = orm
          .select({ id: recordings.recordingId })
          .from(recordings)
          .where(and(lt(recordings.expiresAt, new Date()), ne(recordings.status, 'deleted')))
          .limit(limit);
        const rows = await orm
          .update(recordings)
          .set(shredded)
          .where(inArray(recordings.recordingId, due))
          .returning({ id: recordings.recordingId });
        return rows.length;
      }),
    toRemove: (limit, after) =>
      database.acrossOrganizations(async (orm) =>
        orm
          .select(stored)
          .from(recordings)
          .where(
            and(
              eq(recordings.status, 'deleted'),
              ne(recordings.url, ''),
              after === undefined ? undefined : gt(recordings.recordingId, after),
            ),
          )
          .orderBy(recordings.recordingId)
          .limit(limit),
      ),
    removed: (recordingIds) =>
      database.acrossOrganizations(async (orm) => {
        if (recordingIds.length === 0) return;
        await orm
          .update(recordings)
          .set({ url: '' })
          .where(inArray(recordings.recordingId, [...recordingIds]));
      }),
    interrupted: (silentSince, limit) =>
      database.acrossOrganizations(async (orm) =>
        orm
          .select(stored)
          .from(recordings)
          .where(and(eq(recordings.status, 'recording'), lt(recordings.writtenAt, silentSince)))
          .limit(limit),
      ),
  };
}

export function toRecordingView(row: typeof recordings.$inferSelect): RecordingView {
  return {
    recording_id: row.recordingId,
    conversation_id: conversationIdSchema.parse(row.sessionId),
    status: row.status,
    started_at: row.startedAt.toISOString(),
    ended_at: row.endedAt?.toISOString() ?? null,
    duration_ms: row.durationMs,
    bytes: row.bytes,
    channels: row.channels,
    sample_rate_hz: row.sampleRateHz,
    pauses: row.pauses.map(({ fromMs, toMs }) => ({ from_ms: fromMs, to_ms: toMs })),
    expires_at: row.expiresAt?.toISOString() ?? null,
    audio_url: `/v1/recordings/${row.recordingId}/audio`,
  };
}
