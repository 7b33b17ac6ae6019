import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import type { Json, JsonObject } from '../../../tools/tool.ts';
import { FlowError } from '../../flow-error.ts';
import type { Frame } from '../memory.ts';
import { type Run, type Speaking, type Step, say, scopeOf, setFailure, setResult } from '../run.ts';
import { inputOf, runTool } from '../run-tool.ts';
import { hideSecretsIn } from '../secrets.ts';

/** Uses the tool. What it gave, or the code of its failure, is kept for the nodes that follow. */
export async function* enterCall(run: Run, frame: Frame, node: NodeOf<'call'>): Speaking<Step> {
  const tool = run.plan.tools.get(node.tool);
  const place = { flow: frame.flow, node: frame.node };
  if (tool === undefined)
    throw new FlowError('tool_unknown', { ...place, field: 'tool', reason: `no tool is named ${node.tool}` });
  const input = inputOf(node.input, scopeOf(run));
  if (node.filler !== undefined) yield* say(run, node.filler);
  const at = `${frame.flow}/${frame.node}`;
  const outcome = await runTool(run, tool, input, at, node.timeoutMs);
  if (outcome.kind === 'failed') {
    if (node.result !== undefined) setFailure(run.memory, node.result, outcome.code, outcome.message);
    return { kind: 'next', node: node.errors.find(({ codes }) => codes.includes(outcome.code))?.next ?? node.failed };
  }
  if (tool.effect === 'changes') {
    run.memory.changes[at] = (run.memory.changes[at] ?? 0) + 1;
    yield {
      type: 'acted',
      name: node.acted ?? tool.name,
      data: dataOf(hideSecretsIn(run, outcome.output)),
    };
  }
  if (node.result !== undefined && setResult(run.memory, node.result, outcome.output) === 'too_large') {
    setFailure(run.memory, node.result, 'result_too_large');
    // What was changed is changed, whatever can be told of it.
    if (tool.effect === 'reads') return { kind: 'next', node: node.failed };
  }
  return { kind: 'next', node: node.next };
}

/** As it is recorded: not more than a conversation keeps. */
function dataOf(output: Json): JsonObject {
  if (JSON.stringify(output).length > maxActedLength) return { outcome: 'result_too_large' };
  return isObject(output) ? output : { outcome: output };
}

const maxActedLength = 64_000;

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
