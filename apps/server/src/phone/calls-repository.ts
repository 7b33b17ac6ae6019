import type { LegEnd, LegFigures, LegKind } from '@parley/channels/phone/phone-leg.ts';
import type { PageQuery } from '@parley/contract/api/paging.ts';
import { WireError } from '@parley/contract/errors.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import type { CallEndReason, CallStatus, CallView } from '@parley/contract/phone.ts';
import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { after, pageOf, readPosition } from '../identity/page-position.ts';
import { type AuditContext, recordAudit } from '../privacy/audit.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { organizations } from '../storage/schema/organizations.ts';
import { calls, type StoredQuality, type StoredTransfer } from '../storage/schema/phone.ts';
import { endSession } from '../storage/session-end.ts';

/** What is known of a call when it begins. */
export interface NewCallRow {
  readonly callId: string;
  readonly organizationId: string;
  readonly conversationId: string;
  readonly direction: 'inbound' | 'outbound';
  readonly channel: LegKind | undefined;
  readonly from: string;
  readonly to: string;
  readonly providerCallId: string | undefined;
  readonly status: 'queued' | 'ringing';
}

export interface OutboundLimits {
  readonly perHour: number;
  readonly atOnce: number;
}

/** What was found out since; left out: as before. */
export interface CallChange {
  readonly status?: CallStatus;
  readonly channel?: LegKind;
  readonly providerCallId?: string;
  readonly answeredAt?: Date;
  readonly answeredBy?: 'person' | 'machine' | 'unknown';
  readonly vendorRecordingUrl?: string;
  readonly vendorRecordingSeconds?: number;
}

export interface CallEnd {
  readonly status: CallStatus;
  readonly endedBy: LegEnd['by'] | undefined;
  readonly reason: CallEndReason;
  /** What the network said of it. */
  readonly detail: string | undefined;
  readonly figures: LegFigures | undefined;
}

export interface StoredCall {
  readonly callId: string;
  readonly conversationId: string;
  readonly organizationId: string;
  readonly isOver: boolean;
  readonly direction: 'inbound' | 'outbound';
  readonly channel: LegKind | undefined;
  readonly from: string;
  readonly to: string;
}

export interface CallFilter {
  readonly conversation_id?: string | undefined;
  readonly direction?: 'inbound' | 'outbound' | undefined;
  readonly status?: CallStatus | undefined;
}

/** Calls as they are stored, one for each conversation by telephone. Methods throw WireError `storage_unavailable`. */
export interface CallsRepository {
  create(call: NewCallRow): Promise<void>;
  /**
   * One that the organization asks for, if it may make one more.
   * @throws WireError `too_many_calls`
   */
  createOutbound(author: AuditContext, call: NewCallRow, limits: OutboundLimits): Promise<void>;
  change(organizationId: string, conversationId: string, change: CallChange): Promise<void>;
  /** It is answered, or came back after it was given away: then it is not over. */
  connected(
    organizationId: string,
    conversationId: string,
    leg: { readonly channel: LegKind; readonly providerCallId: string },
  ): Promise<void>;
  /** The end that comes first stands; how the line was is added to it. False: it was over already, or there is none. */
  end(organizationId: string, conversationId: string, end: CallEnd): Promise<boolean>;
  addTransfer(organizationId: string, conversationId: string, transfer: StoredTransfer): Promise<void>;
  list(
    organizationId: string,
    page: PageQuery & CallFilter,
  ): Promise<{ rows: readonly CallView[]; nextCursor: string | null }>;
  /** @throws WireError `not_found` */
  get(organizationId: string, callId: string): Promise<CallView>;
  ofConversation(conversationId: string): Promise<StoredCall | undefined>;
  /** Its conversation was never talked with: it ends with the call. */
  endConversation(organizationId: string, conversationId: string, reason: string): Promise<void>;
  /** By the id that the far side gave it; of several the newest that goes on. */
  ofProvider(organizationId: string | undefined, providerCallId: string): Promise<StoredCall | undefined>;
  /** Those whose conversations ended while nobody was there to write it: the server died, or the database was away. */
  closeLost(): Promise<void>;
  auditHangUp(author: AuditContext, callId: string): Promise<void>;
}

/** Of one call: more attempts than any caller waits for. */
const maxTransfers = 50;

export function createCallsRepository(database: Database): CallsRepository {
  const one = (organizationId: string, conversationId: string) =>
    and(eq(calls.organizationId, organizationId), eq(calls.sessionId, conversationId));
  return {
    create: (call) =>
      database.inOrganization(call.organizationId, async (tx) => {
        await tx.insert(calls).values(toRow(call));
      }),
    createOutbound: (author, call, { perHour, atOnce }) =>
      database.inOrganization(call.organizationId, async (tx) => {
        // One after another, so that two at once do not both find room.
        await tx
          .select({ id: organizations.organizationId })
          .from(organizations)
          .where(eq(organizations.organizationId, call.organizationId))
          .for('no key update');
        const [made] = await tx
          .select({
            lately: sql<number>`(count(*) filter (where ${calls.createdAt} > now() - interval '1 hour'))::int`,
            open: sql<number>`(count(*) filter (where ${calls.endedAt} is null))::int`,
          })
          .from(calls)
          .where(
            and(
              eq(calls.organizationId, call.organizationId),
              eq(calls.direction, 'outbound'),
              // Longer than any call lasts.
              sql`${calls.createdAt} > now() - interval '4 hours'`,
            ),
          );
        if ((made?.lately ?? 0) >= perHour) throw new WireError('too_many_calls', { limit: 'hour', most: perHour });
        if ((made?.open ?? 0) >= atOnce) throw new WireError('too_many_calls', { limit: 'at_once', most: atOnce });
        await tx.insert(calls).values(toRow(call));
        await recordAudit(tx, author, {
          action: 'calls:write',
          resourceType: 'call',
          resourceId: call.callId,
          after: { from: call.from, to: call.to, conversation_id: call.conversationId },
        });
      }),
    change: (organizationId, conversationId, change) =>
      database.inOrganization(organizationId, async (tx) => {
        if (Object.keys(change).length === 0) return;
        const { status, ...rest } = change;
        const isOpen = isNull(calls.endedAt);
        if (status !== undefined)
          await tx
            .update(calls)
            .set({ status })
            .where(and(one(organizationId, conversationId), isOpen));
        if (Object.keys(rest).length > 0) await tx.update(calls).set(rest).where(one(organizationId, conversationId));
      }),
    connected: (organizationId, conversationId, leg) =>
      database.inOrganization(organizationId, async (tx) => {
        await tx
          .update(calls)
          .set({
            ...leg,
            status: 'in_progress',
            answeredAt: sql`coalesce(${calls.answeredAt}, now())`,
            ...{ endedAt: null, endedBy: null, endReason: null, endDetail: null },
          })
          .where(one(organizationId, conversationId));
      }),
    end: (organizationId, conversationId, { status, endedBy, reason, detail, figures }) =>
      database.inOrganization(organizationId, async (tx) => {
        const which = one(organizationId, conversationId);
        const endDetail = detail === undefined ? null : tidyDetail(detail);
        const { rowCount } = await tx
          .update(calls)
          .set({ status, endedBy: endedBy ?? null, endReason: reason, endDetail, endedAt: new Date() })
          .where(and(which, isNull(calls.endedAt)));
        const quality = figures === undefined ? undefined : toQuality(figures);
        if (quality !== undefined) await tx.update(calls).set({ quality }).where(which);
        return (rowCount ?? 0) > 0;
      }),
    addTransfer: (organizationId, conversationId, transfer) =>
      database.inOrganization(organizationId, async (tx) => {
        await tx
          .update(calls)
          .set({ transfers: sql`${calls.transfers} || ${JSON.stringify([transfer])}::jsonb` })
          .where(
            and(one(organizationId, conversationId), sql`jsonb_array_length(${calls.transfers}) < ${maxTransfers}`),
          );
      }),
    list: (organizationId, { cursor, limit, conversation_id: conversationId, direction, status }) =>
      database.inOrganization(organizationId, async (tx) => {
        const rows = await tx
          .select()
          .from(calls)
          .where(
            and(
              eq(calls.organizationId, organizationId),
              conversationId === undefined ? undefined : eq(calls.sessionId, conversationId),
              direction === undefined ? undefined : eq(calls.direction, direction),
              status === undefined ? undefined : eq(calls.status, status),
              after(readPosition(cursor), calls.createdAt, calls.callId),
            ),
          )
          .orderBy(desc(calls.createdAt), desc(calls.callId))
          .limit(limit + 1);
        const page = pageOf(rows, limit, (row) => ({ createdAt: row.createdAt, id: row.callId }));
        return { rows: page.rows.map(toView), nextCursor: page.nextCursor };
      }),
    get: (organizationId, callId) =>
      database.inOrganization(organizationId, async (tx) => {
        const [row] = await tx.select().from(calls).where(eq(calls.callId, callId));
        if (row === undefined) throw new WireError('not_found');
        return toView(row);
      }),
    ofConversation: (conversationId) =>
      // Whoever brings the sound of a conversation says nothing of whose it is.
      database.acrossOrganizations(async (tx) => {
        const [row] = await tx.select().from(calls).where(eq(calls.sessionId, conversationId));
        return row === undefined ? undefined : toStored(row);
      }),
    endConversation: (organizationId, conversationId, reason) =>
      database.inOrganization(organizationId, async (tx) => {
        await endSession(tx, { sessionId: conversationId, reason, endedAt: new Date() });
      }),
    ofProvider: async (organizationId, providerCallId) => {
      const find = async (tx: Transaction) => {
        const [row] = await tx
          .select()
          .from(calls)
          .where(
            and(
              eq(calls.providerCallId, providerCallId),
              organizationId === undefined ? undefined : eq(calls.organizationId, organizationId),
            ),
          )
          .orderBy(sql`${calls.endedAt} is not null`, desc(calls.createdAt))
          .limit(1);
        return row === undefined ? undefined : toStored(row);
      };
      return organizationId === undefined
        ? database.acrossOrganizations(find)
        : database.inOrganization(organizationId, find);
    },
    closeLost: () =>
      database.acrossOrganizations(async (tx) => {
        await tx.execute(sql`
          update calls c set ended_at = s.ended_at,
            ended_by = case when s.end_reason = 'caller_left' then 'far' when s.end_reason = 'abandoned' then 'network' else 'here' end,
            end_reason = case when s.end_reason = 'caller_left' then 'hung_up' when s.end_reason = 'abandoned' then 'server_lost'
              when s.end_reason in (${reasonsInCommon}) then s.end_reason else 'error' end,
            status = case when c.answered_at is null or s.end_reason in ('abandoned', 'error') then 'failed' else 'completed' end
          from sessions s where s.session_id = c.session_id and c.ended_at is null
            and s.ended_at < now() - interval '5 minutes'`);
      }),
    auditHangUp: (author, callId) =>
      database.inOrganization(author.organizationId, (tx) =>
        recordAudit(tx, author, {
          action: 'calls:write',
          resourceType: 'call',
          resourceId: callId,
          after: { hung_up: true },
        }),
      ),
  };
}

/** Conversations end for these as calls do; those that nobody came back to were lost with their server. */
const sharedReasons: readonly CallEndReason[] = ['completed', 'transferred', 'silence', 'max_duration', 'shutdown'];
const reasonsInCommon = sql.raw(sharedReasons.map((reason) => `'${reason}'`).join(', '));

/** What far sides say of why they ended is theirs to make up. */
const maxDetailCharacters = 200;

function tidyDetail(detail: string): string {
  return detail
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '')
    .slice(0, maxDetailCharacters);
}

/** Part of a conversation's record. */
export async function readCall(tx: Transaction, organizationId: string, sessionId: string): Promise<CallView | null> {
  const which = and(eq(calls.organizationId, organizationId), eq(calls.sessionId, sessionId));
  const [row] = await tx.select().from(calls).where(which);
  return row === undefined ? null : toView(row);
}

function toRow(call: NewCallRow): typeof calls.$inferInsert {
  const { callId, organizationId, conversationId: sessionId, direction, channel, providerCallId, status } = call;
  const who = { callId, organizationId, sessionId, direction, channel, providerCallId, status };
  return { ...who, fromNumber: call.from, toNumber: call.to };
}

function toStored(row: typeof calls.$inferSelect): StoredCall {
  return {
    callId: row.callId,
    conversationId: row.sessionId,
    organizationId: row.organizationId,
    isOver: row.endedAt !== null,
    direction: row.direction,
    channel: row.channel ?? undefined,
    from: row.fromNumber ?? '',
    to: row.toNumber ?? '',
  };
}

function toQuality(figures: LegFigures): StoredQuality {
  const { codec, packetsReceived, packetsLost, packetsLate, packetsSent, jitterMs, far } = figures;
  return {
    ...{ codec, packetsReceived, packetsLost, packetsLate, packetsSent },
    jitterMs: jitterMs ?? null,
    farLostShare: far?.lostShare ?? null,
    farJitterMs: far?.jitterMs ?? null,
    roundTripMs: far?.roundTripMs ?? null,
  };
}

function toView(row: typeof calls.$inferSelect): CallView {
  const { quality } = row;
  return {
    call_id: row.callId,
    conversation_id: conversationIdSchema.parse(row.sessionId),
    direction: row.direction,
    channel: row.channel,
    from: row.fromNumber,
    to: row.toNumber,
    status: row.status,
    created_at: row.createdAt.toISOString(),
    answered_at: row.answeredAt?.toISOString() ?? null,
    ended_at: row.endedAt?.toISOString() ?? null,
    ended_by: row.endedBy,
    end_reason: row.endReason,
    end_detail: row.endDetail,
    answered_by: row.answeredBy,
    duration_seconds:
      row.answeredAt === null || row.endedAt === null
        ? null
        : Math.max(0, Math.floor((row.endedAt.getTime() - row.answeredAt.getTime()) / 1000)),
    quality:
      quality === null
        ? null
        : {
            codec: quality.codec,
            packets_received: quality.packetsReceived,
            packets_lost: quality.packetsLost,
            packets_late: quality.packetsLate,
            packets_sent: quality.packetsSent,
            jitter_ms: quality.jitterMs,
            far_lost_share: quality.farLostShare,
            far_jitter_ms: quality.farJitterMs,
            round_trip_ms: quality.roundTripMs,
          },
    transfers: row.transfers.map(({ at, kind, target, outcome }) => ({ at, kind, target, outcome })),
    vendor_recording_url: row.vendorRecordingUrl,
    vendor_recording_seconds: row.vendorRecordingSeconds,
  };
}
