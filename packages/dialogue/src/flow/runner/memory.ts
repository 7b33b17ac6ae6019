import type { AgentMemory } from '@parley/engine/ports/agent.ts';
import { z } from 'zod';
import type { Json, JsonObject } from '../../tools/tool.ts';

/** A flow that is under way. */
export interface Frame {
  readonly flow: string;
  node: string;
  /** It listens at its node; otherwise its node runs another flow and waits for it to return. */
  waiting: boolean;
  /** Answers in a row that were not understood at this node. */
  misses: number;
  /** The slot that was asked for, at a form. */
  asked?: string | undefined;
  /** What each look-up of the form's checks was last asked, by its result's name. */
  looked: { [result: string]: string };
  /** Turns that a conversing model has had at this node. */
  modelTurns: number;
  /** The words in which the caller wished for it last; none for a flow that another began. */
  wish?: string | undefined;
  /** Answers in a row that a check of the form refused. */
  refusals?: number | undefined;
}

/** What the caller is asked when it is not clear what they want: "Did you mean …?" */
export interface Clarification {
  /** The intents offered, one or two. */
  readonly intents: readonly string[];
  /** What they had said. */
  readonly text: string;
}

/** What the runner keeps of a conversation between turns; changed in place within a turn, written once at its end. */
export interface FlowMemory {
  /** Flows under way, the one that was started first first; never empty while the conversation goes on. */
  stack: Frame[];
  slots: { [name: string]: Json };
  results: { [name: string]: Json };
  clarifying?: Clarification | undefined;
  /** The first part of a number or address that is told in pieces, and the slot it is for. */
  partial?: { readonly slot: string; readonly text: string } | undefined;
  /** Slots that the caller's last turn that told any told; these are corrected first. */
  recent?: readonly string[] | undefined;
  /** The agent's languages, BCP 47; the caller's first words may have chosen it. */
  language: string;
  /** Replies so far; varies the wording. */
  replies: number;
  lastReply: string;
  /** How often each node has brought about a change outside; part of the next one's key. */
  changes: { [node: string]: number };
  /** How often each wording with variations was said, the one said last being last. */
  uses?: { [wording: string]: number } | undefined;
  /** The route of the first flow at which the caller was last asked what they want; who leaves something comes back to it. */
  home?: string | undefined;
  /** How often the definition or a part of it broke. */
  troubles?: number | undefined;
}

export const maxStackDepth = 8;

/** The flow that has the floor. */
export function topOf(memory: FlowMemory): Frame | undefined {
  return memory.stack.at(-1);
}

/** How memory was last written. A new number needs a step in `migrate`. */
const format = 1;

export function freshMemory(language: string): FlowMemory {
  return {
    stack: [],
    slots: dictionary(),
    results: dictionary(),
    clarifying: undefined,
    language,
    replies: 0,
    lastReply: '',
    changes: {},
  };
}

/** Memory as stored; undefined when nobody can read it any more, and the conversation starts afresh. */
export function readMemory(stored: AgentMemory | undefined): FlowMemory | undefined {
  const own = stored === undefined ? undefined : written.get(stored);
  if (own !== undefined) return copyOf(own);
  const read = memorySchema.safeParse(migrate(stored));
  if (!read.success) return undefined;
  const { format: _, ...memory } = read.data;
  return memory;
}

/** Names are the designer's: one such as `constructor` must not find what every object has. */
export function dictionary(entries: JsonObject = {}): { [name: string]: Json } {
  return Object.assign(Object.create(null), entries);
}

export function writeMemory(memory: FlowMemory): AgentMemory {
  const stored = { format, ...memory };
  written.set(stored, memory);
  return stored;
}

/** What this process wrote a turn ago need not be checked like what comes from elsewhere. Nobody changes it after it is written. */
const written = new WeakMap<AgentMemory, FlowMemory>();

/** All that a turn changes in place is its own; values of slots and results are only ever replaced. */
function copyOf(memory: FlowMemory): FlowMemory {
  const { stack, slots, results, changes, uses } = memory;
  return {
    ...memory,
    stack: stack.map((frame) => ({ ...frame, looked: { ...frame.looked } })),
    slots: dictionary(slots),
    results: dictionary(results),
    changes: { ...changes },
    ...(uses !== undefined && { uses: { ...uses } }),
  };
}

/** Earlier formats become this one, step by step, as they are read. There is none yet. */
function migrate(stored: AgentMemory | undefined): AgentMemory | undefined {
  return stored;
}

const jsonSchema: z.ZodType<Json> = z.json();
const jsonRecord: z.ZodType<JsonObject> = z.record(z.string(), jsonSchema);

const memorySchema = z.object({
  format: z.literal(format),
  stack: z
    .array(
      z.object({
        flow: z.string(),
        node: z.string(),
        waiting: z.boolean(),
        misses: z.int().nonnegative(),
        asked: z.string().optional(),
        looked: z.record(z.string(), z.string()),
        modelTurns: z.int().nonnegative(),
        wish: z.string().optional(),
        refusals: z.int().nonnegative().optional(),
      }),
    )
    .max(maxStackDepth),
  slots: jsonRecord.transform(dictionary),
  results: jsonRecord.transform(dictionary),
  clarifying: z.object({ intents: z.array(z.string()).min(1).max(2), text: z.string() }).optional(),
  partial: z.object({ slot: z.string(), text: z.string() }).optional(),
  recent: z.array(z.string()).max(100).optional(),
  language: z.string(),
  replies: z.int().nonnegative(),
  lastReply: z.string(),
  changes: z.record(z.string(), z.int().nonnegative()),
  uses: z.record(z.string(), z.int().nonnegative()).optional(),
  home: z.string().optional(),
  troubles: z.int().nonnegative().optional(),
});
