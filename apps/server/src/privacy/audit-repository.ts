import { and, desc, eq, gte, like, lt, type SQL } from 'drizzle-orm';
import type { Transaction } from '../storage/database.ts';
import { auditLogs } from '../storage/schema/privacy.ts';

export interface AuditFilter {
  readonly actor: string | undefined;
  /** `users:write`, or `users:*`. */
  readonly action: string | undefined;
  readonly resourceType: string | undefined;
  readonly resourceId: string | undefined;
  readonly traceId: string | undefined;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  /** Only entries with a smaller id. */
  readonly beforeId: number | undefined;
}

export type StoredAudit = typeof auditLogs.$inferSelect;

/** Newest first: as they were written, which is what their ids count. */
export function listAudit(
  transaction: Transaction,
  organizationId: string,
  filter: AuditFilter,
  limit: number,
): Promise<StoredAudit[]> {
  const has = <T>(value: T | undefined, condition: (value: T) => SQL): SQL | undefined =>
    value === undefined ? undefined : condition(value);
  return transaction
    .select()
    .from(auditLogs)
    .where(
      and(
        eq(auditLogs.organizationId, organizationId),
        has(filter.actor, (actor) => eq(auditLogs.actorId, actor)),
        has(filter.action, (action) =>
          action.endsWith(':*')
            ? like(auditLogs.action, `${escaped(action.slice(0, -1))}%`)
            : eq(auditLogs.action, action),
        ),
        has(filter.resourceType, (type) => eq(auditLogs.resourceType, type)),
        has(filter.resourceId, (id) => eq(auditLogs.resourceId, id)),
        has(filter.traceId, (id) => eq(auditLogs.traceId, id)),
        has(filter.from, (from) => gte(auditLogs.at, from)),
        has(filter.to, (to) => lt(auditLogs.at, to)),
        has(filter.beforeId, (id) => lt(auditLogs.auditId, id)),
      ),
    )
    .orderBy(desc(auditLogs.auditId))
    .limit(limit);
}

const escaped = (text: string) => text.replaceAll(/[\\%_]/g, '\\$&');
