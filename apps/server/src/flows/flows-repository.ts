import { WireError } from '@parley/contract/errors.ts';
import { noTraffic, type Traffic } from '@parley/dialogue/flow/versions/traffic.ts';
import type { AgentVersion, VersionStore } from '@parley/dialogue/flow/versions/version-store.ts';
import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { readCursor, writeCursor } from '../api/cursor.ts';
import { actorName } from '../api/request-context.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { dialogueFlows, flowTraffic } from '../storage/schema/flows.ts';
import { isViolation } from '../storage/violations.ts';
import { type Author, aliveFlow, auditFlow, lockFlow, readTraffic, readVersion } from './flow-row-store.ts';
import { createVersionStore } from './version-store.ts';

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
      .where(aliveFlow(organizationId, flowId));
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
              savedBy: actorName(author.actor),
            })
            .returning();
          if (row === undefined) throw new Error('An inserted row is returned.');
          await auditFlow(tx, author, 'flows:write', row.flowId, undefined, { flow_name: flowName, description });
          return toFlow({ ...row, traffic: null });
        }),
      ),
    save: (author, flowId, { onRevision, flowName, description, draft }) =>
      namesOnce(() =>
        database.inOrganization(author.organizationId, async (tx) => {
          const before = await lockFlow(tx, author.organizationId, flowId);
          if (onRevision !== undefined && before.revision !== onRevision) throw new WireError('precondition_failed');
          await tx
            .update(dialogueFlows)
            .set({
              flowName: flowName ?? before.flowName,
              description: description ?? before.description,
              draft,
              revision: before.revision + 1,
              savedBy: actorName(author.actor),
              updatedAt: new Date(),
            })
            .where(aliveFlow(author.organizationId, flowId));
          await auditFlow(
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
        const before = await lockFlow(tx, author.organizationId, flowId);
        await tx.update(dialogueFlows).set({ archivedAt: new Date() }).where(aliveFlow(author.organizationId, flowId));
        await auditFlow(tx, author, 'flows:write', flowId, { flow_name: before.flowName }, { archived: true });
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

async function namesOnce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isViolation(error, 'dialogue_flows_name') ? new WireError('name_taken') : error;
  }
}
