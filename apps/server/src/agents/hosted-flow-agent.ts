import type { LoadedAgent } from '@parley/dialogue/flow/load-agent.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';

/** An agent of flows as the house offers it: with what it understands by. */
export function hostedFlowAgent({
  agent,
  name,
  description,
  vocabulary,
  suggestions,
  classifiers,
  definition,
}: ShippedAgent): HostedAgent {
  return {
    agent,
    name,
    description,
    vocabulary,
    suggestions,
    speech: definition.speech,
    understanding: { classifiers, definition },
  };
}

interface ShippedAgent extends LoadedAgent {
  readonly name: string;
  readonly description: string;
  readonly suggestions: readonly string[];
}
