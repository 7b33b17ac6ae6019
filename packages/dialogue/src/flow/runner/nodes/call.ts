import { createHash } from 'node:crypto';
import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import { type AnyTool, type Json, type JsonObject, ToolError } from '../../../tools/tool.ts';
import { useTool } from '../../../tools/use-tool.ts';
import { FlowError } from '../../flow-error.ts';
import { evaluateValue } from '../../value.ts';
import type { Frame } from '../memory.ts';
import { type Run, type Speaking, type Step, say, scopeOf, setResult, timeZoneOf, turnNumberOf } from '../run.ts';

/** Uses the tool. What it gave, or the code of its failure, is kept for the nodes that follow. */
export async function* enterCall(run: Run, frame: Frame, node: NodeOf<'call'>): Speaking<Step> {
  const tool = run.plan.tools.get(node.tool);
  const place = { flow: frame.flow, node: frame.node };
  if (tool === undefined)
    throw new FlowError('tool_unknown', { ...place, field: 'tool', reason: `no tool is named ${node.tool}` });
  const scope = scopeOf(run);
  const input = Object.fromEntries(
    Object.entries(node.input).flatMap(([name, value]) => {
      const given = evaluateValue(value, scope);
      // What is empty is left out, so that a tool's own defaults hold.
      return given === null || given === '' ? [] : [[name, given]];
    }),
  );
  if (node.filler !== undefined) yield* say(run, node.filler);
  const at = `${frame.flow}/${frame.node}`;
  const outcome = await use(run, tool, input, at, node.timeoutMs);
  if (outcome.kind === 'failed') {
    if (node.result !== undefined)
      setResult(run.memory, node.result, { error: outcome.code, message: outcome.message });
    return { kind: 'next', node: node.errors.find(({ codes }) => codes.includes(outcome.code))?.next ?? node.failed };
  }
  if (tool.effect === 'changes') {
    run.memory.changes[at] = (run.memory.changes[at] ?? 0) + 1;
    yield {
      type: 'acted',
      name: node.acted ?? tool.name,
      data: isObject(outcome.output) ? outcome.output : { outcome: outcome.output },
    };
  }
  if (node.result !== undefined && setResult(run.memory, node.result, outcome.output) === 'too_large') {
    setResult(run.memory, node.result, { error: 'result_too_large' });
    return { kind: 'next', node: node.failed };
  }
  return { kind: 'next', node: node.next };
}

type Outcome =
  | { readonly kind: 'done'; readonly output: Json }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

async function use(run: Run, tool: AnyTool, input: JsonObject, at: string, timeoutMs: number): Promise<Outcome> {
  if (tool.effect === 'changes') await run.request.commit();
  try {
    const output = await useTool(
      tool,
      input,
      {
        conversationId: run.request.conversationId,
        turnNumber: turnNumberOf(run),
        nowEpochMs: run.request.nowEpochMs,
        timeZone: timeZoneOf(run),
        language: run.memory.language,
        idempotencyKey: keyOf(run, at, input),
        signal: run.signal,
      },
      timeoutMs,
    );
    return { kind: 'done', output };
  } catch (error) {
    run.signal.throwIfAborted();
    const code = error instanceof ToolError ? error.code : 'tool_failed';
    return { kind: 'failed', code, message: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Tried again with the same input after a failure it is the same change, and is done once; after it has succeeded, the same
 * input is a new wish.
 */
function keyOf(run: Run, at: string, input: JsonObject): string {
  const done = run.memory.changes[at] ?? 0;
  const asked = createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 16);
  return `${run.request.conversationId}/${at}/${done}/${asked}`;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
