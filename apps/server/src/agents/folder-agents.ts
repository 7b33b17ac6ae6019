import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAgent } from '@parley/dialogue/flow/load-agent.ts';
import { createEnvironmentSecrets } from '@parley/integrations/environment-secrets.ts';
import { openFolderIntegrations } from '@parley/integrations/folder-integrations.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { StartError } from '../start-errors.ts';
import type { AgentParts, CreateHostedAgents } from './agent-parts.ts';
import { suggestionsOf } from './suggestions.ts';

/** The agents of one's own: each folder with an `agent.yaml` below `AGENTS_DIR`. */
export const createFolderAgents: CreateHostedAgents = async (parts) => {
  if (parts.config.agentsDir === undefined) return {};
  const agents: Record<string, HostedAgent> = {};
  for (const folder of await foldersIn(parts.config.agentsDir)) {
    const { definition, agent, vocabulary, classifiers } = await load(folder, parts);
    agents[definition.id] = {
      agent,
      name: definition.name,
      description: definition.description,
      vocabulary,
      suggestions: suggestionsOf(definition, agent.language),
      speech: definition.speech,
      understanding: { classifiers, definition },
    };
  }
  return agents;
};

async function load(
  folder: string,
  { onError, own, onIntegrationCall, flowParts, understanding, checkSpeech }: AgentParts,
) {
  try {
    const { tools, close } = await openFolderIntegrations(folder, {
      secrets: createEnvironmentSecrets(process.env),
      clock: { nowEpochMs: Date.now },
      onCall: onIntegrationCall,
    });
    own(close);
    return await loadAgent(
      folder,
      { ...flowParts, tools },
      { ...understanding, checkSpeech, onError: (error) => onError(error, `the agent in ${folder}`) },
    );
  } catch (error) {
    throw new StartError('config_invalid', error instanceof Error ? error.message : String(error));
  }
}

async function foldersIn(path: string): Promise<string[]> {
  let entries: Awaited<ReturnType<typeof readFolder>>;
  try {
    entries = await readFolder(path);
  } catch {
    throw new StartError('config_invalid', `AGENTS_DIR ${path} cannot be read. Correct it and start again.`);
  }
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
  const withAgent = await Promise.all(
    folders.map(async (folder) => ((await readdir(folder)).includes('agent.yaml') ? [folder] : [])),
  );
  return withAgent.flat();
}

function readFolder(path: string) {
  return readdir(path, { withFileTypes: true });
}
