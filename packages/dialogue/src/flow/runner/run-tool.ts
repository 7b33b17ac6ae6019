import { createHash } from 'node:crypto';
import type { ValueTemplate } from '@parley/contract/flow/parts.ts';
import { type AnyTool, type Json, type JsonObject, ToolError } from '../../tools/tool.ts';
import { useTool } from '../../tools/use-tool.ts';
import type { Scope } from '../scope.ts';
import { evaluateValue } from '../value.ts';
import { type Run, timeZoneOf, turnNumberOf } from './run.ts';

/** A tool's input; what is empty is left out, so that the tool's own defaults hold. */
export function inputOf(template: Readonly<Record<string, ValueTemplate>>, scope: Scope): JsonObject {
  return Object.fromEntries(
    Object.entries(template).flatMap(([name, value]) => {
      const given = evaluateValue(value, scope);
      return given === null || given === '' ? [] : [[name, given]];
    }),
  );
}

export type ToolOutcome =
  | { readonly kind: 'done'; readonly output: Json }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Runs the tool for this turn. Its failures are outcomes; what it changes waits for the turn to be certain. */
export async function runTool(
  run: Run,
  tool: AnyTool,
  input: JsonObject,
  at: string,
  timeoutMs: number,
): Promise<ToolOutcome> {
  if (tool.effect === 'changes') await run.request.commit();
  run.signal.throwIfAborted();
  try {
    const given = await useTool(
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
    return { kind: 'done', output: asJson(given) };
  } catch (error) {
    run.signal.throwIfAborted();
    const code = error instanceof ToolError ? error.code : 'tool_failed';
    return { kind: 'failed', code, message: error instanceof Error ? error.message : String(error) };
  }
}

/** What a tool promises to give, whatever it gave: a date is its text, nothing is null. */
function asJson(given: unknown): Json {
  if (given === undefined) return null;
  const read: Json = JSON.parse(JSON.stringify(given) ?? 'null');
  return read;
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
