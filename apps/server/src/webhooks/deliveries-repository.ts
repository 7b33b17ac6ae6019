import type { PageQuery } from '@parley/contract/api/paging.ts';
import { WireError } from '@parley/contract/errors.ts';
import { type EventEnvelope, eventEnvelopeSchema } from '@parley/contract/events.ts';
import type { DeliveryDetail, DeliveryView } from '@parley/contract/webhooks.ts';
import { and, desc, eq, getTableColumns, inArray, lt, ne, type SQL, sql } from 'drizzle-orm';
import { readCursor, writeCursor } from '../api/cursor.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { webhookDeliveries, webhooks } from '../storage/schema/events.ts';
import type { Author } from './webhooks-repository.ts';

/** Who is told of what; read for each batch of events. */
export interface Subscription {
  readonly webhookId: string;
  readonly organizationId: string;
  /** Empty: all. */
  readonly eventTypes: readonly string[];
}

export interface NewDelivery {
  readonly webhookId: string;
  /** As it will be sent. */
  readonly envelope: EventEnvelope;
  /** The outbox position: the order within a conversation. */
  readonly position: number;
}

/** Deliveries as tenants see them, and as events become them. `not_found` for what is not there. */
export interface DeliveriesRepository {
  list(
    organizationId: string,
    webhookId: string,
    page: PageQuery & { readonly status?: DeliveryView['status'] | undefined },
  ): Promise<{ deliveries: DeliveryView[]; next_cursor: string | null }>;
  get(organizationId: string, webhookId: string, deliveryId: string): Promise<DeliveryDetail>;
  /** Due at once, also when it was delivered or given up. @throws WireError `webhook_disabled`, `delivery_erased` */
  replay(author: Author, webhookId: string, deliveryId: string): Promise<DeliveryView>;
  /** @throws WireError `webhook_disabled` */
  addTest(author: Author, webhookId: string, envelope: EventEnvelope): Promise<DeliveryView>;
  subscriptions(organizationIds: readonly string[]): Promise<readonly Subscription[]>;
  /** One that is there already stays as it is: an event comes more than once. */
  insert(deliveries: readonly NewDelivery[]): Promise<void>;
  /** Delete those that are over and older than this; resolves to how many, at most `limit`. */
  deleteOld(olderThanMs: number, limit: number): Promise<number>;
}

export function createDeliveriesRepository(database: Database): DeliveriesRepository {
  return {
    list: (organizationId, webhookId, { cursor, limit, status }) =>
      database.inOrganization(organizationId, async (orm) => {
        const [webhook] = await orm
          .select({ id: webhooks.webhookId })
          .from(webhooks)
          .where(eq(webhooks.webhookId, webhookId));
        if (webhook === undefined) throw new WireError('not_found');
        const after = cursor === undefined ? undefined : readCursor(cursor);
        const rows = await orm
          .select(listedColumns)
          .from(webhookDeliveries)
          .where(
            and(
              eq(webhookDeliveries.webhookId, webhookId),
              status === undefined ? undefined : eq(webhookDeliveries.status, status),
              after === undefined
                ? undefined
                : sql`(${webhookDeliveries.createdAt}, ${webhookDeliveries.deliveryId}) < (${after.at}::timestamptz, ${after.id}::uuid)`,
            ),
          )
          .orderBy(desc(webhookDeliveries.createdAt), desc(webhookDeliveries.deliveryId))
          .limit(limit + 1);
        const page = rows.slice(0, limit);
        const last = page.at(-1);
        return {
          deliveries: page.map(toView),
          next_cursor: rows.length > limit && last !== undefined ? writeCursor(last.createdAt, last.deliveryId) : null,
        };
      }),
    get: (organizationId, webhookId, deliveryId) =>
      database.inOrganization(organizationId, async (orm) => {
        const [row] = await orm.select().from(webhookDeliveries).where(named(webhookId, deliveryId));
        if (row === undefined) throw new WireError('not_found');
        return { ...toView(row), event: isErased(row.payload) ? null : eventEnvelopeSchema.parse(row.payload) };
      }),
    replay: (author, webhookId, deliveryId) =>
      database.inOrganization(author.organizationId, async (orm) => {
        const isActive = await activity(orm, webhookId);
        const [row] = await orm
          .update(webhookDeliveries)
          .set({
            status: 'waiting',
            attempts: sql`case ${webhookDeliveries.status} when 'waiting' then ${webhookDeliveries.attempts} else 0 end`,
            // One that is on its way at this moment is left to that.
            nextAttemptAt: sql`case when ${webhookDeliveries.lockedUntil} > now() then ${webhookDeliveries.nextAttemptAt} else now() end`,
            deliveredAt: null,
          })
          .where(named(webhookId, deliveryId))
          .returning();
        if (row === undefined) throw new WireError('not_found');
        if (!isActive) throw new WireError('webhook_disabled');
        if (isErased(row.payload)) throw new WireError('delivery_erased');
        await recordAudit(orm, author, {
          action: 'webhooks:write',
          resourceType: 'webhook_delivery',
          resourceId: deliveryId,
          after: { replayed: true },
        });
        return toView(row);
      }),
    addTest: (author, webhookId, envelope) =>
      database.inOrganization(author.organizationId, async (orm) => {
        if (!(await activity(orm, webhookId))) throw new WireError('webhook_disabled');
        const [row] = await orm
          .insert(webhookDeliveries)
          .values(toRow({ webhookId, envelope, position: 0 }))
          .returning();
        if (row === undefined) throw new Error('The delivery was not written.');
        await recordAudit(orm, author, {
          action: 'webhooks:write',
          resourceType: 'webhook_delivery',
          resourceId: row.deliveryId,
          after: { test: true },
        });
        return toView(row);
      }),
    subscriptions: (organizationIds) =>
      database.acrossOrganizations((orm) =>
        orm
          .select({
            webhookId: webhooks.webhookId,
            organizationId: webhooks.organizationId,
            eventTypes: webhooks.eventTypes,
          })
          .from(webhooks)
          .where(and(inArray(webhooks.organizationId, [...organizationIds]), webhooks.isActive)),
      ),
    insert: (deliveries) =>
      database.acrossOrganizations(async (orm) => {
        // Those that were deleted since must not hold up the others' events.
        const there = await orm
          .select({ webhookId: webhooks.webhookId })
          .from(webhooks)
          .where(inArray(webhooks.webhookId, [...new Set(deliveries.map(({ webhookId }) => webhookId))]))
          .for('key share');
        const ids = new Set(there.map(({ webhookId }) => webhookId));
        const rows = deliveries.filter(({ webhookId }) => ids.has(webhookId)).map(toRow);
        for (let from = 0; from < rows.length; from += insertBatch) {
          await orm
            .insert(webhookDeliveries)
            .values(rows.slice(from, from + insertBatch))
            .onConflictDoNothing();
        }
      }),
    deleteOld: (olderThanMs, limit) =>
      database.acrossOrganizations(async (orm) => {
        const old = orm
          .select({ deliveryId: webhookDeliveries.deliveryId })
          .from(webhookDeliveries)
          .where(
            and(
              ne(webhookDeliveries.status, 'waiting'),
              lt(webhookDeliveries.createdAt, sql`now() - ${olderThanMs}::float8 * interval '1 millisecond'`),
            ),
          )
          .limit(limit)
          .for('update', { skipLocked: true });
        const gone = await orm
          .delete(webhookDeliveries)
          .where(inArray(webhookDeliveries.deliveryId, old))
          .returning({ id: webhookDeliveries.deliveryId });
        return gone.length;
      }),
  };
}

/** Parameters of a statement are limited; this is far under it. */
const insertBatch = 500;

const { payload: _body, ...listedColumns } = getTableColumns(webhookDeliveries);

/** What an erasure of a person's data leaves of a body. */
function isErased(payload: Readonly<Record<string, unknown>>): boolean {
  return payload.erased === true;
}

function named(webhookId: string, deliveryId: string): SQL | undefined {
  return and(eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.deliveryId, deliveryId));
}

async function activity(orm: Transaction, webhookId: string): Promise<boolean> {
  const [webhook] = await orm
    .select({ isActive: webhooks.isActive })
    .from(webhooks)
    .where(eq(webhooks.webhookId, webhookId))
    // It is not deleted before what belongs to it is written.
    .for('key share');
  if (webhook === undefined) throw new WireError('not_found');
  return webhook.isActive;
}

function toRow({ webhookId, envelope, position }: NewDelivery) {
  return {
    organizationId: envelope.organization_id,
    webhookId,
    eventId: envelope.id,
    eventType: envelope.type,
    conversationId: envelope.conversation_id,
    payload: { ...envelope },
    position,
    nextAttemptAt: sql`now()`,
  };
}

function toView(row: Omit<typeof webhookDeliveries.$inferSelect, 'payload'>): DeliveryView {
  return {
    delivery_id: row.deliveryId,
    webhook_id: row.webhookId,
    event_id: row.eventId,
    event_type: row.eventType,
    conversation_id: row.conversationId,
    status: row.status,
    attempts: row.attempts,
    next_attempt_at: row.status === 'waiting' ? (row.nextAttemptAt?.toISOString() ?? null) : null,
    last_attempt_at: row.lastAttemptAt?.toISOString() ?? null,
    last_status: row.lastStatus,
    last_error: row.lastError,
    created_at: row.createdAt.toISOString(),
    delivered_at: row.deliveredAt?.toISOString() ?? null,
  };
}
