import type { Permission } from '@parley/contract/api/permissions.ts';
import { WireError } from '@parley/contract/errors.ts';
import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { noTraffic, type Traffic } from '@parley/dialogue/flow/versions/traffic.ts';
import type {
  AgentVersion,
  Draft,
  VersionStore,
  VersionSummary,
} from '@parley/dialogue/flow/versions/version-store.ts';
import { and, desc, eq, isNull, lt, max, sql } from 'drizzle-orm';
import { z } from 'zod';
import { readCursor, writeCursor } from '../api/cursor.ts';
import type { RequestContext } from '../api/request-context.ts';
import { appendEvents } from '../events/outbox.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { dialogueFlows, flowTraffic, flowVersions } from '../storage/schema/flows.ts';
import { isViolation } from '../storage/violations.ts';

/** Who changes something, for the audit log. */
export type Author = Pick<RequestContext, 'actor' | 'organizationId' | 'clientAddress' | 'traceId'>;

export interface StoredFlow {
  readonly flowId: string;
  readonly flowName: string;
  readonly description: string;
  readonly draft: unknown;
  readonly revision: number;
  readonly traffic: Traffic;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Flows of all organizations; each method sees one. Methods throw WireError `storage_unavailable`. */
export interface FlowsRepository {
  /** Newest first. */
  list(
    organizationId: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<{ readonly flows: StoredFlow[]; readonly nextCursor: string | null }>;
  /** Those that answer conversations. */
  published(organizationId: string): Promise<readonly StoredFlow[]>;
  find(organizationId: string, flowId: string): Promise<StoredFlow | undefined>;
  /** @throws WireError `name_taken` */
  create(
    author: Author,
    flow: { readonly flowName: string; readonly description: string; readonly draft: unknown },
  ): Promise<StoredFlow>;
  /** @throws WireError `not_found`, `precondition_failed`, `name_taken` */
  save(
    author: Author,
    flowId: string,
    change: {
      /** The revision that was changed; undefined for whatever is there. */
      readonly onRevision: number | undefined;
      readonly flowName: string | undefined;
      readonly description: string | undefined;
      readonly draft: unknown;
    },
  ): Promise<StoredFlow>;
  /** @throws WireError `not_found` */
  archive(author: Author, flowId: string): Promise<void>;
  /** Drafts, versions and traffic as the dialogue's `AgentVersions` keeps them; what it writes is audited as the author's. */
  versionStore(author: Author): VersionStore;
  /** A published definition, whatever became of the flow since: conversations end with what they began with. */
  definition(organizationId: string, flowId: string, version: number): Promise<AgentVersion | undefined>;
}

export function createFlowsRepository(database: Database): FlowsRepository {
  const readOne = async (tx: Transaction, organizationId: string, flowId: string): Promise<StoredFlow | undefined> => {
    const [row] = await tx
      .select(columns)
      .from(dialogueFlows)
      .leftJoin(flowTraffic, eq(flowTraffic.flowId, dialogueFlows.flowId))
      .where(alive(organizationId, flowId));
    return row === undefined ? undefined : toFlow(row);
  };
  return {
    list: (organizationId, cursor, limit) =>
      database.inOrganization(organizationId, async (tx) => {
        const after = cursor === undefined ? undefined : readCursor(cursor);
        const rows = await tx
          .select(columns)
          .from(dialogueFlows)
          .leftJoin(flowTraffic, eq(flowTraffic.flowId, dialogueFlows.flowId))
          .where(
            and(
              eq(dialogueFlows.organizationId, organizationId),
              isNull(dialogueFlows.archivedAt),
              after === undefined
                ? undefined
                : sql`(${dialogueFlows.createdAt}, ${dialogueFlows.flowId}) < (${after.at}::timestamptz, ${after.id}::uuid)`,
            ),
          )
          .orderBy(desc(dialogueFlows.createdAt), desc(dialogueFlows.flowId))
          .limit(limit + 1);
        const flows = rows.slice(0, limit).map(toFlow);
        const last = flows.at(-1);
        return {
          flows,
          nextCursor: rows.length > limit && last !== undefined ? writeCursor(last.createdAt, last.flowId) : null,
        };
      }),
    published: (organizationId) =>
      database.inOrganization(organizationId, async (tx) => {
        const rows = await tx
          .select(columns)
          .from(dialogueFlows)
          .innerJoin(flowTraffic, eq(flowTraffic.flowId, dialogueFlows.flowId))
          .where(and(eq(dialogueFlows.organizationId, organizationId), isNull(dialogueFlows.archivedAt)))
          .orderBy(dialogueFlows.flowName)
          .limit(maxPublished);
        return rows.map(toFlow).filter(({ traffic }) => traffic.stable !== undefined);
      }),
    find: (organizationId, flowId) =>
      database.inOrganization(organizationId, (tx) => readOne(tx, organizationId, flowId)),
    create: (author, { flowName, description, draft }) =>
      namesOnce(() =>
        database.inOrganization(author.organizationId, async (tx) => {
          const [row] = await tx
            .insert(dialogueFlows)
            .values({
              organizationId: author.organizationId,
              flowName,
              description,
              draft: draft ?? null,
              revision: 1,
              savedBy: author.actor.kind,
            })
            .returning();
          if (row === undefined) throw new Error('An inserted row is returned.');
          await audit(tx, author, 'flows:write', row.flowId, undefined, { flow_name: flowName, description });
          return toFlow({ ...row, traffic: null });
        }),
      ),
    save: (author, flowId, { onRevision, flowName, description, draft }) =>
      namesOnce(() =>
        database.inOrganization(author.organizationId, async (tx) => {
          const before = await lock(tx, author.organizationId, flowId);
          if (onRevision !== undefined && before.revision !== onRevision) throw new WireError('precondition_failed');
          await tx
            .update(dialogueFlows)
            .set({
              flowName: flowName ?? before.flowName,
              description: description ?? before.description,
              draft,
              revision: before.revision + 1,
              savedBy: author.actor.kind,
              updatedAt: new Date(),
            })
            .where(alive(author.organizationId, flowId));
          await audit(
            tx,
            author,
            'flows:write',
            flowId,
            { flow_name: before.flowName, description: before.description, revision: before.revision },
            {
              flow_name: flowName ?? before.flowName,
              description: description ?? before.description,
              revision: before.revision + 1,
            },
          );
          const saved = await readOne(tx, author.organizationId, flowId);
          if (saved === undefined) throw new WireError('not_found');
          return saved;
        }),
      ),
    archive: (author, flowId) =>
      database.inOrganization(author.organizationId, async (tx) => {
        const before = await lock(tx, author.organizationId, flowId);
        await tx.update(dialogueFlows).set({ archivedAt: new Date() }).where(alive(author.organizationId, flowId));
        await audit(tx, author, 'flows:write', flowId, { flow_name: before.flowName }, { archived: true });
      }),
    versionStore: (author) => createVersionStore(database, author),
    definition: (organizationId, flowId, version) =>
      database.inOrganization(organizationId, (tx) => readVersion(tx, organizationId, flowId, version)),
  };
}

/** As many as a team can tell apart. */
const maxPublished = 500;

const columns = {
  flowId: dialogueFlows.flowId,
  flowName: dialogueFlows.flowName,
  description: dialogueFlows.description,
  draft: dialogueFlows.draft,
  revision: dialogueFlows.revision,
  createdAt: dialogueFlows.createdAt,
  updatedAt: dialogueFlows.updatedAt,
  traffic: flowTraffic.traffic,
};

type Row = Omit<StoredFlow, 'traffic'> & { readonly traffic: unknown };

function toFlow({ traffic, ...row }: Row): StoredFlow {
  return {
    flowId: row.flowId,
    flowName: row.flowName,
    description: row.description,
    draft: row.draft,
    revision: row.revision,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    traffic: traffic === null ? noTraffic : readTraffic(traffic),
  };
}

const trafficSchema = z.object({
  revision: z.int(),
  stable: z.int().optional(),
  candidate: z.object({ version: z.int(), percentage: z.number() }).optional(),
  before: z.array(z.int()),
});

function readTraffic(stored: unknown): Traffic {
  const { revision, stable, candidate, before } = trafficSchema.parse(stored);
  return { revision, stable, candidate, before };
}

function alive(organizationId: string, flowId: string) {
  return and(
    eq(dialogueFlows.organizationId, organizationId),
    eq(dialogueFlows.flowId, flowId),
    isNull(dialogueFlows.archivedAt),
  );
}

/** The flow's row, held until the end of the transaction: who changes it does so one after another. */
async function lock(tx: Transaction, organizationId: string, flowId: string) {
  const [row] = await tx.select().from(dialogueFlows).where(alive(organizationId, flowId)).for('update');
  if (row === undefined) throw new WireError('not_found');
  return row;
}

async function namesOnce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isViolation(error, 'dialogue_flows_name') ? new WireError('name_taken') : error;
  }
}

function audit(
  tx: Transaction,
  author: Author,
  action: Permission,
  flowId: string,
  before: unknown,
  after: unknown,
): Promise<void> {
  return recordAudit(tx, author, { action, resourceType: 'flow', resourceId: flowId, before, after });
}

async function readVersion(
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

/** `agentId` is the flow's id here. Pins are not kept: a conversation's row says which version it began with. */
function createVersionStore(database: Database, author: Author): VersionStore {
  const { organizationId } = author;
  const within = <T>(work: (tx: Transaction) => Promise<T>) => database.inOrganization(organizationId, work);
  return {
    readDraft: (flowId) =>
      within(async (tx): Promise<Draft | undefined> => {
        const [row] = await tx.select().from(dialogueFlows).where(alive(organizationId, flowId));
        if (row === undefined) return undefined;
        const { draft, revision, updatedAt, savedBy } = row;
        return { agentId: flowId, revision, definition: draft, savedAtEpochMs: updatedAt.getTime(), savedBy };
      }),
    writeDraft: async ({ agentId, revision, definition }) =>
      within(async (tx) => {
        const written = await tx
          .update(dialogueFlows)
          .set({ draft: definition, revision, updatedAt: new Date(), savedBy: author.actor.kind })
          .where(and(alive(organizationId, agentId), eq(dialogueFlows.revision, revision - 1)))
          .returning({ id: dialogueFlows.flowId });
        return written.length > 0 ? 'written' : 'conflict';
      }),
    addVersion: (version) =>
      within(async (tx) => {
        await lock(tx, organizationId, version.agentId);
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
        await audit(tx, author, 'flows:publish', version.agentId, undefined, {
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
        await lock(tx, organizationId, flowId);
        const [row] = await tx.select().from(flowTraffic).where(eq(flowTraffic.flowId, flowId));
        const before = row === undefined ? undefined : readTraffic(row.traffic);
        if ((before?.revision ?? 0) !== traffic.revision - 1) return 'conflict';
        await tx
          .insert(flowTraffic)
          .values({ flowId, organizationId, traffic })
          .onConflictDoUpdate({ target: flowTraffic.flowId, set: { traffic, updatedAt: new Date() } });
        await audit(tx, author, 'flows:publish', flowId, before, traffic);
        return 'written';
      }),
    pin: async (_flowId, _conversation, version) => version,
    readPin: async () => undefined,
    unpin: async () => {},
  };
}
