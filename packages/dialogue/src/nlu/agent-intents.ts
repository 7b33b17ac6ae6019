import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { expandPhrases } from '../vocabulary/expand-phrases.ts';
import { placeholders } from '../vocabulary/slot-samples.ts';

export interface IntentExample {
  readonly text: string;
  readonly intent: string;
}

/** Sentences made of one example with placeholders: a few values teach that the place may hold others. */
const sentencesAnExample = 3;

/** The examples of the intent in the language, or in the base language (`en` for `en-GB`). */
export function examplesIn(definition: AgentDefinition, intent: string, language: string): readonly string[] {
  const examples = definition.intents[intent]?.examples ?? {};
  return examples[language] ?? examples[language.split('-')[0] ?? language] ?? [];
}

/** What a classifier learns the agent's intents from, values in place of the placeholders. */
export function trainingExamples(definition: AgentDefinition, language: string): readonly IntentExample[] {
  const values = placeholders(definition, language);
  return Object.keys(definition.intents).flatMap((intent) =>
    expandPhrases(examplesIn(definition, intent, language), values, sentencesAnExample).map((text) => ({
      text,
      intent,
    })),
  );
}
