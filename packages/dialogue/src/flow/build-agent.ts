import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { trainingExamples } from '../nlu/agent-intents.ts';
import type { IntentClassifier } from '../nlu/intent-classifier.ts';
import { createPredictor } from '../nlu/predict-intent.ts';
import { trainIntentModel } from '../nlu/train-intent-model.ts';
import { agentVocabulary } from '../vocabulary/agent-vocabulary.ts';
import { createFlowAgent, type FlowAgentOptions } from './runner/flow-agent.ts';
import type { FlowParts } from './runner/parts.ts';
import { warmTemplates } from './template.ts';

export interface BuiltAgent {
  readonly agent: Agent;
  readonly vocabulary: RecognizerVocabulary;
}

/**
 * Train an agent's classifiers from its examples, and make it ready to talk in one of its languages. A few hundred examples
 * take a fraction of a second.
 *
 * @param definition a valid one: see `validateAgent`
 */
export function buildFlowAgent(
  definition: AgentDefinition,
  parts: Omit<FlowParts, 'classifiers'>,
  options: FlowAgentOptions = {},
): BuiltAgent {
  const language = options.language ?? definition.languages[0] ?? 'en-US';
  // The first sentence with a day in it would take ten milliseconds otherwise.
  warmTemplates(definition.languages);
  const classifiers = trainClassifiers(definition);
  return {
    agent: createFlowAgent(definition, { ...parts, classifiers }, { ...options, language }),
    vocabulary: agentVocabulary(definition, language),
  };
}

/** One classifier for each language, by its base: `en`. */
export function trainClassifiers(definition: AgentDefinition): ReadonlyMap<string, IntentClassifier> {
  const languages = new Set(definition.languages.map((language) => language.split('-')[0] ?? language));
  return new Map(
    [...languages].flatMap((language) => {
      const examples = trainingExamples(definition, language);
      if (examples.length === 0) return [];
      const predict = createPredictor(trainIntentModel(examples));
      return [[language, { name: 'trained', classify: async (text, context) => predict(text, context) }] as const];
    }),
  );
}
