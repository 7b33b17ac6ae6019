import { createHash } from 'node:crypto';
import type { AgentMemory, HistoryLine } from '@parley/engine/ports/agent.ts';
import { z } from 'zod';
import type { Json } from '../tools/tool.ts';
import { type ModelLimits, nothingSpent } from './limits.ts';
import type { ToolNote } from './persona.ts';

const jsonSchema: z.ZodType<Json> = z.json();

const memorySchema = z.object({
  /** Of another version, it is dropped and begun afresh. */
  version: z.literal(1),
  floor: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('role'), id: z.string() }),
    z.object({
      kind: z.literal('flow'),
      name: z.string(),
      role: z.string(),
      memory: z.record(z.string(), z.unknown()),
    }),
  ]),
  notes: z.array(
    z.object({
      turnNumber: z.number(),
      tool: z.string(),
      input: jsonSchema,
      result: jsonSchema,
      failed: z.boolean(),
    }),
  ),
  /** Tools that changed something. */
  done: z.array(z.string()),
  proposals: z.array(z.object({ tool: z.string(), hash: z.string(), turnNumber: z.number() })),
  slots: z.record(z.string(), jsonSchema),
  /** `until`: fingerprint of the last lines that are in it. */
  summary: z.object({ text: z.string(), until: z.string() }).optional(),
  spent: z.object({
    steps: z.number(),
    toolCalls: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    cost: z.number(),
  }),
  /** Turns in a row that were not made out. */
  misses: z.number(),
});

/** What a language-model agent keeps between turns; JSON. */
export type ModelMemory = z.infer<typeof memorySchema>;

export function freshMemory(role: string): ModelMemory {
  return {
    version: 1,
    floor: { kind: 'role', id: role },
    notes: [],
    done: [],
    proposals: [],
    slots: {},
    spent: nothingSpent,
    misses: 0,
  };
}

/** Undefined when it is not of this version. */
export function readMemory(memory: AgentMemory | undefined): ModelMemory | undefined {
  return memorySchema.safeParse(memory).data;
}

/** With the note, and without the oldest ones for which there is no more room. */
export function withNote(notes: readonly ToolNote[], note: ToolNote, limits: ModelLimits): ToolNote[] {
  const short = { ...note, input: shorten(note.input, limits), result: shorten(note.result, limits) };
  const all = [...notes, short].slice(-maxNotes);
  let characters = 0;
  let first = all.length;
  while (first > 0) {
    characters += JSON.stringify(all[first - 1]).length;
    if (characters > limits.notesCharacters) break;
    first -= 1;
  }
  return all.slice(first);
}

/** Nobody refers to what was looked up forty tools ago. */
const maxNotes = 40;

function shorten(value: Json, { noteCharacters }: ModelLimits): Json {
  const text = JSON.stringify(value);
  return text.length <= noteCharacters ? value : `${text.slice(0, noteCharacters)}…`;
}

/** Proposals are for the next turns, not for ever. */
export function freshProposals(proposals: ModelMemory['proposals'], turnNumber: number): ModelMemory['proposals'] {
  return proposals.filter((each) => each.turnNumber < turnNumber && turnNumber - each.turnNumber <= proposalTurns);
}

/** "Shall I …?" "Wait, what is the rate?" "…" "Yes, please." */
const proposalTurns = 3;

/** The lines that are not in the summary yet. */
export function linesAfter(history: readonly HistoryLine[], until: string | undefined): readonly HistoryLine[] {
  if (until === undefined) return history;
  for (let end = history.length; end > 0; end -= 1) {
    if (fingerprint(history.slice(0, end)) === until) return history.slice(end);
  }
  // The engine keeps the last hundred lines: what was summarised is no longer among them.
  return history;
}

/** Of the end of the lines: few lines of a conversation are followed by the same ones again. */
export function fingerprint(lines: readonly HistoryLine[]): string {
  const end = lines.slice(-4).map(({ speaker, text }) => `${speaker}: ${text}`);
  return createHash('sha256').update(end.join('\n')).digest('hex').slice(0, 16);
}
