import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { openAgentFolder } from '@parley/dialogue/flow/agent-files.ts';
import { type BuiltAgent, buildFlowAgent } from '@parley/dialogue/flow/build-agent.ts';
import { describeProblem } from '@parley/dialogue/flow/load-agent.ts';
import { validateAgent } from '@parley/dialogue/flow/validate-agent.ts';
import { createEnvironmentSecrets } from '@parley/integrations/environment-secrets.ts';
import { openFolderIntegrations, toolNamesIn } from '@parley/integrations/folder-integrations.ts';

export type OpenedAgent =
  | { readonly kind: 'valid'; readonly definition: AgentDefinition; readonly warnings: readonly string[] }
  /** A line each, such as `flows/main.yaml:12:5 error …`, which editors make a link of. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** @throws FlowError for files that cannot be read */
export async function openAgent(path: string): Promise<OpenedAgent> {
  const folder = await openAgentFolder(path);
  const checked = validateAgent(folder.definition, { tools: await toolNamesIn(path), hasModel: true });
  return checked.kind === 'valid'
    ? {
        kind: 'valid',
        definition: checked.definition,
        warnings: checked.warnings.map((problem) => describeProblem(folder, problem)),
      }
    : { kind: 'invalid', problems: checked.problems.map((problem) => describeProblem(folder, problem)) };
}

/** An agent that may be talked to. @throws Error that lists what is wrong with it */
export async function buildAgent(
  path: string,
  language: string | undefined,
): Promise<BuiltAgent & { readonly definition: AgentDefinition }> {
  const opened = await openAgent(path);
  if (opened.kind === 'invalid') throw new Error(opened.problems.join('\n'));
  const { definition } = opened;
  if (language !== undefined && !definition.languages.includes(language)) {
    throw new Error(`${definition.name} does not speak ${language}: it speaks ${definition.languages.join(', ')}.`);
  }
  // Its connections end by themselves when nobody uses them any more.
  const { tools } = await openFolderIntegrations(path, {
    secrets: createEnvironmentSecrets(process.env),
    clock: { nowEpochMs: Date.now },
    onCall: () => {},
  });
  return { definition, ...buildFlowAgent(definition, { tools }, language === undefined ? {} : { language }) };
}
