import type { AgentDefinition, Slot } from '@parley/contract/flow/agent-definition.ts';
import type { Wording } from '@parley/contract/flow/parts.ts';
import { z } from 'zod';
import type { JsonObject } from '../../tools/tool.ts';
import { readPath } from '../value.ts';

/** What a list slot can hold, and how callers call it: entries of the definition, or those that a tool gave. */
export function entriesOf(
  { lists }: AgentDefinition,
  slot: Slot,
  results: JsonObject,
): readonly { readonly value: string; readonly names: Wording }[] {
  return slot.list === undefined ? givenEntries(slot, results) : (lists[slot.list] ?? []);
}

/**
 * The entries of a list slot that a tool gave (`entries: results.payees.entries`): those whom this caller may pay, say. Where
 * there is no such list, there are none, and nothing is heard for the slot.
 */
export function givenEntries({ entries: path }: Slot, results: JsonObject): z.infer<typeof entriesSchema> {
  if (path === undefined) return noEntries;
  const given = readPath({ results }, path);
  // Asked of every slot at every turn: nothing is parsed where no tool gave anything yet.
  if (given === undefined) return noEntries;
  const read = entriesSchema.safeParse(given);
  return read.success ? read.data : noEntries;
}

const noEntries: z.infer<typeof entriesSchema> = [];

const entriesSchema = z
  .array(z.object({ value: z.string().min(1).max(200), names: z.array(z.string().min(1).max(200)).min(1).max(20) }))
  // As many as a list of the definition may have.
  .max(2000);
