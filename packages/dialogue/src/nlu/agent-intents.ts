import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { expandPhrases, type PlaceholderValues } from '../vocabulary/expand-phrases.ts';
import { placeholders } from '../vocabulary/slot-samples.ts';

export interface IntentExample {
  readonly text: string;
  readonly intent: string;
  /**
   * What it was made of, when several were made of one and differ in values only. They are held out together: one would give
   * the other away, and the classifier would learn to trust nothing that is not nearly word for word an example.
   */
  readonly origin?: string;
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
    examplesIn(definition, intent, language).flatMap((origin, at) =>
      expandPhrases([origin], rotate(values, origin, at * valuesStep), sentencesAnExample).map((text) => ({
        text,
        intent,
        origin,
      })),
    ),
  );
}

/** So far apart begin the values of one example and the next, so that different ones come up. */
const valuesStep = 31;

/** Of the placeholders that the phrase names: the other lists would be copied, and they are long, for nothing. */
function rotate(values: PlaceholderValues, phrase: string, by: number): PlaceholderValues {
  const named = Object.entries(values).filter(([name]) => phrase.includes(`{${name}}`));
  return Object.fromEntries(
    named.map(([name, list]) => {
      const from = list.length === 0 ? 0 : by % list.length;
      return [name, [...list.slice(from), ...list.slice(0, from)]];
    }),
  );
}
