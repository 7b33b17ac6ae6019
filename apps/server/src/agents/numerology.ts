import { createNumerology } from '@parley/agent-numerology/numerology-agent.ts';
import { createNumerologyModelAgent } from '@parley/agent-numerology/numerology-model-agent.ts';
import type { NumerologyLanguage } from '@parley/agent-numerology/numerology-texts.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import type { AgentParts, CreateHostedAgents } from './agent-parts.ts';
import { hostedFlowAgent } from './hosted-flow-agent.ts';
import { withoutFlows } from './without-flows.ts';

/** The same agent twice, by the language that it greets in; and as a language model, where one is configured. */
export const createHostedNumerology: CreateHostedAgents = async (parts) => {
  const vietnamese = await hosted('vi-VN', parts);
  const english = await hosted('en-US', parts);
  return {
    numerology: vietnamese,
    'numerology-en': english,
    ...(await byModel('numerology-model', vietnamese, 'vi-VN', parts)),
    ...(await byModel('numerology-model-en', english, 'en-US', parts)),
  };
};

async function hosted(
  language: NumerologyLanguage,
  { understanding, onError, handOff }: AgentParts,
): Promise<HostedAgent> {
  const built = await createNumerology({
    ...understanding,
    handOff,
    language,
    onError: (error) => onError(error, 'the numerology agent'),
  });
  return hostedFlowAgent(built);
}

async function byModel(
  id: string,
  flows: HostedAgent,
  language: NumerologyLanguage,
  { languageModel, clock, onError, handOff }: AgentParts,
): Promise<Readonly<Record<string, HostedAgent>>> {
  if (languageModel === undefined) return {};
  const agent = await createNumerologyModelAgent(languageModel, { language, clock, onError, handOff });
  return { [id]: { ...withoutFlows(flows), agent, name: `${flows.name} (AI)` } };
}
