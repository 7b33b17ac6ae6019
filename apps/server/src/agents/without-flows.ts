import type { HostedAgent } from '../conversations/hosted-agent.ts';

/** What a language model takes over from the agent of flows that it stands beside: all but how that one understands. */
export function withoutFlows({ understanding: _, ...rest }: HostedAgent): Omit<HostedAgent, 'understanding'> {
  return rest;
}
