import { type AgentDefinition, agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { checkAgentParts } from './validation/agent-parts.ts';
import { ExpressionChecks } from './validation/expressions.ts';
import { checkGraphs, type FlowGraph, graphOf } from './validation/graph.ts';
import { type KnownParts, knownNames } from './validation/known-names.ts';
import { checkNode } from './validation/node-checks.ts';
import { type Problem, ProblemList } from './validation/problem.ts';
import { reportSchemaIssues } from './validation/schema-problems.ts';

export type Validation =
  | { readonly kind: 'valid'; readonly definition: AgentDefinition; readonly warnings: readonly Problem[] }
  /** Errors first, then warnings. */
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Whether an agent can be published, and what is wrong with it otherwise, at the nodes and fields where it is. Never throws;
 * takes anything. A definition whose form is wrong is checked no further than its form.
 */
export function validateAgent(input: unknown, known: KnownParts): Validation {
  const problems = new ProblemList();
  if (isDeeperThan(maxJsonDepth, input)) {
    problems.error('schema_invalid', {}, '', 'It is nested deeper than any agent');
    return { kind: 'invalid', problems: problems.found };
  }
  const parsed = agentDefinitionSchema.safeParse(input);
  if (!parsed.success) {
    reportSchemaIssues(parsed.error.issues, problems);
    return { kind: 'invalid', problems: problems.found };
  }
  check(parsed.data, known, problems);
  const errors = problems.found.filter(({ severity }) => severity === 'error');
  const warnings = problems.found.filter(({ severity }) => severity === 'warning');
  return errors.length === 0
    ? { kind: 'valid', definition: parsed.data, warnings }
    : { kind: 'invalid', problems: [...errors, ...warnings] };
}

function check(definition: AgentDefinition, known: KnownParts, problems: ProblemList): void {
  const graphs = Object.entries(definition.flows).map(([name, flow]) => graphOf(name, flow));
  const nodes = graphs.flatMap(({ parts }) => [...parts.values()]);
  const names = knownNames(definition, known, nodes);
  const checked = { definition, names, expressions: new ExpressionChecks(names, problems), problems };
  checkAgentParts(checked);
  reportSpeech(definition, known, problems);
  checkGraphs(graphs, problems);
  for (const { name: flow, flow: data, parts } of graphs) {
    for (const [node, nodeParts] of parts) {
      const found = data.nodes[node];
      if (found !== undefined) checkNode(checked, found, nodeParts, { flow, node });
    }
  }
  reportUnusedFlows(definition, graphs, problems);
}

/** In each of its languages: an engine that lacks one of them is passed over there. */
function reportSpeech({ speech, languages }: AgentDefinition, known: KnownParts, problems: ProblemList): void {
  if (speech === undefined || known.checkSpeech === undefined) return;
  for (const language of languages) {
    const { errors, warnings } = known.checkSpeech(speech, language);
    for (const reason of errors) problems.error('speech_unusable', {}, 'speech', reason);
    for (const reason of warnings) problems.warning('speech_unusable', {}, 'speech', reason);
  }
}

/** Flows that neither the beginning, an intent nor another flow leads to. */
function reportUnusedFlows(definition: AgentDefinition, graphs: readonly FlowGraph[], problems: ProblemList): void {
  const used = new Set([definition.start]);
  for (const { flow } of Object.values(definition.intents)) if (flow !== undefined) used.add(flow);
  for (const { parts } of graphs) {
    for (const { flows } of parts.values()) for (const { value } of flows) used.add(value);
  }
  for (const { name } of graphs) {
    if (!used.has(name)) problems.warning('flow_unused', { flow: name }, '', 'Nothing starts this flow');
  }
}

/** Twenty levels of conditions or values, each a few of JSON, within a node: deeper input is refused before it is parsed. */
const maxJsonDepth = 80;

/** Its own recursion ends at the depth that is asked for. */
function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((item) => isDeeperThan(depth - 1, item));
}
