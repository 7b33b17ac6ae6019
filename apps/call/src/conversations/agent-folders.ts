import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openAgentFolder } from '@parley/dialogue/flow/agent-files.ts';
import { loadAgent } from '@parley/dialogue/flow/load-agent.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import { toolNamesIn } from '@parley/integrations/folder-integrations.ts';
import { z } from 'zod';

/**
 * The folders of the agents whose conversations the files are: `my-plumber` of `my-plumber/conversations/booking.yaml`.
 *
 * @returns folders by the id of their agent
 * @throws FlowError for an `agent.yaml` that cannot be read
 */
export async function agentFoldersOf(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const parents = files.map((file) => dirname(file)).filter((folder) => basename(folder) === 'conversations');
  const folders = new Map<string, string>();
  for (const folder of new Set(parents.map((parent) => dirname(parent)))) {
    if (!(await exists(join(folder, 'agent.yaml')))) continue;
    const named = namedSchema.safeParse((await openAgentFolder(folder)).definition);
    if (named.success) folders.set(named.data.id, folder);
  }
  return folders;
}

/**
 * An agent of a folder, for virtual time.
 *
 * @throws Error that lists what is wrong with it, by file and line, or says that it calls systems: those answer in real time
 */
export async function openFolderAgent(folder: string): Promise<Agent> {
  if ((await toolNamesIn(folder)).length > 0) {
    throw new Error(
      `The agent in ${folder} calls systems, which take real time. Hold its conversations with --over chat, and AGENTS_DIR=${dirname(folder)}.`,
    );
  }
  return (await loadAgent(folder, { tools: [] })).agent;
}

const namedSchema = z.object({ id: z.string() });

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
