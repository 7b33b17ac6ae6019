import type { Draft, VersionStore, VersionSummary } from '@parley/dialogue/flow/versions/version-store.ts';
import { and, desc, eq, lt, max } from 'drizzle-orm';
import { actorName } from '../api/request-context.ts';
import { appendEvents } from '../events/outbox.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { dialogueFlows, flowTraffic, flowVersions } from '../storage/schema/flows.ts';
import { type Author, aliveFlow, auditFlow, lockFlow, readTraffic, readVersion } from './flow-row-store.ts';

/** The dialogue's versions in PostgreSQL; `agentId` is the flow's id here. Pins are not kept: a conversation's row says which version it began with. */
export function createVersionStore(database: Database, author: Author): VersionStore {
  const { organizationId } = author;
  const within = <T>(work: (tx: Transaction) => Promise<T>) => database.inOrganization(organizationId, work);
  return {
    readDraft: (flowId) =>
      within(async (tx): Promise<Draft | undefined> => {
        const [row] = await tx.select().from(dialogueFlows).where(aliveFlow(organizationId, flowId));
        if (row === undefined) return undefined;
        const { draft, revision, updatedAt, savedBy } = row;
        return { agentId: flowId, revision, definition: draft, savedAtEpochMs: updatedAt.getTime(), savedBy };
      }),
    writeDraft: async ({ agentId, revision, definition }) =>
      within(async (tx) => {
        const written = await tx
          .update(dialogueFlows)
          .set({ draft: definition, revision, updatedAt: new Date(), savedBy: actorName(author.actor) })
          .where(and(aliveFlow(organizationId, agentId), eq(dialogueFlows.revision, revision - 1)))
          .returning({ id: dialogueFlows.flowId });
        return written.length > 0 ? 'written' : 'conflict';
      }),
    addVersion: (version) =>
      within(async (tx) => {
        await lockFlow(tx, organizationId, version.agentId);
        const [last] = await tx
          .select({ number: max(flowVersions.version) })
          .from(flowVersions)
          .where(eq(flowVersions.flowId, version.agentId));
        if (version.number !== (last?.number ?? 0) + 1) return 'conflict';
        await tx.insert(flowVersions).values({
          flowId: version.agentId,
          organizationId,
          version: version.number,
          definition: version.definition,
          note: version.note,
          publishedAt: new Date(version.publishedAtEpochMs),
          createdBy: version.publishedBy,
        });
        await auditFlow(tx, author, 'flows:publish', version.agentId, undefined, {
          version: version.number,
          note: version.note,
        });
        await appendEvents(tx, [
          {
            organizationId,
            conversationId: undefined,
            topic: 'admin-events',
            type: 'flow_published',
            payload: { flow_id: version.agentId, version: version.number },
          },
        ]);
        return 'written';
      }),
    readVersion: (flowId, number) => within((tx) => readVersion(tx, organizationId, flowId, number)),
    listVersions: (flowId, { before, limit }) =>
      within(async (tx): Promise<readonly VersionSummary[]> => {
        const rows = await tx
          .select({
            number: flowVersions.version,
            note: flowVersions.note,
            publishedAt: flowVersions.publishedAt,
            publishedBy: flowVersions.createdBy,
          })
          .from(flowVersions)
          .where(
            and(
              eq(flowVersions.organizationId, organizationId),
              eq(flowVersions.flowId, flowId),
              before === undefined ? undefined : lt(flowVersions.version, before),
            ),
          )
          .orderBy(desc(flowVersions.version))
          .limit(limit);
        return rows.map(({ publishedAt, ...row }) => ({
          ...row,
          agentId: flowId,
          publishedAtEpochMs: publishedAt.getTime(),
        }));
      }),
    readTraffic: (flowId) =>
      within(async (tx) => {
        const [row] = await tx.select().from(flowTraffic).where(eq(flowTraffic.flowId, flowId));
        return row === undefined ? undefined : readTraffic(row.traffic);
      }),
    writeTraffic: (flowId, traffic) =>
      within(async (tx) => {
        await lockFlow(tx, organizationId, flowId);
        const [row] = await tx.select().from(flowTraffic).where(eq(flowTraffic.flowId, flowId));
        const before = row === undefined ? undefined : readTraffic(row.traffic);
        if ((before?.revision ?? 0) !== traffic.revision - 1) return 'conflict';
        await tx
          .insert(flowTraffic)
          .values({ flowId, organizationId, traffic })
          .onConflictDoUpdate({ target: flowTraffic.flowId, set: { traffic, updatedAt: new Date() } });
        await auditFlow(tx, author, 'flows:publish', flowId, before, traffic);
        return 'written';
      }),
    pin: async (_flowId, _conversation, version) => version,
    readPin: async () => undefined,
    unpin: async () => {},
  };
}
