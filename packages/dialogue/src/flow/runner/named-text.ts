import type { Slot } from '@parley/contract/flow/agent-definition.ts';
import { variationsIn } from '../pick-wording.ts';

/**
 * What the words give a text slot by its name: "the address is 46 Elm Avenue", "địa chỉ là 46 Lê Lợi". Undefined when it is not
 * named, or nothing follows.
 */
export function namedText(slot: Slot, text: string, language: string): string | undefined {
  if (slot.type !== 'text' || slot.title === undefined) return undefined;
  const links = language.startsWith('vi') ? 'là|thành|:' : "is|'s|should be|to|:";
  for (const title of variationsIn(slot.title, language)) {
    const name = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    // The name begins a word, and a link stands right after it: "the address of my mother" gives none.
    const said = new RegExp(`(?:^|[^\\p{L}\\p{N}])${name}\\s*(?:${links})(?=\\s)\\s+(?<value>.+)$`, 'iu').exec(text);
    const value = said?.groups?.value?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}
