import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { examplesIn } from '../../nlu/agent-intents.ts';
import { fold } from '../../wording/fold.ts';
import { variationsIn } from '../pick-wording.ts';

/**
 * Is the text rather in the other language than in this one? It has more words of the other's examples and lists. What an agent
 * knows in neither is no reason to change: "the toilet is clogged" is still English where nobody wrote an example of it.
 */
export function isRatherIn(definition: AgentDefinition, text: string, other: string, current: string): boolean {
  const words = new Set(wordsIn(text));
  const known = (language: string) => {
    const vocabulary = wordsOf(definition, language);
    return [...words].filter((word) => vocabulary.has(word)).length;
  };
  // Without examples of its own the classifier alone can tell.
  return wordsOf(definition, other).size === 0 || known(other) > known(current);
}

/** What a definition needs is worked out once. */
const kept = new WeakMap<AgentDefinition, Map<string, ReadonlySet<string>>>();

function wordsOf(definition: AgentDefinition, language: string): ReadonlySet<string> {
  const byLanguage = kept.get(definition) ?? new Map<string, ReadonlySet<string>>();
  kept.set(definition, byLanguage);
  const known = byLanguage.get(language);
  if (known !== undefined) return known;
  const examples = Object.keys(definition.intents).flatMap((intent) => examplesIn(definition, intent, language));
  const names = Object.values(definition.lists).flatMap((entries) =>
    entries.flatMap((entry) => variationsIn(entry.names, language)),
  );
  const words = new Set([...examples.map((text) => text.replace(/\{[^}]*\}/g, ' ')), ...names].flatMap(wordsIn));
  byLanguage.set(language, words);
  return words;
}

function wordsIn(text: string): readonly string[] {
  return fold(text)
    .split(' ')
    .filter((word) => /\p{L}/u.test(word));
}
