import type { PageQuery } from '@parley/contract/api/paging.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { WebhookPatch, WebhookView } from '@parley/contract/webhooks.ts';
import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm';
import { readCursor, writeCursor } from '../api/cursor.ts';
import type { RequestContext } from '../api/request-context.ts';
import { recordAudit, recordOwnAudit } from '../privacy/audit.ts';
import { auditedAddress } from '../privacy/audited-address.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { webhookDeliveries, webhooks } from '../storage/schema/events.ts';
import { organizations } from '../storage/schema/organizations.ts';

/** Who changes it, for the audit log. */
export type Author = Pick<RequestContext, 'actor' | 'organizationId' | 'clientAddress' | 'traceId'>;

/** Webhooks of one organization. Methods throw WireError `not_found` for one that is not there. */
export interface WebhooksRepository {
  list(organizationId: string, page: PageQuery): Promise<{ webhooks: WebhookView[]; next_cursor: string | null }>;
  get(organizationId: string, webhookId: string): Promise<WebhookView>;
  /** @throws WireError `too_many_webhooks` */
  create(
    author: Author,
    webhook: {
      readonly webhookId: string;
      readonly url: string;
      readonly description: string;
      readonly eventTypes: readonly string[];
      readonly sealedSecret: string;
    },
  ): Promise<WebhookView>;
  /** @throws WireError `precondition_failed` when it is no longer the version that was read */
  update(author: Author, webhookId: string, version: number | undefined, patch: WebhookPatch): Promise<WebhookView>;
  /** The secret there was signs on for so long. */
  rotateSecret(author: Author, webhookId: string, sealedSecret: string, overlapMs: number): Promise<WebhookView>;
  delete(author: Author, webhookId: string): Promise<void>;
  /** The server's own doing: it answered that it is gone, or nothing reached it for too long. */
  disable(webhookId: string, reason: 'gone' | 'failing'): Promise<void>;
  /** Those that nothing reached for so long, and those that more deliveries wait for than they will ever take. */
  hopeless(failingForMs: number, waitingAtMost: number): Promise<readonly string[]>;
}

/** Each event is written once for each of them. */
const maxWebhooks = 20;

export function createWebhooksRepository(database: Database): WebhooksRepository {
  return {
    list: (organizationId, { cursor, limit }) =>
      database.inOrganization(organizationId, async (orm) => {
        const after = cursor === undefined ? undefined : readCursor(cursor);
        const rows = await orm
          .select()
          .from(webhooks)
          .where(
            after === undefined
              ? undefined
              : sql`(${webhooks.createdAt}, ${webhooks.webhookId}) < (${after.at}::timestamptz, ${after.id}::uuid)`,
          )
          .orderBy(desc(webhooks.createdAt), desc(webhooks.webhookId))
          .limit(limit + 1);
        const page = rows.slice(0, limit);
        const last = page.at(-1);
        return {
          webhooks: page.map(toView),
          next_cursor: rows.length > limit && last !== undefined ? writeCursor(last.createdAt, last.webhookId) : null,
        };
      }),
    get: (organizationId, webhookId) =>
      database.inOrganization(organizationId, async (orm) => {
        const [row] = await orm.select().from(webhooks).where(eq(webhooks.webhookId, webhookId));
        if (row === undefined) throw new WireError('not_found');
        return toView(row);
      }),
    create: (author, { eventTypes, ...webhook }) =>
      database.inOrganization(author.organizationId, async (orm) => {
        // One after another, so that two at once do not both find room.
        await orm
          .select({ id: organizations.organizationId })
          .from(organizations)
          .where(eq(organizations.organizationId, author.organizationId))
          .for('no key update');
        if ((await orm.$count(webhooks)) >= maxWebhooks) throw new WireError('too_many_webhooks');
        const [row] = await orm
          .insert(webhooks)
          .values({ ...webhook, eventTypes: [...eventTypes], organizationId: author.organizationId })
          .returning();
        if (row === undefined) throw new Error('The webhook was not written.');
        const view = toView(row);
        await recordAudit(orm, author, { ...resource(view.webhook_id), after: audited(view) });
        return view;
      }),
    update: (author, webhookId, version, { url, description, event_types, is_active }) =>
      database.inOrganization(author.organizationId, async (orm) => {
        const row = await locked(orm, webhookId);
        if (version !== undefined && row.version !== version) throw new WireError('precondition_failed');
        const isSwitched = is_active !== undefined && is_active !== row.isActive;
        const after = await write(orm, webhookId, {
          ...(url !== undefined && { url }),
          ...(description !== undefined && { description }),
          ...(event_types !== undefined && { eventTypes: [...event_types] }),
          ...(isSwitched && {
            isActive: is_active,
            disabledReason: is_active ? null : ('by_hand' as const),
            failingSince: null,
          }),
        });
        if (isSwitched && !is_active) await giveUpWaiting(orm, webhookId);
        await recordAudit(orm, author, { ...resource(webhookId), before: audited(toView(row)), after: audited(after) });
        return after;
      }),
    rotateSecret: (author, webhookId, sealedSecret, overlapMs) =>
      database.inOrganization(author.organizationId, async (orm) => {
        const row = await locked(orm, webhookId);
        const after = await write(orm, webhookId, {
          sealedSecret,
          sealedPreviousSecret: overlapMs > 0 ? row.sealedSecret : null,
          previousSecretUntil: overlapMs > 0 ? new Date(Date.now() + overlapMs) : null,
        });
        await recordAudit(orm, author, { ...resource(webhookId), before: audited(toView(row)), after: audited(after) });
        return after;
      }),
    delete: (author, webhookId) =>
      database.inOrganization(author.organizationId, async (orm) => {
        const row = await locked(orm, webhookId);
        await orm.delete(webhooks).where(eq(webhooks.webhookId, webhookId));
        await recordAudit(orm, author, { ...resource(webhookId), before: audited(toView(row)) });
      }),
    disable: (webhookId, reason) =>
      database.acrossOrganizations(async (orm) => {
        const [row] = await orm
          .select()
          .from(webhooks)
          .where(and(eq(webhooks.webhookId, webhookId), webhooks.isActive))
          .for('no key update');
        if (row === undefined) return;
        const after = await write(orm, webhookId, { isActive: false, disabledReason: reason });
        await giveUpWaiting(orm, webhookId);
        await recordOwnAudit(orm, row.organizationId, {
          ...resource(webhookId),
          before: audited(toView(row)),
          after: audited(after),
        });
      }),
    hopeless: (failingForMs, waitingAtMost) =>
      database.acrossOrganizations(async (orm) => {
        const waiting = orm
          .select({ one: sql`1` })
          .from(webhookDeliveries)
          .where(and(eq(webhookDeliveries.webhookId, webhooks.webhookId), eq(webhookDeliveries.status, 'waiting')))
          .limit(waitingAtMost + 1);
        const rows = await orm
          .select({ webhookId: webhooks.webhookId })
          .from(webhooks)
          .where(
            sql`${webhooks.isActive} and (${webhooks.failingSince} < now() - ${failingForMs}::float8 * interval '1 millisecond'
              or (select count(*) from ${waiting} as line) > ${waitingAtMost})`,
          )
          .orderBy(asc(webhooks.webhookId))
          .limit(100);
        return rows.map(({ webhookId }) => webhookId);
      }),
  };
}

type Row = typeof webhooks.$inferSelect;

async function locked(orm: Transaction, webhookId: string): Promise<Row> {
  const [row] = await orm.select().from(webhooks).where(eq(webhooks.webhookId, webhookId)).for('no key update');
  if (row === undefined) throw new WireError('not_found');
  return row;
}

async function write(orm: Transaction, webhookId: string, changes: Partial<Row>): Promise<WebhookView> {
  const [row] = await orm
    .update(webhooks)
    .set({ ...changes, version: sql`${webhooks.version} + 1`, updatedAt: sql`now()` })
    .where(eq(webhooks.webhookId, webhookId))
    .returning();
  if (row === undefined) throw new WireError('not_found');
  return toView(row);
}

async function giveUpWaiting(orm: Transaction, webhookId: string): Promise<void> {
  await orm
    .update(webhookDeliveries)
    .set({ status: 'given_up', nextAttemptAt: null, lockedUntil: null, lastError: 'The webhook was switched off.' })
    .where(waitingOf(webhookId));
}

function waitingOf(webhookId: string): SQL | undefined {
  return and(eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.status, 'waiting'));
}

function audited(view: WebhookView): WebhookView {
  return { ...view, url: auditedAddress(view.url) };
}

function resource(webhookId: string) {
  return { action: 'webhooks:write', resourceType: 'webhook', resourceId: webhookId } as const;
}

/** Without secrets: fit for answers and the audit log. */
function toView(row: Row): WebhookView {
  const overlaps = row.previousSecretUntil !== null && row.previousSecretUntil.getTime() > Date.now();
  return {
    webhook_id: row.webhookId,
    url: row.url,
    description: row.description,
    event_types: row.eventTypes,
    is_active: row.isActive,
    disabled_reason: row.disabledReason,
    failing_since: row.failingSince?.toISOString() ?? null,
    previous_secret_until: overlaps ? (row.previousSecretUntil?.toISOString() ?? null) : null,
    version: row.version,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
