import type { Wording } from '@parley/contract/flow/parts.ts';
import { variationsIn } from '../pick-wording.ts';
import type { FlowMemory } from './memory.ts';

/**
 * How often the wording was said in the conversation, so that no variation of it comes twice in a row; undefined for what has no
 * variations. A wording is known by its first variation.
 */
export function usesOf(memory: FlowMemory, wording: Wording): number | undefined {
  const key = keyOf(memory, wording);
  if (key === undefined) return undefined;
  return memory.uses !== undefined && Object.hasOwn(memory.uses, key) ? memory.uses[key] : 0;
}

export function countUse(memory: FlowMemory, wording: Wording): void {
  const key = keyOf(memory, wording);
  const uses = usesOf(memory, wording);
  if (key === undefined || uses === undefined) return;
  const others = Object.entries(memory.uses ?? {}).filter(([name]) => name !== key);
  memory.uses = Object.fromEntries([...others.slice(1 - mostKept), [key, uses + 1]]);
}

/** Sentences that are said again are said again soon: the one that was last said longest ago is forgotten. */
const mostKept = 64;

function keyOf({ language }: FlowMemory, wording: Wording): string | undefined {
  const [first, second] = variationsIn(wording, language);
  if (first === undefined || second === undefined) return undefined;
  let hash = 2_166_136_261;
  for (let at = 0; at < first.length; at += 1) hash = Math.imul(hash ^ first.charCodeAt(at), 16_777_619);
  // A letter first: keys that are numbers would not stay in the order in which they were said.
  return `w${(hash >>> 0).toString(36)}`;
}
