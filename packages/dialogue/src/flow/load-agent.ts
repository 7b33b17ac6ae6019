import { fileURLToPath } from 'node:url';
import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { type AgentFolder, openAgentFolder } from './agent-files.ts';
import { type BuildOptions, type BuiltAgent, buildFlowAgent } from './build-agent.ts';
import type { FlowParts } from './runner/parts.ts';
import { validateAgent } from './validate-agent.ts';
import type { KnownParts } from './validation/known-names.ts';
import type { Problem } from './validation/problem.ts';

export interface LoadedAgent extends BuiltAgent {
  readonly definition: AgentDefinition;
}

/**
 * Read an agent's folder, check it, and make it ready to talk.
 *
 * @param folder the folder with its `agent.yaml`
 * @throws FlowError for files that cannot be read; Error that lists what is wrong with the definition
 */
export async function loadAgent(
  folder: URL | string,
  parts: Omit<FlowParts, 'classifiers'>,
  options: BuildOptions & Pick<KnownParts, 'checkSpeech'> = {},
): Promise<LoadedAgent> {
  const definition = await readAgent(folder, parts, options.checkSpeech);
  return { definition, ...buildFlowAgent(definition, parts, options) };
}

/**
 * Read an agent's folder and check it. What makes it talk is `buildFlowAgent`; facts and lists may be put in before.
 *
 * @param folder the folder with its `agent.yaml`
 * @throws FlowError for files that cannot be read; Error that lists what is wrong with the definition
 */
export async function readAgent(
  folder: URL | string,
  parts: Pick<FlowParts, 'tools' | 'model'>,
  checkSpeech?: KnownParts['checkSpeech'],
): Promise<AgentDefinition> {
  const path = typeof folder === 'string' ? folder : fileURLToPath(folder);
  const files = await openAgentFolder(path);
  const checked = validateAgent(files.definition, {
    tools: parts.tools.map(({ name }) => name),
    hasModel: parts.model !== undefined,
    checkSpeech,
  });
  if (checked.kind === 'invalid') {
    const problems = checked.problems.map((problem) => `  ${describeProblem(files, problem)}`);
    throw new Error(`The agent in ${path} cannot run:\n${problems.join('\n')}`);
  }
  return checked.definition;
}

/** A line such as `flows/main.yaml:12:5 error …`, which editors make a link of. */
export function describeProblem(files: AgentFolder, problem: Problem): string {
  const { file, line, column } = files.locate(problem);
  return `${file}:${line}:${column} ${problem.severity} ${problem.message}`;
}
