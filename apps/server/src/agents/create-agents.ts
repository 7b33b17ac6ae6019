import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { StartError } from '../start-errors.ts';
import type { AgentParts, CreateHostedAgents } from './agent-parts.ts';
import { createHostedBank } from './bank.ts';
import { createFolderAgents } from './folder-agents.ts';
import { createHostedHotel } from './hotel.ts';
import { createHostedNumerology } from './numerology.ts';
import { createHostedReceptionist } from './receptionist.ts';

/** The agent that answers when nobody asked for another. */
export const defaultAgentId = 'receptionist';

/** The agents of this server, those that ship first; a new one is one entry. */
const creators: readonly CreateHostedAgents[] = [
  createHostedReceptionist,
  createHostedNumerology,
  createHostedBank,
  createHostedHotel,
  createFolderAgents,
];

/** @throws StartError `config_invalid` when an agent cannot run, or two have one id */
export async function createAgents(parts: AgentParts): Promise<ReadonlyMap<string, HostedAgent>> {
  const agents = new Map<string, HostedAgent>();
  for (const create of creators) {
    for (const [id, agent] of Object.entries(await create(parts))) {
      if (agents.has(id)) {
        throw new StartError('config_invalid', `There are two agents with the id ${id}. Give one of them another.`);
      }
      agents.set(id, agent);
    }
  }
  return agents;
}
