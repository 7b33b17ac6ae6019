import { type EventTopic, eventTopics, eventVersion } from '@parley/contract/events.ts';
import { and, asc, count, eq, inArray, isNotNull, isNull, lt, lte, notExists, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Database, Transaction } from '../storage/database.ts';
import { outbox, outboxRetries } from '../storage/schema/events.ts';
import type { HandedEvent } from './event-subscriber.ts';

/** Events that wait for a subscriber that could not take them. */
export interface HeldEvents {
  readonly subscriber: string;
  readonly events: readonly HandedEvent[];
}

/** Events that nobody was handed yet. */
export interface WaitingEvents {
  readonly events: readonly HandedEvent[];
  /** Whether any event at all waits for a subscriber that could not take it: `heldConversations` has which. */
  readonly isAnyHeld: boolean;
}

export interface OutboxBacklog {
  readonly events: number;
  /** 0 when there is none. */
  readonly oldestWaitsMs: number;
}

/** The outbox as its relay uses it. What belongs together is one transaction of `lock`. */
export interface OutboxRepository {
  /** Run the work while no other replica runs one under the same name; undefined when one does. The lock dies with its holder. */
  locked<T>(name: string, work: (transaction: Transaction) => Promise<T>): Promise<T | undefined>;
  /**
   * The oldest that nobody was handed. It asks for what is not published, not for what is beyond a position: a transaction that
   * commits late brings positions below those already seen.
   */
  waiting(transaction: Transaction, limit: number): Promise<WaitingEvents>;
  markPublished(transaction: Transaction, positions: readonly number[]): Promise<void>;
  /** Conversations of which something waits, by subscriber. */
  heldConversations(
    transaction: Transaction,
    conversationIds: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  hold(transaction: Transaction, held: HeldEvents): Promise<void>;
  /** The oldest that wait and are due, none before an earlier one of its conversation. */
  due(transaction: Transaction, subscriber: string, limit: number): Promise<readonly HandedEvent[]>;
  taken(transaction: Transaction, subscriber: string, positions: readonly number[]): Promise<void>;
  putOff(transaction: Transaction, subscriber: string, positions: readonly number[], delayMs: number): Promise<void>;
  /** What nobody was handed yet, counted up to `limit`. */
  backlog(limit: number): Promise<OutboxBacklog>;
  /** Give up what waited longer than this; resolves to how many by subscriber. */
  dropHeld(olderThanMs: number): Promise<ReadonlyMap<string, number>>;
  /** Delete what everybody has had for so long; resolves to how many, at most `limit`. */
  deletePublished(olderThanMs: number, limit: number): Promise<number>;
}

/** Names our locks among all advisory locks of the database; any number of our own. */
const lockClass = 7_275_392;

export function createOutboxRepository(database: Database): OutboxRepository {
  return {
    locked: (name, work) =>
      database.acrossOrganizations(async (orm) => {
        const { rows } = await orm.execute(
          sql`select pg_try_advisory_xact_lock(${lockClass}::int, hashtext(${name})) as locked`,
        );
        return lockAnswer.parse(rows)[0].locked ? work(orm) : undefined;
      }),
    waiting: async (orm, limit) => {
      const rows = await orm
        .select({ event: outbox, isAnyHeld: sql<boolean>`exists (select from ${outboxRetries})` })
        .from(outbox)
        .where(isNull(outbox.publishedAt))
        .orderBy(asc(outbox.position))
        .limit(limit);
      return { events: rows.map(({ event }) => toEvent(event)), isAnyHeld: rows[0]?.isAnyHeld === true };
    },
    markPublished: async (orm, positions) => {
      await orm.execute(
        sql`update outbox set published_at = now() where position = any(${sql.param([...positions])}::bigint[])`,
      );
    },
    heldConversations: async (orm, conversationIds) => {
      const found = new Map<string, Set<string>>();
      if (conversationIds.length === 0) return found;
      const rows = await orm
        .selectDistinct({ subscriber: outboxRetries.subscriber, conversationId: outboxRetries.conversationId })
        .from(outboxRetries)
        .where(sql`${outboxRetries.conversationId} = any(${sql.param([...conversationIds])}::uuid[])`);
      for (const { subscriber, conversationId } of rows) {
        if (conversationId === null) continue;
        const of = found.get(subscriber) ?? new Set();
        found.set(subscriber, of.add(conversationId));
      }
      return found;
    },
    hold: async (orm, { subscriber, events }) => {
      if (events.length === 0) return;
      await orm
        .insert(outboxRetries)
        .values(
          events.map(({ position, envelope }) => ({
            subscriber,
            position,
            organizationId: envelope.organization_id,
            conversationId: envelope.conversation_id,
          })),
        )
        .onConflictDoNothing();
    },
    due: async (orm, subscriber, limit) => {
      const earlier = alias(outboxRetries, 'earlier');
      const putOffBefore = orm
        .select({ position: earlier.position })
        .from(earlier)
        .where(
          and(
            eq(earlier.subscriber, subscriber),
            eq(earlier.conversationId, outboxRetries.conversationId),
            lt(earlier.position, outboxRetries.position),
            sql`${earlier.nextAttemptAt} > now()`,
          ),
        );
      const rows = await orm
        .select({ event: outbox })
        .from(outboxRetries)
        .innerJoin(outbox, eq(outbox.position, outboxRetries.position))
        .where(
          and(
            eq(outboxRetries.subscriber, subscriber),
            lte(outboxRetries.nextAttemptAt, sql`now()`),
            notExists(putOffBefore),
          ),
        )
        .orderBy(asc(outboxRetries.position))
        .limit(limit);
      return rows.map(({ event }) => toEvent(event));
    },
    taken: async (orm, subscriber, positions) => {
      await orm
        .delete(outboxRetries)
        .where(and(eq(outboxRetries.subscriber, subscriber), oneOf(outboxRetries.position, positions)));
    },
    putOff: async (orm, subscriber, positions, delayMs) => {
      await orm
        .update(outboxRetries)
        .set({ attempts: sql`${outboxRetries.attempts} + 1`, nextAttemptAt: ago(-delayMs) })
        .where(and(eq(outboxRetries.subscriber, subscriber), oneOf(outboxRetries.position, positions)));
    },
    backlog: (limit) =>
      database.acrossOrganizations(async (orm) => {
        const waiting = orm
          .select({ occurredAt: outbox.occurredAt })
          .from(outbox)
          .where(isNull(outbox.publishedAt))
          .orderBy(asc(outbox.position))
          .limit(limit)
          .as('waiting');
        const [row] = await orm
          .select({
            events: count(),
            oldestWaitsMs: sql<unknown>`coalesce(extract(epoch from now() - min(${waiting.occurredAt})) * 1000, 0)::float8`,
          })
          .from(waiting);
        return { events: row?.events ?? 0, oldestWaitsMs: z.number().parse(row?.oldestWaitsMs ?? 0) };
      }),
    dropHeld: (olderThanMs) =>
      database.acrossOrganizations(async (orm) => {
        const rows = await orm
          .delete(outboxRetries)
          .where(lt(outboxRetries.heldSince, ago(olderThanMs)))
          .returning({ subscriber: outboxRetries.subscriber });
        const counts = new Map<string, number>();
        for (const { subscriber } of rows) counts.set(subscriber, (counts.get(subscriber) ?? 0) + 1);
        return counts;
      }),
    deletePublished: (olderThanMs, limit) =>
      database.acrossOrganizations(async (orm) => {
        const waits = orm
          .select({ position: outboxRetries.position })
          .from(outboxRetries)
          .where(eq(outboxRetries.position, outbox.position));
        const old = orm
          .select({ position: outbox.position })
          .from(outbox)
          .where(and(isNotNull(outbox.publishedAt), lt(outbox.publishedAt, ago(olderThanMs)), notExists(waits)))
          .limit(limit)
          .for('update', { skipLocked: true });
        const gone = await orm.delete(outbox).where(inArray(outbox.position, old)).returning({ p: outbox.position });
        return gone.length;
      }),
  };
}

const lockAnswer = z.tuple([z.object({ locked: z.boolean() })]);
/** A newer replica may know more topics; its events must not stop this one. */
const topicSchema = z.enum(eventTopics).catch('admin-events');

function toEvent(row: typeof outbox.$inferSelect): HandedEvent {
  const topic: EventTopic = topicSchema.parse(row.topic);
  return {
    position: row.position,
    topic,
    envelope: {
      id: row.eventId,
      type: row.type,
      version: eventVersion,
      organization_id: row.organizationId,
      conversation_id: row.conversationId,
      occurred_at: row.occurredAt.toISOString(),
      data: row.payload,
    },
  };
}

/** One parameter however many there are, so that the statement stays the same. */
function oneOf(column: typeof outbox.position | typeof outboxRetries.position, positions: readonly number[]): SQL {
  return sql`${column} = any(${sql.param([...positions])}::bigint[])`;
}

/** By the database's clock. */
function ago(ms: number): SQL<Date> {
  return sql<Date>`now() - ${ms}::float8 * interval '1 millisecond'`;
}
