import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import { FlowError } from '../../flow-error.ts';
import { evaluateValue } from '../../value.ts';
import { placeOf } from '../place.ts';
import { type Run, type Step, scopeOf, setFailure, setResult } from '../run.ts';

export async function enterCode(run: Run, node: NodeOf<'code'>): Promise<Step> {
  const { code } = run.parts;
  if (code === undefined)
    throw new FlowError('code_unavailable', { ...placeOf(run), reason: 'this place runs no code steps' });
  const scope = scopeOf(run);
  const input = Object.fromEntries(
    Object.entries(node.input).map(([name, value]) => [name, evaluateValue(value, scope)]),
  );
  const outcome = await code.run(node.source, input, { deadlineMs: node.deadlineMs });
  run.signal.throwIfAborted();
  if (outcome.kind === 'failed') {
    setFailure(run.memory, node.result, outcome.code);
    return { kind: 'next', node: node.failed };
  }
  if (setResult(run.memory, node.result, outcome.value) === 'too_large') {
    setFailure(run.memory, node.result, 'result_too_large');
    return { kind: 'next', node: node.failed };
  }
  return { kind: 'next', node: node.next };
}
