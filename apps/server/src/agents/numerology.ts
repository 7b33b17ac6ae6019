import { createNumerology, type NumerologyLanguage } from '@parley/agent-numerology/numerology-agent.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import type { AgentParts, CreateHostedAgents } from './agent-parts.ts';
import { isSpoken } from './spoken-languages.ts';

/** The same agent twice, by the language that it greets in. */
export const createHostedNumerology: CreateHostedAgents = async (parts) => ({
  numerology: await hosted('vi-VN', parts),
  'numerology-en': await hosted('en-US', parts),
});

async function hosted(language: NumerologyLanguage, { onError }: AgentParts): Promise<HostedAgent> {
  const { agent, name, description, vocabulary, suggestions } = await createNumerology({
    language,
    onError: (error) => onError(error, 'the numerology agent'),
  });
  return { agent, name, description, vocabulary, suggestions, hasVoice: isSpoken(language) };
}
