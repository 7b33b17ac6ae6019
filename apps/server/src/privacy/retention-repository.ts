import { organizationSettingsSchema } from '@parley/contract/organization-settings.ts';
import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../storage/database.ts';

/** Days by class of data; undefined keeps it. */
export interface RetentionDays {
  readonly transcripts: number | undefined;
  /** Of the log only what an organization itself says counts: no server may shorten it. */
  readonly audit: number | undefined;
  readonly events: number | undefined;
  readonly contexts: number | undefined;
}

export type RetentionDefaults = Omit<RetentionDays, 'audit'>;

/** Every organization with how long it keeps what. */
export async function readRetention(
  database: Database,
  defaults: RetentionDefaults,
): Promise<readonly { readonly organizationId: string; readonly days: RetentionDays }[]> {
  const { rows } = await database.acrossOrganizations((tx) =>
    tx.execute(sql`select organization_id as id, settings -> 'retention_days' as days from organizations order by 1`),
  );
  return rowsSchema.parse(rows).map(({ id, days }) => ({
    organizationId: id,
    days: {
      transcripts: chosen(days?.transcripts, defaults.transcripts),
      audit: days?.audit ?? undefined,
      events: chosen(days?.events, defaults.events),
      contexts: chosen(days?.contexts, defaults.contexts),
    },
  }));
}

/** A class of data with the statement that forgets one batch of what is older than the days. */
export const forgetting: Readonly<Record<keyof RetentionDays, readonly ((older: Older) => SQL)[]>> = {
  transcripts: [
    ({ organizationId, days, limit }) => sql`
      delete from conversation_turns t using (
        select session_id, started_at from sessions s where organization_id = ${organizationId}
          and started_at < now() - make_interval(days => ${days}) and ended_at is not null
          and exists (select from conversation_turns t
            where t.session_id = s.session_id and t.session_started_at = s.started_at)
        order by started_at limit ${limit}
      ) old where t.session_id = old.session_id and t.session_started_at = old.started_at`,
    ({ organizationId, days, limit }) => sql`
      update sessions set caller_id = null, user_id = null, initial_context = '{}', summary = null, context = null
      where session_id in (
        select session_id from sessions where organization_id = ${organizationId}
          and started_at < now() - make_interval(days => ${days}) and ended_at is not null
          and (caller_id is not null or user_id is not null or initial_context <> '{}' or summary is not null or context is not null)
        order by started_at limit ${limit})`,
    ({ organizationId, days, limit }) => sql`
      update calls set from_number = null, to_number = null, provider_call_id = null, vendor_recording_url = null, end_detail = null,
        transfers = '[]'
      where call_id in (
        select call_id from calls where organization_id = ${organizationId}
          and created_at < now() - make_interval(days => ${days}) and ended_at is not null
          and (from_number is not null or to_number is not null or provider_call_id is not null
            or vendor_recording_url is not null or end_detail is not null or transfers <> '[]')
        order by created_at limit ${limit})`,
  ],
  contexts: [
    ({ organizationId, days, limit }) => sql`
      update sessions set context = null where session_id in (
        select session_id from sessions where organization_id = ${organizationId} and context is not null
          and ended_at < now() - make_interval(days => ${days}) limit ${limit})`,
  ],
  events: [
    ({ organizationId, days, limit }) => sql`
      delete from outbox where position in (
        select position from outbox o where organization_id = ${organizationId}
          and published_at < now() - make_interval(days => ${days})
          and not exists (select from outbox_retries r where r.position = o.position) limit ${limit})`,
    ({ organizationId, days, limit }) => sql`
      delete from webhook_deliveries where delivery_id in (
        select delivery_id from webhook_deliveries where organization_id = ${organizationId} and status <> 'waiting'
          and created_at < now() - make_interval(days => ${days}) limit ${limit})`,
  ],
  audit: [
    // The table itself refuses what is younger than 90 days.
    ({ organizationId, days, limit }) => sql`
      delete from audit_logs where audit_id in (
        select audit_id from audit_logs where organization_id = ${organizationId}
          and at < now() - make_interval(days => greatest(${days}, 90)) order by at limit ${limit})`,
  ],
};

export interface Older {
  readonly organizationId: string;
  readonly days: number;
  /** Rows (of transcripts: conversations) at most. */
  readonly limit: number;
}

/** Forget one batch; how many rows. */
export function forgetBatch(database: Database, statement: (older: Older) => SQL, older: Older): Promise<number> {
  return database.inOrganization(
    older.organizationId,
    async (tx) => (await tx.execute(statement(older))).rowCount ?? 0,
  );
}

/** What the organization says; null keeps it, left out leaves it to the server. */
function chosen(own: number | null | undefined, byDefault: number | undefined): number | undefined {
  if (own === undefined) return byDefault;
  return own ?? undefined;
}

const rowsSchema = z.array(
  z.object({
    id: z.string(),
    // Settings of another version are as if they said nothing: rather kept for too long than lost.
    days: organizationSettingsSchema.shape.retention_days.nullable().catch({
      transcripts: null,
      audit: null,
      events: null,
      contexts: null,
    }),
  }),
);
