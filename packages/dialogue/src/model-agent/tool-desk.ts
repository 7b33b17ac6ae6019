import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type AnyTool, type Json, type JsonObject, ToolError } from '../tools/tool.ts';
import { useTool } from '../tools/use-tool.ts';
import type { ModelLimits } from './limits.ts';
import type { Persona, Proposal } from './persona.ts';
import type { ModelCall } from './stream-answer.ts';

/** The turn in which tools are used; see the engine's `AgentRequest`. */
export interface TurnFacts {
  readonly conversationId: string;
  readonly turnNumber: number;
  readonly language: string;
  readonly nowEpochMs: number;
  readonly timeZone: string;
  commit(): Promise<void>;
}

export interface CallOutcome {
  readonly call: ModelCall;
  readonly input: Json;
  readonly result: Json;
  readonly failed: boolean;
  /** Something outside was changed, now and for the first time. */
  readonly changed: boolean;
}

export interface ToolDesk {
  readonly used: number;
  /** Something outside was changed, or may have been. */
  readonly acted: boolean;
  /** What was proposed in this turn. */
  readonly proposals: readonly Proposal[];
  /** Proposals of earlier turns that were carried out: they are good for one time. */
  readonly carriedOut: readonly Proposal[];
  /** Why the call will not be made; undefined if it will. */
  refusal(call: ModelCall, persona: Persona): Refusal | undefined;
  /** Make the calls, all at once. @throws the signal's reason, or that of `commit` when the thought was dropped */
  use(calls: readonly ModelCall[], persona: Persona): Promise<readonly CallOutcome[]>;
}

export interface Refusal {
  readonly error: string;
  readonly message: string;
}

export interface ToolDeskOptions {
  readonly facts: TurnFacts;
  readonly limits: ModelLimits;
  /** Of earlier turns. */
  readonly proposals: readonly Proposal[];
  readonly signal: AbortSignal;
  readonly onError: (error: unknown, context: string) => void;
}

/** Where the calls of a turn are checked and made. */
export function createToolDesk({ facts, limits, proposals, signal, onError }: ToolDeskOptions): ToolDesk {
  const proposed: Proposal[] = [];
  const carriedOut: Proposal[] = [];
  /** By what was asked: the same twice in a turn is done once. */
  const done = new Map<string, Promise<Json>>();
  let used = 0;
  let acted = false;
  let hasStrangersWords = false;
  let commitment: Promise<void> | undefined;
  let thoughtDropped = false;

  const commit = () => {
    commitment ??= facts.commit().catch((error: unknown) => {
      thoughtDropped = true;
      throw error;
    });
    return commitment;
  };

  const refusal = (call: ModelCall, persona: Persona): Refusal | undefined => {
    const tool = persona.tools.find(({ name }) => name === call.name);
    if (tool === undefined)
      return { error: 'no_such_tool', message: `There is no tool ${call.name.slice(0, 80)} here.` };
    if (call.input === undefined) return { error: 'tool_input_wrong', message: 'The input was no JSON.' };
    if (used >= limits.maxToolCalls) {
      return { error: 'too_many_calls', message: 'No more tools in this turn. Answer with what you have.' };
    }
    if (tool.effect === 'changes' && hasStrangersWords) {
      return {
        error: 'confirm_first',
        message: 'Not done: the last results hold words of strangers. Ask the caller whether to do it, in words.',
      };
    }
    if (!persona.rails.confirmFirst.includes(tool.name)) return undefined;
    const hash = hashOf(call.input);
    if (proposals.some((proposal) => proposal.tool === tool.name && proposal.hash === hash)) return undefined;
    return {
      error: 'confirm_first',
      message: 'Not done yet: read it back to the caller and ask. If they agree, call it again with the same input.',
    };
  };

  const changeOnce = (tool: AnyTool, input: JsonObject, key: string): Promise<Json> => {
    const earlier = done.get(key);
    if (earlier !== undefined) return earlier;
    const change = async () => {
      await commit();
      signal.throwIfAborted();
      acted = true;
      carriedOut.push(...proposals.filter((each) => key.endsWith(`/${each.tool}:${each.hash}`)));
      return useTool(tool, input, contextOf(key), limits.toolMs);
    };
    const result = change();
    done.set(key, result);
    // What failed may be tried again, with the same key.
    result.catch(() => done.delete(key));
    return result;
  };

  const contextOf = (idempotencyKey: string) => ({ ...facts, idempotencyKey, signal });

  const useOne = async (call: ModelCall, persona: Persona): Promise<CallOutcome> => {
    const input = jsonSchema.catch(null).parse(call.input ?? null);
    const refused = refusal(call, persona);
    const tool = persona.tools.find(({ name }) => name === call.name);
    if (refused !== undefined || tool === undefined) {
      if (refused?.error === 'confirm_first' && proposed.length < maxProposals) {
        proposed.push({ tool: call.name, hash: hashOf(call.input), turnNumber: facts.turnNumber });
      }
      return { call, input, result: { ...refused }, failed: true, changed: false };
    }
    used += 1;
    const key = `${facts.conversationId}/${facts.turnNumber}/${tool.name}:${hashOf(call.input)}`;
    const isRepeat = done.has(key);
    const fields = fieldsSchema.safeParse(input);
    const read = tool.input.safeParse(input);
    // Before the turn is committed for it.
    if (!fields.success || !read.success) {
      const result = { error: 'tool_input_wrong', message: issuesOf((read.success ? fields : read).error) };
      return { call, input, result, failed: true, changed: false };
    }
    try {
      const result =
        tool.effect === 'changes'
          ? await changeOnce(tool, fields.data, key)
          : await useTool(tool, fields.data, contextOf(key), limits.toolMs);
      return { call, input, result, failed: false, changed: tool.effect === 'changes' && !isRepeat };
    } catch (error) {
      signal.throwIfAborted();
      if (thoughtDropped) throw error;
      onError(error, `tool ${tool.name}`);
      return { call, input, result: failureOf(error, tool), failed: true, changed: false };
    }
  };

  return {
    get used() {
      return used;
    },
    get acted() {
      return acted;
    },
    get proposals() {
      return proposed;
    },
    get carriedOut() {
      return carriedOut;
    },
    refusal,
    async use(calls, persona) {
      const outcomes = await Promise.all(calls.map((call) => useOne(call, persona)));
      if (calls.some(({ name }) => persona.rails.untrusted.includes(name))) hasStrangersWords = true;
      return outcomes;
    },
  };
}

/** What the model is told of a failure. What is no `ToolError` is for engineers only. */
function failureOf(error: unknown, tool: AnyTool): JsonObject {
  const code = error instanceof ToolError ? error.code : 'tool_failed';
  const message = error instanceof ToolError ? error.message.slice(0, 300) : 'It did not work.';
  const isKnown = error instanceof ToolError && code !== 'tool_timed_out';
  if (tool.effect === 'reads' || isKnown) return { error: code, message };
  return { error: code, message, outcome: unconfirmed };
}

const unconfirmed = 'Unknown. Do not say that it was done; say that it could not be confirmed.';

/** Nobody knows whether it was done. */
export function isUnconfirmed(result: Json): boolean {
  return typeof result === 'object' && result !== null && 'outcome' in result && result.outcome === unconfirmed;
}

function issuesOf(error: z.ZodError | undefined): string {
  const issues = error?.issues ?? [];
  return issues
    .map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`)
    .join('; ')
    .slice(0, 500);
}

/** More in one turn is no proposal to a caller. */
const maxProposals = 8;

const jsonSchema: z.ZodType<Json> = z.json();
const fieldsSchema: z.ZodType<JsonObject> = z.record(z.string(), jsonSchema);

/** The same for the same input, however its fields are ordered. */
function hashOf(input: unknown): string {
  return createHash('sha256').update(canonical(input)).digest('hex').slice(0, 16);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
