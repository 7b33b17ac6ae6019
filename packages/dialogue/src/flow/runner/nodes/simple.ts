import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import { holds } from '../../condition.ts';
import { FlowError } from '../../flow-error.ts';
import { shareOf } from '../../share.ts';
import { evaluateValue } from '../../value.ts';
import { topOf } from '../memory.ts';
import { type Run, type Step, scopeOf, setResult, setSlot } from '../run.ts';

export function wayOfCondition(run: Run, node: NodeOf<'condition'>): Step {
  const scope = scopeOf(run);
  const branch = node.branches.find(({ when }) => holds(when, scope));
  return { kind: 'next', node: branch?.next ?? node.otherwise };
}

/** All values are taken before the first is set, so that two can change places. */
export function enterSet(run: Run, node: NodeOf<'set'>): Step {
  const scope = scopeOf(run);
  const slots = Object.entries(node.slots).map(([name, value]) => [name, evaluateValue(value, scope)] as const);
  const results = Object.entries(node.results).map(([name, value]) => [name, evaluateValue(value, scope)] as const);
  for (const [name, value] of slots) setSlot(run.memory, name, value);
  for (const [name, value] of results) {
    if (setResult(run.memory, name, value) === 'too_large') {
      const { flow = '', node: at = '' } = topOf(run.memory) ?? {};
      throw new FlowError('results_too_large', {
        flow,
        node: at,
        field: `results.${name}`,
        reason: 'results outgrow 64 kB',
      });
    }
  }
  return { kind: 'next', node: node.next };
}

/** By a hash of the experiment's name and the caller: who calls again goes the same way again. */
export function enterSplit(run: Run, node: NodeOf<'split'>): Step {
  const total = node.branches.reduce((sum, { weight }) => sum + weight, 0);
  let place = shareOf(`${node.name}/${run.request.callerId ?? run.request.conversationId}`) * total;
  const chosen =
    node.branches.find(({ weight }) => {
      place -= weight;
      return place < 0;
    }) ?? node.branches.at(-1);
  if (chosen === undefined) return { kind: 'return' };
  setResult(run.memory, node.name, chosen.name);
  return { kind: 'next', node: chosen.next };
}
