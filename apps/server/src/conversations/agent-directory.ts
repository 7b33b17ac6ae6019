import { WireError } from '@parley/contract/errors.ts';
import { z } from 'zod';
import type { FlowDirectory } from '../flows/flow-directory.ts';
import type { HostedAgent } from './hosted-agent.ts';

/** An agent as a new conversation gets it. */
export interface ResolvedAgent {
  /** Stands in the session's row: the id of an agent that ships, or of a flow. */
  readonly agentId: string;
  readonly agent: HostedAgent;
  /** Of a drawn agent: the published version that the conversation keeps to its end. */
  readonly flowId: string | undefined;
  readonly flowVersion: number | undefined;
}

/** Who answers: agents that ship with the server, and those that organizations draw. */
export interface AgentDirectory {
  /** Those that ship, by id: the same for every organization. */
  readonly shipped: ReadonlyMap<string, HostedAgent>;
  /**
   * The agent for a new conversation.
   * @throws WireError `invalid_request` that says which agent there is not, and as FlowDirectory for flows
   */
  resolve(request: {
    readonly organizationId: string;
    /** Of an agent that ships, or of a flow. The default agent when neither this nor a flow is given. */
    readonly agentId?: string | undefined;
    /** Decides when both are given. */
    readonly flowId?: string | undefined;
    /** The same caller gets the same share of traffic. */
    readonly callerKey?: string | undefined;
    readonly conversationId: string;
  }): Promise<ResolvedAgent>;
  /**
   * The agent of a conversation that goes on, in the version that it began with.
   * @throws WireError as `resolve`
   */
  resume(conversation: {
    readonly organizationId: string;
    readonly agentId: string;
    readonly flowId: string | undefined;
    readonly flowVersion: number | undefined;
  }): Promise<HostedAgent>;
}

export function createAgentDirectory(
  shipped: ReadonlyMap<string, HostedAgent>,
  defaultAgentId: string,
  flows?: Pick<FlowDirectory, 'choose' | 'agent'>,
): AgentDirectory {
  const named = async (id: string, organizationId: string): Promise<HostedAgent> => {
    const agent = shipped.get(id);
    if (agent === undefined) throw new WireError('invalid_request', { agent_id: `There is no agent ${id}.` });
    return (await agent.forOrganization?.(organizationId)) ?? agent;
  };
  return {
    shipped,
    resolve: async ({ organizationId, agentId = defaultAgentId, callerKey, conversationId, ...request }) => {
      // An agent that ships has a name, a flow has an id.
      const flowId = request.flowId ?? (z.uuid().safeParse(agentId).success ? agentId : undefined);
      if (flowId === undefined || flows === undefined) {
        return { agentId, agent: await named(agentId, organizationId), flowId: undefined, flowVersion: undefined };
      }
      const version = await flows.choose({ organizationId, flowId, callerKey: callerKey ?? conversationId });
      return { agentId: flowId, agent: await flows.agent(version), flowId, flowVersion: version.version };
    },
    resume: async ({ organizationId, agentId, flowId, flowVersion }) =>
      flowId === undefined || flowVersion === undefined || flows === undefined
        ? named(agentId, organizationId)
        : flows.agent({ organizationId, flowId, version: flowVersion }),
  };
}
