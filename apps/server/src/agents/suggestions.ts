import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';

/** The first example of the first intents that lead somewhere; those with placeholders would be odd to read. */
export function suggestionsOf(definition: AgentDefinition, language: string): string[] {
  const base = language.split('-')[0] ?? language;
  return Object.values(definition.intents)
    .filter(({ flow }) => flow !== undefined)
    .flatMap(({ examples }) => (examples[language] ?? examples[base] ?? []).find((text) => !text.includes('{')) ?? [])
    .slice(0, 3);
}
