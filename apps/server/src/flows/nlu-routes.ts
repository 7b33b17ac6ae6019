import { parseText as parseTextRoute } from '@parley/contract/api/nlu-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { FoundEntity } from '@parley/dialogue/entities/found-entity.ts';
import { parseText } from '@parley/dialogue/flow/parse-text.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import { actorName } from '../api/request-context.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import type { FlowDirectory } from './flow-directory.ts';

export interface NluRoutes {
  readonly directory: FlowDirectory;
  /** Agents that ship, and those of folders, by id. */
  readonly agents: ReadonlyMap<string, HostedAgent>;
  readonly defaultAgentId: string;
}

/** What a text means, without a conversation. */
export function nluRoutes({ directory, agents, defaultAgentId }: NluRoutes): HandledRoute[] {
  return [
    handle(parseTextRoute, async ({ body }, { organizationId, actor, signal }) => {
      const { agent_id: agentId, flow_id: flowId, ...context } = body.context;
      const callerKey = actorName(actor);
      const agent =
        flowId === undefined
          ? agents.get(agentId ?? defaultAgentId)
          : await directory.agent(await directory.choose({ organizationId, flowId, callerKey }));
      if (agent?.understanding === undefined) throw new WireError('agent_not_found');
      const { definition, classifiers } = agent.understanding;
      const base = body.language.split('-')[0] ?? body.language;
      if (!classifiers.has(base)) {
        throw new WireError('language_not_understood', { languages: [...classifiers.keys()] });
      }
      const { guess, entities, sentiment } = await parseText(
        { definition, classifiers },
        {
          text: body.text,
          language: body.language,
          expectedIntents: context.expected_intents,
          slotAsked: context.slot_asked,
          nowEpochMs: Date.now(),
          timeZone: context.time_zone,
        },
        signal,
      );
      return {
        intent: { name: guess.intent ?? null, confidence: guess.confidence },
        ranking: guess.ranking.map(({ intent, confidence }) => ({ name: intent, confidence })),
        entities: entities.map(toEntity),
        sentiment,
      };
    }),
  ];
}

function toEntity(found: FoundEntity) {
  return {
    // A list or a pattern goes by its own name.
    entity_type: 'of' in found ? found.of : found.kind,
    value: found.value,
    text: found.text,
    confidence: found.confidence ?? 1,
    start_char: found.start,
    end_char: found.end,
  };
}
