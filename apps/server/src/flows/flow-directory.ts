import { WireError } from '@parley/contract/errors.ts';
import type { AgentSpeechSettings } from '@parley/contract/speech-settings.ts';
import { type BuildOptions, buildFlowAgent } from '@parley/dialogue/flow/build-agent.ts';
import type { FlowParts } from '@parley/dialogue/flow/runner/parts.ts';
import { versionInTraffic } from '@parley/dialogue/flow/versions/traffic.ts';
import { suggestionsOf } from '../agents/suggestions.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { boundTraining } from './bounded-training.ts';
import type { FlowsRepository, StoredFlow } from './flows-repository.ts';
import type { OrganizationTools } from './organization-tools.ts';

export interface FlowDirectoryParts {
  readonly flows: FlowsRepository;
  readonly tools: OrganizationTools;
  readonly flowParts: Pick<FlowParts, 'code' | 'model' | 'handOff'>;
  readonly understanding: Pick<BuildOptions, 'embedder' | 'onEmbedderFailure'>;
  readonly onError: (error: unknown, context: string) => void;
}

/** A version of a drawn agent, as a conversation keeps it to its end. */
export interface FlowVersion {
  readonly organizationId: string;
  readonly flowId: string;
  readonly version: number;
}

/** What is shown of an agent to whoever chooses one. */
export interface AgentCard {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly language: string;
  readonly suggestions: readonly string[];
  readonly speech: AgentSpeechSettings | undefined;
}

/** Agents that teams have drawn and published. */
export interface FlowDirectory {
  /**
   * Which version answers a new conversation.
   *
   * @param request.callerKey the same for all conversations of a caller: they keep their version while the shares stay as they are
   * @throws WireError `not_found`, `flow_not_published`
   */
  choose(request: {
    readonly organizationId: string;
    readonly flowId: string;
    readonly callerKey: string;
  }): Promise<FlowVersion>;
  /** The agent, trained and ready. @throws WireError `agent_not_found`, `overloaded` when too many are being trained */
  agent(version: FlowVersion): Promise<HostedAgent>;
  /** Those that a conversation can be opened with, in their stable versions. */
  published(organizationId: string): Promise<readonly AgentCard[]>;
  close(): void;
}

/** Agents that are kept ready; the one used longest ago is made anew when it is needed. A megabyte or two each. */
const maxReady = 200;
/** A few hundred bytes each. */
const maxCards = 2000;

export function createFlowDirectory(parts: FlowDirectoryParts): FlowDirectory {
  const ready = new Map<string, { readonly agent: Promise<HostedAgent>; readonly toolsRevision: string }>();
  const stop = new AbortController();
  const train = boundTraining();

  const build = async (version: FlowVersion, tools: FlowParts['tools']): Promise<HostedAgent> => {
    const { organizationId, flowId, version: number } = version;
    const found = await parts.flows.definition(organizationId, flowId, number);
    if (found === undefined) throw new WireError('agent_not_found');
    const { definition } = found;
    const models = await train(definition, stop.signal);
    const { agent, vocabulary, classifiers } = buildFlowAgent(
      definition,
      { ...parts.flowParts, tools },
      {
        ...parts.understanding,
        models,
        onError: (error, where) => parts.onError(error, `flow ${flowId} in ${where.conversationId}`),
      },
    );
    return {
      // Two versions of one flow are two agents, and so are two organizations' of one name.
      agent: { ...agent, id: flowId },
      name: definition.name,
      description: definition.description,
      vocabulary: { ...vocabulary, id: `${flowId}@${number}` },
      suggestions: suggestionsOf(definition, agent.language),
      speech: definition.speech,
      understanding: { classifiers, definition },
    };
  };

  /** Published versions never change, so what is shown of them is read once. */
  const cards = new Map<string, AgentCard>();
  const card = async (organizationId: string, { flowId, traffic }: StoredFlow): Promise<AgentCard | undefined> => {
    if (traffic.stable === undefined) return undefined;
    const key = `${flowId}@${traffic.stable}`;
    const known = cards.get(key);
    if (known !== undefined) return known;
    const found = await parts.flows.definition(organizationId, flowId, traffic.stable);
    if (found === undefined) return undefined;
    const { name, description, languages, speech } = found.definition;
    const language = languages[0] ?? 'en-US';
    const suggestions = suggestionsOf(found.definition, language);
    const shown = { id: flowId, name, description, language, suggestions, speech };
    cards.set(key, shown);
    const [oldest] = cards.keys();
    if (cards.size > maxCards && oldest !== undefined) cards.delete(oldest);
    return shown;
  };

  return {
    async choose({ organizationId, flowId, callerKey }) {
      const flow = await parts.flows.find(organizationId, flowId);
      if (flow === undefined) throw new WireError('not_found', { flow_id: 'There is no such flow.' });
      const version = versionInTraffic(flow.traffic, flowId, callerKey);
      if (version === undefined) throw new WireError('flow_not_published');
      return { organizationId, flowId, version };
    },
    async agent(version) {
      const { tools, revision } = await parts.tools.get(version.organizationId);
      const key = `${version.organizationId} ${version.flowId}@${version.version}`;
      const known = ready.get(key);
      if (known !== undefined && known.toolsRevision === revision) {
        // Used last, dropped last.
        ready.delete(key);
        ready.set(key, known);
        return known.agent;
      }
      const agent = build(version, tools);
      ready.set(key, { agent, toolsRevision: revision });
      agent.catch(() => {
        if (ready.get(key)?.agent === agent) ready.delete(key);
      });
      const [oldest] = ready.keys();
      if (ready.size > maxReady && oldest !== undefined) ready.delete(oldest);
      return agent;
    },
    published: async (organizationId) => {
      const flows = await parts.flows.published(organizationId);
      const shown = await Promise.all(flows.map((flow) => card(organizationId, flow)));
      return shown.filter((one) => one !== undefined);
    },
    close: () => stop.abort(),
  };
}
