import { topOf } from './memory.ts';
import type { Run } from './run.ts';

/** Where the conversation stands, for errors. */
export function placeOf({ memory }: Run): { readonly flow: string; readonly node: string } {
  const frame = topOf(memory);
  return { flow: frame?.flow ?? '', node: frame?.node ?? '' };
}
