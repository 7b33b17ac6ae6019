import { and, eq, inArray, isNotNull, isNull, lt, lte, notInArray, or, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Transaction } from '../storage/database.ts';
import { jobs } from '../storage/schema/events.ts';

/** A job that this replica holds until its lease runs out. */
export interface ClaimedJob {
  readonly jobId: string;
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly organizationId: string | undefined;
  /** This one included. */
  readonly attempts: number;
  /** Undefined for what is done once. */
  readonly everyMs: number | undefined;
}

export interface JobsRepository {
  /** See to it that the repeating job has its row, and that it comes no later than its interval says. */
  ensureRepeating(kind: string, everyMs: number): Promise<void>;
  insert(
    transaction: Transaction,
    job: {
      readonly kind: string;
      readonly payload: Readonly<Record<string, unknown>>;
      readonly organizationId: string | undefined;
      readonly delayMs: number;
    },
  ): Promise<string>;
  /**
   * Take what is due, also from those whose lease has run out.
   * @param holder another one each time: the run whose lease ran out may still go on, in the same process
   * @param notOf organizations whose jobs are left
   */
  claim(
    kinds: readonly string[],
    limit: number,
    holder: string,
    leaseMs: number,
    notOf?: readonly string[],
  ): Promise<readonly ClaimedJob[]>;
  /** Milliseconds until something of these kinds is due, but for those organizations' jobs; undefined when nothing waits. */
  nextDueMs(kinds: readonly string[], notOf?: readonly string[]): Promise<number | undefined>;
  /** False when somebody else has taken it. */
  renew(jobId: string, holder: string, leaseMs: number): Promise<boolean>;
  /** It is to be done (again) in so many milliseconds. */
  putBack(jobId: string, holder: string, delayMs: number, error: string | undefined): Promise<void>;
  finish(jobId: string, holder: string, status: 'done' | 'failed', error: string | undefined): Promise<void>;
  /** Delete what ended longer ago than this; resolves to how many, at most `limit`. */
  deleteFinished(olderThanMs: number, limit: number): Promise<number>;
}

/** All times are the database's: replicas' clocks differ. */
export function createJobsRepository(database: Database): JobsRepository {
  return {
    ensureRepeating: (kind, everyMs) =>
      database.acrossOrganizations(async (orm) => {
        await orm
          .insert(jobs)
          .values({ kind, everyMs })
          .onConflictDoUpdate({
            target: jobs.kind,
            targetWhere: isNotNull(jobs.everyMs),
            set: { everyMs, runAt: sql`least(${jobs.runAt}, ${inMs(everyMs)})` },
          });
      }),
    insert: async (orm, { kind, payload, organizationId, delayMs }) => {
      const [row] = await orm
        .insert(jobs)
        .values({ kind, payload: { ...payload }, ownerOrganizationId: organizationId ?? null, runAt: inMs(delayMs) })
        .returning({ jobId: jobs.jobId });
      if (row === undefined) throw new Error('The job was not written.');
      return row.jobId;
    },
    claim: (kinds, limit, holder, leaseMs, notOf = []) =>
      database.acrossOrganizations(async (orm) => {
        const due = orm
          .select({ jobId: jobs.jobId })
          .from(jobs)
          .where(
            and(
              inArray(jobs.kind, [...kinds]),
              ofOthers(notOf),
              or(
                and(eq(jobs.status, 'waiting'), lte(jobs.runAt, sql`now()`)),
                and(eq(jobs.status, 'running'), lt(jobs.lockedUntil, sql`now()`)),
              ),
            ),
          )
          .orderBy(jobs.runAt)
          .limit(limit)
          .for('update', { skipLocked: true });
        const rows = await orm
          .update(jobs)
          .set({
            status: 'running',
            lockedBy: holder,
            lockedUntil: inMs(leaseMs),
            attempts: sql`${jobs.attempts} + 1`,
          })
          .where(inArray(jobs.jobId, due))
          .returning();
        return rows.map((row) => ({
          jobId: row.jobId,
          kind: row.kind,
          payload: row.payload,
          organizationId: row.ownerOrganizationId ?? undefined,
          attempts: row.attempts,
          everyMs: row.everyMs ?? undefined,
        }));
      }),
    nextDueMs: (kinds, notOf = []) =>
      database.acrossOrganizations(async (orm) => {
        const when = sql`min(case ${jobs.status} when 'waiting' then ${jobs.runAt} else ${jobs.lockedUntil} end)`;
        const [row] = await orm
          .select({ ms: sql<unknown>`(extract(epoch from ${when} - now()) * 1000)::float8` })
          .from(jobs)
          .where(and(inArray(jobs.kind, [...kinds]), ofOthers(notOf), inArray(jobs.status, ['waiting', 'running'])));
        return z.number().nullish().parse(row?.ms) ?? undefined;
      }),
    renew: (jobId, holder, leaseMs) =>
      database.acrossOrganizations(async (orm) => {
        const held = await orm
          .update(jobs)
          .set({ lockedUntil: inMs(leaseMs) })
          .where(heldBy(jobId, holder))
          .returning({ jobId: jobs.jobId });
        return held.length > 0;
      }),
    putBack: (jobId, holder, delayMs, error) =>
      database.acrossOrganizations(async (orm) => {
        await orm
          .update(jobs)
          .set({
            status: 'waiting',
            runAt: inMs(delayMs),
            lockedBy: null,
            lockedUntil: null,
            lastError: error ?? null,
            finishedAt: sql`now()`,
            ...(error === undefined && { attempts: 0 }),
          })
          .where(heldBy(jobId, holder));
      }),
    finish: (jobId, holder, status, error) =>
      database.acrossOrganizations(async (orm) => {
        await orm
          .update(jobs)
          .set({ status, lockedBy: null, lockedUntil: null, lastError: error ?? null, finishedAt: sql`now()` })
          .where(heldBy(jobId, holder));
      }),
    deleteFinished: (olderThanMs, limit) =>
      database.acrossOrganizations(async (orm) => {
        const old = orm
          .select({ jobId: jobs.jobId })
          .from(jobs)
          .where(and(inArray(jobs.status, ['done', 'failed']), lt(jobs.finishedAt, inMs(-olderThanMs))))
          .limit(limit)
          .for('update', { skipLocked: true });
        const gone = await orm.delete(jobs).where(inArray(jobs.jobId, old)).returning({ jobId: jobs.jobId });
        return gone.length;
      }),
  };
}

/** The house's own, and those of organizations that are not named. */
function ofOthers(organizationIds: readonly string[]): SQL | undefined {
  if (organizationIds.length === 0) return undefined;
  return or(isNull(jobs.ownerOrganizationId), notInArray(jobs.ownerOrganizationId, [...organizationIds]));
}

function heldBy(jobId: string, holder: string): SQL | undefined {
  return and(eq(jobs.jobId, jobId), eq(jobs.lockedBy, holder), eq(jobs.status, 'running'));
}

/** The database's clock, so many milliseconds on. */
function inMs(delayMs: number): SQL<Date> {
  return sql<Date>`now() + ${delayMs}::float8 * interval '1 millisecond'`;
}
