import { createBank } from '@parley/agent-bank/bank-agent.ts';
import type { CreateHostedAgents } from './agent-parts.ts';

/** The bank over a sandbox of its own, which ends with the server. */
export const createHostedBank: CreateHostedAgents = async ({ understanding, onError, own }) => {
  const { agent, name, description, vocabulary, suggestions, close } = await createBank({
    ...understanding,
    onError: (error) => onError(error, 'the bank agent'),
  });
  own(close);
  return { bank: { agent, name, description, vocabulary, suggestions, hasVoice: true } };
};
