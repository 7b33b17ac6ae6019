import type { Permission } from '@parley/contract/api/permissions.ts';
import { actorName, type RequestContext } from '../api/request-context.ts';
import type { Transaction } from '../storage/database.ts';
import { auditLogs } from '../storage/schema/privacy.ts';

/** What was done, as it will be read in a year. No secrets in `before` and `after`: not even sealed ones. */
export interface AuditEntry {
  readonly action: Permission | `auth:${string}` | `privacy:${string}`;
  readonly resourceType: string;
  readonly resourceId: string | undefined;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Write down who did it, in the transaction of the change itself: neither stands without the other. */
export async function recordAudit(
  transaction: Transaction,
  context: Pick<RequestContext, 'actor' | 'organizationId' | 'clientAddress' | 'traceId'>,
  entry: AuditEntry,
): Promise<void> {
  await transaction.insert(auditLogs).values({
    organizationId: context.organizationId,
    actorKind: context.actor.kind,
    actorId: actorName(context.actor),
    action: entry.action,
    resourceType: entry.resourceType,
    resourceId: entry.resourceId ?? null,
    before: entry.before ?? null,
    after: entry.after ?? null,
    ip: context.clientAddress,
    traceId: context.traceId,
  });
}

/** Write down what the server did by itself, by its own rules: nobody asked for it. */
export async function recordOwnAudit(
  transaction: Transaction,
  organizationId: string,
  entry: AuditEntry,
): Promise<void> {
  await transaction.insert(auditLogs).values({
    organizationId,
    actorKind: 'server',
    actorId: 'server',
    action: entry.action,
    resourceType: entry.resourceType,
    resourceId: entry.resourceId ?? null,
    before: entry.before ?? null,
    after: entry.after ?? null,
  });
}
