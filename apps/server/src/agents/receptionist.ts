import { createReceptionist } from '@parley/agent-receptionist/receptionist-agent.ts';
import { createReceptionistModelAgent } from '@parley/agent-receptionist/receptionist-model-agent.ts';
import type { CreateHostedAgents } from './agent-parts.ts';
import { withoutFlows } from './without-flows.ts';

/** The front desk over the calendar in the database; and as a language model, where one is configured. */
export const createHostedReceptionist: CreateHostedAgents = async (parts) => {
  const { calendar, understanding, languageModel, clock, onError } = parts;
  const { agent, name, description, vocabulary, classifiers, definition, suggestions } = await createReceptionist({
    ...understanding,
    calendar,
    onError: (error) => onError(error, 'the receptionist'),
  });
  const flows = {
    agent,
    name,
    description,
    vocabulary,
    suggestions,
    hasVoice: true,
    understanding: { classifiers, definition },
  };
  if (languageModel === undefined) return { receptionist: flows };
  const twin = await createReceptionistModelAgent(languageModel, { calendar, clock, onError });
  return { receptionist: flows, 'receptionist-model': { ...withoutFlows(flows), agent: twin, name: `${name} (AI)` } };
};
