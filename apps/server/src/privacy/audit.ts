import type { Permission } from '@parley/contract/api/permissions.ts';
import { actorName, type RequestContext } from '../api/request-context.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { auditLogs } from '../storage/schema/privacy.ts';
import { pseudonymized } from './pseudonyms.ts';

/** Who did it. */
export type AuditContext = Pick<RequestContext, 'actor' | 'organizationId' | 'clientAddress' | 'traceId'>;

/**
 * What was done, as it will be read in a year. No secrets in `before` and `after`: not even sealed ones. What identifies people in
 * them is kept apart (see `pseudonyms.ts`), since the log itself is never changed.
 */
export interface AuditEntry {
  readonly action: Permission | `auth:${string}` | `privacy:${string}`;
  readonly resourceType: string;
  readonly resourceId: string | undefined;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Write down who did it, in the transaction of the change itself: neither stands without the other. */
export function recordAudit(
  transaction: Transaction,
  { actor, organizationId, clientAddress, traceId }: AuditContext,
  entry: AuditEntry,
): Promise<void> {
  const who = { actorKind: actor.kind, actorId: actorName(actor), ip: clientAddress, traceId };
  return write(transaction, organizationId, who, entry);
}

/** Write down what the server did by itself, by its own rules: nobody asked for it. */
export function recordOwnAudit(transaction: Transaction, organizationId: string, entry: AuditEntry): Promise<void> {
  return write(transaction, organizationId, { actorKind: 'server', actorId: 'server', ip: null, traceId: null }, entry);
}

/** Write down that somebody looked at what is personal. Before it is shown: what cannot be written down is not shown. */
export async function auditRead(
  database: Pick<Database, 'inOrganization'>,
  context: AuditContext,
  entry: Omit<AuditEntry, 'before' | 'after'>,
): Promise<void> {
  // Callers who read their own conversation are no matter of record.
  if (context.actor.kind === 'caller') return;
  await database.inOrganization(context.organizationId, (transaction) => recordAudit(transaction, context, entry));
}

async function write(
  transaction: Transaction,
  organizationId: string,
  who: Pick<typeof auditLogs.$inferInsert, 'actorKind' | 'actorId' | 'ip' | 'traceId'>,
  { action, resourceType, ...entry }: AuditEntry,
): Promise<void> {
  const values = [entry.resourceId ?? null, entry.before ?? null, entry.after ?? null] as const;
  const [resourceId, before, after] = await pseudonymized(transaction, organizationId, resourceType, values);
  await transaction.insert(auditLogs).values({
    organizationId,
    ...who,
    action,
    resourceType,
    resourceId: resourceId === null ? null : String(resourceId),
    before,
    after,
  });
}
