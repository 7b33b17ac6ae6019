import { createBank } from '@parley/agent-bank/bank-agent.ts';
import { createBankModelAgent } from '@parley/agent-bank/bank-model-agent.ts';
import type { CreateHostedAgents } from './agent-parts.ts';
import { hostedFlowAgent } from './hosted-flow-agent.ts';
import { withoutFlows } from './without-flows.ts';

/** The bank over a sandbox of its own, which ends with the server; and as a language model, where one is configured. */
export const createHostedBank: CreateHostedAgents = async ({
  understanding,
  languageModel,
  clock,
  onError,
  own,
  handOff,
}) => {
  const { bank, close, ...built } = await createBank({
    ...understanding,
    handOff,
    onError: (error) => onError(error, 'the bank agent'),
  });
  own(close);
  const flows = hostedFlowAgent(built);
  if (languageModel === undefined) return { bank: flows };
  const twin = await createBankModelAgent(languageModel, { bank, clock, onError, handOff });
  return { bank: flows, 'bank-model': { ...withoutFlows(flows), agent: twin, name: `${flows.name} (AI)` } };
};
