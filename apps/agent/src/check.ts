import { openAgent } from './open-agent.ts';
import type { Terminal } from './terminal.ts';

export async function check(folder: string, terminal: Terminal): Promise<number> {
  const opened = await openAgent(folder);
  if (opened.kind === 'invalid') {
    for (const problem of opened.problems) terminal.write(`${problem}\n`);
    return 1;
  }
  const { definition, warnings } = opened;
  for (const warning of warnings) terminal.write(`${warning}\n`);
  const flows = Object.values(definition.flows);
  const nodes = flows.reduce((sum, flow) => sum + Object.keys(flow.nodes).length, 0);
  terminal.write(
    `${definition.name} can run: ${flows.length} flows with ${nodes} nodes, ${Object.keys(definition.intents).length} intents, ${Object.keys(definition.slots).length} slots.\n`,
  );
  return 0;
}
