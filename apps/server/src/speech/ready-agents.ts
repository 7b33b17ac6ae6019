import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { SpeechRouter } from '@parley/speech/router/speech-router.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import type { AlwaysSaid } from './always-said.ts';
import { fixedSentences } from './fixed-sentences.ts';
import type { ServerSpeech } from './server-speech.ts';

/** Makes agents that were just published ready to be called: what listens learns their words, and what they always say is spoken once. */
export interface ReadyAgents {
  /**
   * What it always says may be kept once it was said. Costs nothing when it is known.
   * @param organizationId undefined: it ships, or stands in a folder
   */
  know(agent: Pick<HostedAgent, 'agent' | 'understanding'>, organizationId: string | undefined): void;
  /** Nobody waits for it; whoever calls before is only slower. */
  add(agent: {
    readonly organizationId: string;
    readonly agentId: string;
    readonly load: () => Promise<HostedAgent>;
  }): void;
  close(): Promise<void>;
}

/** One after the other; of more at once the first callers wait a moment. */
const maxWaiting = 20;
/** Organizations that have an agent of a folder; what is beyond is told again. */
const maxKnownBy = 1000;
/** Three hundred sentences by a slow voice. */
const timeoutMs = 300_000;

export interface ReadyAgentsParts {
  readonly speech: Pick<ServerSpeech, 'prepare' | 'scopeFor'>;
  readonly router: Pick<SpeechRouter, 'warm'>;
  readonly alwaysSaid: Pick<AlwaysSaid, 'add'>;
  readonly onError: (error: unknown, context: string) => void;
}

export function createReadyAgents({ speech, router, alwaysSaid, onError }: ReadyAgentsParts): ReadyAgents {
  const stop = new AbortController();
  const waiting: Parameters<ReadyAgents['add']>[0][] = [];
  let running: Promise<void> | undefined;

  const ready = async ({ organizationId, agentId, load }: Parameters<ReadyAgents['add']>[0]): Promise<void> => {
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(timeoutMs)]);
    const { agent, speech: wishes, vocabulary, understanding } = await load();
    const spoken = { language: agent.language, speech: wishes };
    try {
      await speech.prepare(organizationId, spoken, vocabulary, signal);
      if (understanding === undefined) return;
      const texts = fixedSentences(understanding.definition, agent.language);
      alwaysSaid.add(texts, organizationId);
      const scope = await speech.scopeFor(
        { organizationId, conversationId: undefined, agentId, onUsage: () => {} },
        spoken,
      );
      if (scope.plan.cache) await router.warm({ texts, voice: agent.voice }, scope, signal);
    } catch (error) {
      // Nobody hears or speaks its language: it is talked to in text.
      if (!(error instanceof SpeechError)) throw error;
    }
  };
  const run = async () => {
    for (let next = waiting.shift(); next !== undefined && !stop.signal.aborted; next = waiting.shift()) {
      try {
        await ready(next);
      } catch (error) {
        if (!stop.signal.aborted) onError(error, `making the agent ${next.agentId} ready to be called`);
      }
    }
  };
  /** By whom, and in which language: the same definition serves call after call. */
  const known = new WeakMap<AgentDefinition, Set<string>>();
  return {
    know({ agent: { language }, understanding }, organizationId) {
      if (understanding === undefined) return;
      const { definition } = understanding;
      const its = known.get(definition) ?? new Set();
      const by = `${organizationId} ${language}`;
      if (its.has(by)) return;
      known.set(definition, its.size < maxKnownBy ? its.add(by) : new Set([by]));
      alwaysSaid.add(fixedSentences(definition, language), organizationId);
    },
    add(agent) {
      if (stop.signal.aborted || waiting.length >= maxWaiting) return;
      waiting.push(agent);
      running ??= run().finally(() => {
        running = undefined;
      });
    },
    async close() {
      stop.abort();
      await running;
    },
  };
}
