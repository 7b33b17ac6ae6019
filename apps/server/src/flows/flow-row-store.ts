import type { Permission } from '@parley/contract/api/permissions.ts';
import { WireError } from '@parley/contract/errors.ts';
import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import type { Traffic } from '@parley/dialogue/flow/versions/traffic.ts';
import type { AgentVersion } from '@parley/dialogue/flow/versions/version-store.ts';
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import type { RequestContext } from '../api/request-context.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { Transaction } from '../storage/database.ts';
import { dialogueFlows, flowVersions } from '../storage/schema/flows.ts';

/** Who changes something, for the audit log. */
export type Author = Pick<RequestContext, 'actor' | 'organizationId' | 'clientAddress' | 'traceId'>;

const trafficSchema = z.object({
  revision: z.int(),
  stable: z.int().optional(),
  candidate: z.object({ version: z.int(), percentage: z.number() }).optional(),
  before: z.array(z.int()),
});

export function readTraffic(stored: unknown): Traffic {
  const { revision, stable, candidate, before } = trafficSchema.parse(stored);
  return { revision, stable, candidate, before };
}

export function aliveFlow(organizationId: string, flowId: string) {
  return and(
    eq(dialogueFlows.organizationId, organizationId),
    eq(dialogueFlows.flowId, flowId),
    isNull(dialogueFlows.archivedAt),
  );
}

/** The flow's row, held until the end of the transaction: who changes it does so one after another. */
export async function lockFlow(tx: Transaction, organizationId: string, flowId: string) {
  const [row] = await tx.select().from(dialogueFlows).where(aliveFlow(organizationId, flowId)).for('update');
  if (row === undefined) throw new WireError('not_found');
  return row;
}

export async function readVersion(
  tx: Transaction,
  organizationId: string,
  flowId: string,
  number: number,
): Promise<AgentVersion | undefined> {
  const [row] = await tx
    .select()
    .from(flowVersions)
    .where(
      and(
        eq(flowVersions.organizationId, organizationId),
        eq(flowVersions.flowId, flowId),
        eq(flowVersions.version, number),
      ),
    );
  if (row === undefined) return undefined;
  return {
    agentId: flowId,
    number: row.version,
    note: row.note,
    publishedAtEpochMs: row.publishedAt.getTime(),
    publishedBy: row.createdBy,
    definition: agentDefinitionSchema.parse(row.definition),
  };
}

export function auditFlow(
  tx: Transaction,
  author: Author,
  action: Permission,
  flowId: string,
  before: unknown,
  after: unknown,
): Promise<void> {
  return recordAudit(tx, author, { action, resourceType: 'flow', resourceId: flowId, before, after });
}
