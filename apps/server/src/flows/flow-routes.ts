import {
  archiveFlow,
  createFlow,
  getFlow,
  getFlowVersion,
  listFlows,
  listFlowVersions,
  publishFlow,
  rollBackFlow,
  saveFlow,
  setFlowTraffic,
  validateFlow,
} from '@parley/contract/api/flows-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { FlowView } from '@parley/contract/flow-views.ts';
import { FlowError } from '@parley/dialogue/flow/flow-error.ts';
import { validateAgent } from '@parley/dialogue/flow/validate-agent.ts';
import type { KnownParts } from '@parley/dialogue/flow/validation/known-names.ts';
import { AgentVersions } from '@parley/dialogue/flow/versions/agent-versions.ts';
import type { Traffic } from '@parley/dialogue/flow/versions/traffic.ts';
import type { VersionSummary } from '@parley/dialogue/flow/versions/version-store.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import { actorName } from '../api/request-context.ts';
import type { FlowVersion } from './flow-directory.ts';
import type { Author } from './flow-row-store.ts';
import type { FlowsRepository, StoredFlow } from './flows-repository.ts';

export interface FlowRoutes {
  readonly flows: FlowsRepository;
  /** What the organization's flows can use. */
  readonly knownTo: (organizationId: string) => Promise<KnownParts>;
  /** Told of each version that is published. */
  readonly onPublished?: (version: FlowVersion) => void;
}

/** Drafts, versions, and who is answered by which. */
export function flowRoutes({ flows, knownTo, onPublished }: FlowRoutes): HandledRoute[] {
  const found = async (organizationId: string, flowId: string): Promise<StoredFlow> => {
    const flow = await flows.find(organizationId, flowId);
    if (flow === undefined) throw new WireError('not_found');
    return flow;
  };
  const versionsOf = async (author: Author): Promise<AgentVersions> => {
    const known = await knownTo(author.organizationId);
    return new AgentVersions(flows.versionStore(author), { knownTo: () => known, nowEpochMs: Date.now });
  };
  return [
    handle(listFlows, async ({ query }, { organizationId }) => {
      const page = await flows.list(organizationId, query.cursor, query.limit);
      return { flows: page.flows.map(toSummary), next_cursor: page.nextCursor };
    }),

    handle(createFlow, async ({ body }, context) => {
      const flow = await flows.create(context, {
        flowName: body.flow_name,
        description: body.description,
        draft: body.flow_definition,
      });
      context.setEtag(flow.revision);
      return toView(flow);
    }),

    handle(getFlow, async ({ params }, context) => {
      const flow = await found(context.organizationId, params.flow_id);
      context.setEtag(flow.revision);
      return toView(flow);
    }),

    handle(saveFlow, async ({ params, body }, context) => {
      const flow = await flows.save(context, params.flow_id, {
        onRevision: context.ifMatchVersion,
        flowName: body.flow_name,
        description: body.description,
        draft: body.flow_definition,
      });
      context.setEtag(flow.revision);
      return toView(flow);
    }),

    handle(archiveFlow, async ({ params }, context) => {
      await flows.archive(context, params.flow_id);
      return undefined;
    }),

    handle(validateFlow, async ({ params }, { organizationId }) => {
      const flow = await found(organizationId, params.flow_id);
      const checked = validateAgent(flow.draft, await knownTo(organizationId));
      return {
        is_valid: checked.kind === 'valid',
        problems: [...(checked.kind === 'valid' ? checked.warnings : checked.problems)],
      };
    }),

    handle(publishFlow, async ({ params, body }, context) => {
      const flow = await found(context.organizationId, params.flow_id);
      const versions = await versionsOf(context);
      const published = await onWire(() =>
        versions.publish({
          agentId: flow.flowId,
          revision: context.ifMatchVersion ?? flow.revision,
          percentage: body.traffic_percentage,
          note: body.note,
          by: actorName(context.actor),
        }),
      );
      if (published.kind === 'invalid') throw new WireError('flow_invalid', { problems: published.problems });
      const { organizationId } = context;
      onPublished?.({ organizationId, flowId: flow.flowId, version: published.version.number });
      const traffic = await versions.traffic(flow.flowId);
      return {
        flow_id: flow.flowId,
        ...toVersion(published.version),
        is_active: traffic.stable !== undefined,
        traffic: toTraffic(traffic),
        warnings: [...published.warnings],
      };
    }),

    handle(setFlowTraffic, async ({ params, body }, context) => {
      await found(context.organizationId, params.flow_id);
      const versions = await versionsOf(context);
      return toTraffic(
        await onWire(() => versions.setPercentage(params.flow_id, body.version, body.traffic_percentage)),
      );
    }),

    handle(rollBackFlow, async ({ params, body }, context) => {
      await found(context.organizationId, params.flow_id);
      const versions = await versionsOf(context);
      return toTraffic(await onWire(() => versions.rollBack(params.flow_id, body.version)));
    }),

    handle(listFlowVersions, async ({ params, query }, context) => {
      await found(context.organizationId, params.flow_id);
      const before = readNumber(query.cursor);
      const versions = await (await versionsOf(context)).list(params.flow_id, {
        ...(before !== undefined && { before }),
        limit: query.limit,
      });
      const last = versions.at(-1)?.number;
      return {
        versions: versions.map(toVersion),
        next_cursor: versions.length === query.limit && last !== undefined && last > 1 ? String(last) : null,
      };
    }),

    handle(getFlowVersion, async ({ params }, { organizationId }) => {
      await found(organizationId, params.flow_id);
      const version = await flows.definition(organizationId, params.flow_id, params.version);
      if (version === undefined) throw new WireError('not_found');
      return {
        flow_id: params.flow_id,
        ...toVersion(version),
        flow_definition: JSON.parse(JSON.stringify(version.definition)),
      };
    }),
  ];
}

/** Mistakes of the dialogue's versions as clients see them. */
async function onWire<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    switch (error.code) {
      case 'draft_conflict':
        throw new WireError('precondition_failed');
      case 'agent_unknown':
      case 'version_unknown':
        throw new WireError('not_found', { reason: error.message });
      default:
        throw new WireError('flow_conflict', { reason: error.message });
    }
  }
}

function toSummary({ flowId, flowName, description, revision, traffic, createdAt, updatedAt }: StoredFlow) {
  return {
    flow_id: flowId,
    flow_name: flowName,
    description,
    revision,
    version: traffic.stable ?? null,
    is_active: traffic.stable !== undefined,
    traffic: toTraffic(traffic),
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

function toView(flow: StoredFlow): FlowView {
  return { ...toSummary(flow), flow_definition: JSON.parse(JSON.stringify(flow.draft ?? null)) };
}

function toTraffic({ stable, candidate }: Traffic) {
  return {
    stable_version: stable ?? null,
    candidate:
      candidate === undefined ? null : { version: candidate.version, traffic_percentage: candidate.percentage },
  };
}

function toVersion({ number, note, publishedAtEpochMs, publishedBy }: VersionSummary) {
  return { version: number, note, published_at: new Date(publishedAtEpochMs).toISOString(), created_by: publishedBy };
}

function readNumber(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(cursor)) return Number(cursor);
  throw new WireError('invalid_request', { cursor: 'Pass back the next_cursor of the page before, unchanged.' });
}
