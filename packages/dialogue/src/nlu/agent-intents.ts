import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';

/** The examples of the intent in the language, or in the base language (`en` for `en-GB`). */
export function examplesIn(definition: AgentDefinition, intent: string, language: string): readonly string[] {
  const examples = definition.intents[intent]?.examples ?? {};
  return examples[language] ?? examples[language.split('-')[0] ?? language] ?? [];
}
