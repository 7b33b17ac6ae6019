import { and, eq, gt, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Transaction } from '../storage/database.ts';
import { webhookDeliveries, webhooks } from '../storage/schema/events.ts';

/** A delivery that this replica sends before its lease runs out. */
export interface ClaimedDelivery {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly organizationId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly conversationId: string | undefined;
  readonly position: number;
  readonly body: string;
  /** This one included; whoever settles it must have claimed it last. */
  readonly attempts: number;
  readonly url: string;
  /** The new one first. */
  readonly sealedSecrets: readonly string[];
}

export interface ClaimRequest {
  /** Webhooks that have as much on its way as they may. */
  readonly saturated: readonly string[];
  /** How many more of a webhook may be on their way. */
  readonly roomOf: (webhookId: string) => number;
  readonly limit: number;
  readonly leaseMs: number;
}

export type Settlement =
  | { readonly kind: 'delivered'; readonly status: number }
  | {
      readonly kind: 'failed';
      readonly status: number | undefined;
      readonly error: string;
      /** Undefined: no more. */
      readonly retryInMs: number | undefined;
    };

export interface Settled {
  readonly delivery: ClaimedDelivery;
  readonly settlement: Settlement;
}

/** Deliveries as their sender uses them. All times are the database's. */
export interface SendingRepository {
  /**
   * Take what is due, no delivery before an earlier one of its conversation to the same webhook. `isMore` when there may be more
   * that could go out right now.
   */
  claim(request: ClaimRequest): Promise<{ readonly deliveries: readonly ClaimedDelivery[]; readonly isMore: boolean }>;
  /** Write down what came of them, all in one transaction. */
  settle(settled: readonly Settled[]): Promise<void>;
  /** It was not tried after all. */
  release(delivery: ClaimedDelivery): Promise<void>;
  /** Milliseconds until something is due; undefined when nothing waits. */
  nextDueMs(saturated: readonly string[]): Promise<number | undefined>;
}

/** Looked at for each webhook at a time; more than may be on their way, for some wait behind others. */
const perWebhook = 32;
/** What waits behind another is looked at again after this; whoever settles that other one brings it forward. */
const behindMs = { sending: 1000, failing: 30_000 };

export function createSendingRepository(database: Database): SendingRepository {
  return {
    claim: ({ saturated, roomOf, limit, leaseMs }) =>
      database.acrossOrganizations(async (orm) => {
        const { rows } = await orm.execute(candidates(saturated, limit));
        const found = candidatesSchema.parse(rows);
        const behind = found.filter(({ behind_sending: isBehind }) => isBehind !== null);
        const room = new Map<string, number>();
        const chosen = found.filter(({ behind_sending: isBehind, webhook_id: webhookId }) => {
          const left = room.get(webhookId) ?? roomOf(webhookId);
          if (isBehind !== null || left === 0) return false;
          room.set(webhookId, left - 1);
          return true;
        });
        for (const [isSending, delayMs] of [
          [true, behindMs.sending],
          [false, behindMs.failing],
        ] as const) {
          const ids = behind
            .filter(({ behind_sending }) => behind_sending === isSending)
            .map(({ delivery_id }) => delivery_id);
          await postpone(orm, ids, delayMs);
        }
        const deliveries = await take(
          orm,
          chosen.map(({ delivery_id }) => delivery_id),
          leaseMs,
        );
        // All that were looked at may have stood behind others, or be too many of one webhook.
        return { deliveries, isMore: found.length >= Math.min(limit, perWebhook) };
      }),
    settle: (settled) =>
      database.acrossOrganizations(async (orm) => {
        // Webhooks in one order, so that replicas wait for each other and never in a circle.
        for (const one of settled.toSorted((x, y) => (x.delivery.webhookId < y.delivery.webhookId ? -1 : 1))) {
          await settleOne(orm, one);
        }
      }),
    release: (delivery) =>
      database.acrossOrganizations(async (orm) => {
        await orm
          .update(webhookDeliveries)
          .set({ attempts: delivery.attempts - 1, lockedUntil: null, nextAttemptAt: sql`now()` })
          .where(heldAs(delivery));
      }),
    nextDueMs: (saturated) =>
      database.acrossOrganizations(async (orm) => {
        const { rows } = await orm.execute(sql`
          select (extract(epoch from min(d.next_attempt_at) - now()) * 1000)::float8 as ms
          from webhooks w cross join lateral (
            select next_attempt_at from webhook_deliveries
            where webhook_id = w.webhook_id and status = 'waiting' order by next_attempt_at limit 1
          ) d
          where w.is_active and w.webhook_id <> all(${sql.param([...saturated])}::uuid[])`);
        return dueSchema.parse(rows)[0].ms ?? undefined;
      }),
  };
}

const dueSchema = z.tuple([z.object({ ms: z.number().nullable() })]);
const candidatesSchema = z.array(
  z.object({
    delivery_id: z.string(),
    webhook_id: z.string(),
    /** Null: nothing of its conversation goes before it. Otherwise whether that is on its way. */
    behind_sending: z.boolean().nullable(),
  }),
);

/** A few of each webhook, so that one with a long queue hides nobody else's; rows of other replicas are passed over. */
function candidates(saturated: readonly string[], limit: number): SQL {
  return sql`
    select d.delivery_id, d.webhook_id, head.is_sending as behind_sending
    from webhooks w
    cross join lateral (
      select delivery_id, webhook_id, conversation_id, position from webhook_deliveries
      where webhook_id = w.webhook_id and status = 'waiting' and next_attempt_at <= now()
      order by next_attempt_at, position limit ${perWebhook} for update skip locked
    ) d
    left join lateral (
      select coalesce(e.locked_until > now(), false) as is_sending from webhook_deliveries e
      where e.webhook_id = d.webhook_id and e.conversation_id = d.conversation_id and e.position < d.position
        and e.status = 'waiting'
      order by e.position limit 1
    ) head on true
    where w.is_active and w.webhook_id <> all(${sql.param([...saturated])}::uuid[])
    order by d.position
    limit ${limit}`;
}

async function postpone(orm: Transaction, ids: readonly string[], delayMs: number): Promise<void> {
  if (ids.length === 0) return;
  await orm
    .update(webhookDeliveries)
    .set({ nextAttemptAt: inMs(delayMs) })
    .where(inArray(webhookDeliveries.deliveryId, [...ids]));
}

async function take(orm: Transaction, ids: readonly string[], leaseMs: number): Promise<ClaimedDelivery[]> {
  if (ids.length === 0) return [];
  await orm
    .update(webhookDeliveries)
    .set({
      attempts: sql`${webhookDeliveries.attempts} + 1`,
      lastAttemptAt: sql`now()`,
      lockedUntil: inMs(leaseMs),
      // So that it is due again when whoever sends it has died.
      nextAttemptAt: inMs(leaseMs),
    })
    .where(inArray(webhookDeliveries.deliveryId, [...ids]));
  const rows = await orm
    .select()
    .from(webhookDeliveries)
    .innerJoin(webhooks, eq(webhooks.webhookId, webhookDeliveries.webhookId))
    .where(inArray(webhookDeliveries.deliveryId, [...ids]))
    .orderBy(webhookDeliveries.position);
  return rows.map(({ webhook_deliveries: delivery, webhooks: webhook }) => {
    const { sealedPreviousSecret: previous, previousSecretUntil: until } = webhook;
    const isStillUsed = previous !== null && until !== null && until.getTime() > Date.now();
    return {
      deliveryId: delivery.deliveryId,
      webhookId: delivery.webhookId,
      organizationId: delivery.organizationId,
      eventId: delivery.eventId,
      eventType: delivery.eventType,
      conversationId: delivery.conversationId ?? undefined,
      position: delivery.position,
      body: JSON.stringify(delivery.payload),
      attempts: delivery.attempts,
      url: webhook.url,
      sealedSecrets: isStillUsed ? [webhook.sealedSecret, previous] : [webhook.sealedSecret],
    };
  });
}

async function settleOne(orm: Transaction, { delivery, settlement }: Settled): Promise<void> {
  const hasFailed = settlement.kind === 'failed';
  // The webhook's row before its deliveries', as whoever switches it off takes them.
  await orm
    .update(webhooks)
    .set({ failingSince: hasFailed ? sql`now()` : null })
    .where(
      and(
        eq(webhooks.webhookId, delivery.webhookId),
        hasFailed ? isNull(webhooks.failingSince) : sql`${webhooks.failingSince} is not null`,
      ),
    );
  const isOver = !hasFailed || settlement.retryInMs === undefined;
  const written = await orm
    .update(webhookDeliveries)
    .set({
      status: hasFailed ? (isOver ? 'given_up' : 'waiting') : 'delivered',
      lastStatus: settlement.status ?? null,
      lastError: hasFailed ? settlement.error : null,
      lockedUntil: null,
      nextAttemptAt: hasFailed && settlement.retryInMs !== undefined ? inMs(settlement.retryInMs) : null,
      ...(!hasFailed && { deliveredAt: sql`now()` }),
    })
    .where(heldAs(delivery))
    .returning({ deliveryId: webhookDeliveries.deliveryId });
  if (written.length > 0 && isOver) await bringForward(orm, delivery);
}

/** The next one of the conversation need not wait until it is looked at again. */
async function bringForward(orm: Transaction, { webhookId, conversationId, position }: ClaimedDelivery): Promise<void> {
  if (conversationId === undefined) return;
  const next = orm
    .select({ deliveryId: webhookDeliveries.deliveryId })
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhookId, webhookId),
        eq(webhookDeliveries.conversationId, conversationId),
        eq(webhookDeliveries.status, 'waiting'),
        gt(webhookDeliveries.position, position),
      ),
    )
    .orderBy(webhookDeliveries.position)
    .limit(1);
  await orm
    .update(webhookDeliveries)
    .set({ nextAttemptAt: sql`now()` })
    .where(
      and(
        inArray(webhookDeliveries.deliveryId, next),
        gt(webhookDeliveries.nextAttemptAt, sql`now()`),
        or(isNull(webhookDeliveries.lockedUntil), sql`${webhookDeliveries.lockedUntil} <= now()`),
      ),
    );
}

function heldAs({ deliveryId, attempts }: ClaimedDelivery): SQL | undefined {
  return and(
    eq(webhookDeliveries.deliveryId, deliveryId),
    eq(webhookDeliveries.attempts, attempts),
    eq(webhookDeliveries.status, 'waiting'),
  );
}

function inMs(delayMs: number): SQL<Date> {
  return sql<Date>`now() + ${delayMs}::float8 * interval '1 millisecond'`;
}
