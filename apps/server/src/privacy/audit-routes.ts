import { listAuditLogs } from '@parley/contract/api/audit-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import { z } from 'zod';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { Database } from '../storage/database.ts';
import { recordAudit } from './audit.ts';
import { listAudit, type StoredAudit } from './audit-repository.ts';
import { identifiersOf } from './people-repository.ts';
import { personIdsIn, withIdentifiers } from './pseudonyms.ts';

/** The audit log, for those who may read it. */
export function auditRoutes(database: Database): HandledRoute[] {
  return [
    handle(listAuditLogs, async ({ query }, context) => {
      const { cursor, limit, from, to, ...filters } = query;
      const filter = {
        actor: filters.actor,
        action: filters.action,
        resourceType: filters.resource_type,
        resourceId: filters.resource_id,
        traceId: filters.trace_id,
        from: from === undefined ? undefined : new Date(from),
        to: to === undefined ? undefined : new Date(to),
        beforeId: cursor === undefined ? undefined : readCursor(cursor),
      };
      return database.inOrganization(context.organizationId, async (tx) => {
        // One more than asked for tells whether there is another page.
        const rows = await listAudit(tx, context.organizationId, filter, limit + 1);
        const page = rows.slice(0, limit);
        const ids = personIdsIn(
          JSON.stringify(page.map(({ resourceId, before, after }) => [resourceId, before, after])),
        );
        const identifiers = await identifiersOf(tx, context.organizationId, [...new Set(ids)]);
        // Only the first page: whoever reads on reads the same.
        if (cursor === undefined) {
          await recordAudit(tx, context, {
            action: 'audit:read',
            resourceType: 'audit_logs',
            resourceId: undefined,
            after: filters,
          });
        }
        return {
          audit_logs: page.map((row) => toView(row, identifiers)),
          next_cursor: rows.length > limit ? String(page.at(-1)?.auditId ?? '') : null,
        };
      });
    }),
  ];
}

function toView(row: StoredAudit, identifiers: ReadonlyMap<string, string>) {
  return {
    audit_id: row.auditId,
    at: row.at.toISOString(),
    actor: row.actorId,
    action: row.action,
    resource_type: row.resourceType,
    resource_id: row.resourceId === null ? null : withIdentifiers(row.resourceId, identifiers),
    before: identified(row.before, identifiers),
    after: identified(row.after, identifiers),
    client_address: row.ip,
    trace_id: row.traceId,
  };
}

function identified(value: unknown, identifiers: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return withIdentifiers(value, identifiers);
  if (Array.isArray(value)) return value.map((item) => identified(item, identifiers));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, identified(inner, identifiers)]));
}

/** @throws WireError `invalid_request` for a text that is none of ours */
function readCursor(cursor: string): number {
  const id = z.coerce.number().int().positive().safeParse(cursor);
  if (id.success) return id.data;
  throw new WireError('invalid_request', { cursor: 'Pass back the next_cursor of the page before, unchanged.' });
}
