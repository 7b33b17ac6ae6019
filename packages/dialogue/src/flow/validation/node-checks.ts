import type { FlowNode } from '@parley/contract/flow/nodes.ts';
import type { FlowErrorCode } from '../flow-error.ts';
import { type Checked, checkWording, templatesIn } from './agent-parts.ts';
import type { NodeParts, Part } from './node-parts.ts';
import type { Place } from './problem.ts';
import { ssmlProblem } from './ssml.ts';

/** What a node says, compares and refers to. */
export function checkNode(checked: Checked, node: FlowNode, parts: NodeParts, place: Place): void {
  const { names, expressions, problems } = checked;
  for (const { field, value } of parts.wordings) checkWording(checked, value, place, field);
  for (const { field, value } of parts.templates) expressions.template(value, place, field);
  for (const { field, value } of parts.values) expressions.value(value, place, field);
  for (const { field, value } of parts.conditions) expressions.condition(value, place, field);
  const exist = (kind: string, code: FlowErrorCode, known: ReadonlySet<string>, named: readonly Part<string>[]) => {
    for (const { field, value } of named) {
      if (!known.has(value)) problems.error(code, place, field, `There is no ${kind} "${value}"`);
    }
  };
  exist('slot', 'slot_unknown', names.slots, parts.slots);
  exist('intent', 'intent_unknown', names.intents, parts.intents);
  exist('tool', 'tool_unknown', names.tools, parts.tools);
  exist('flow', 'flow_unknown', names.flows, parts.flows);
  if (node.type === 'model' && !names.hasModel)
    problems.error('model_unavailable', place, 'type', 'No language model is configured');
  if (node.type === 'say' && node.ssml !== undefined) {
    for (const { field, source } of templatesIn(node.ssml)) {
      const reason = ssmlProblem(source);
      if (reason !== undefined) problems.error('ssml_invalid', place, `ssml${field}`, reason);
    }
  }
  checkTwice(checked, node, place);
}

/** Choices of which one hides the other. */
function checkTwice({ problems }: Checked, node: FlowNode, place: Place): void {
  const report = (code: FlowErrorCode, field: (at: number) => string, names: readonly (string | undefined)[]) => {
    const seen = new Set<string>();
    for (const [at, name] of names.entries()) {
      if (name === undefined) continue;
      if (seen.has(name)) problems.error(code, place, field(at), `"${name}" is there already`);
      seen.add(name);
    }
  };
  switch (node.type) {
    case 'menu':
      report(
        'digit_twice',
        (at) => `options.${at}.digit`,
        node.options.map(({ digit }) => digit),
      );
      return;
    case 'split':
      report(
        'branch_twice',
        (at) => `branches.${at}.name`,
        node.branches.map(({ name }) => name),
      );
      return;
    case 'route':
      report(
        'choice_twice',
        (at) => `choices.${at}.intent`,
        node.choices.map(({ intent }) => intent),
      );
      return;
    case 'form':
      report(
        'slot_twice',
        (at) => `slots.${at}.slot`,
        node.slots.map(({ slot }) => slot),
      );
      return;
    default:
      return;
  }
}
