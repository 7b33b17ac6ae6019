import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { trainingExamples } from '../nlu/agent-intents.ts';
import { trainEmbeddingClassifier } from '../nlu/embedding-classifier.ts';
import type { IntentClassifier } from '../nlu/intent-classifier.ts';
import type { IntentModel } from '../nlu/intent-model.ts';
import { keptIntentModel } from '../nlu/kept-models.ts';
import { createPredictor } from '../nlu/predict-intent.ts';
import type { SentenceEmbedder } from '../nlu/sentence-embedder.ts';
import { createUpgradingClassifier } from '../nlu/upgrading-classifier.ts';
import { agentVocabulary } from '../vocabulary/agent-vocabulary.ts';
import { createFlowAgent, type FlowAgentOptions } from './runner/flow-agent.ts';
import type { FlowParts } from './runner/parts.ts';
import { warmTemplates } from './template.ts';

export interface BuiltAgent {
  readonly agent: Agent;
  /** By base language (`en`): what the agent understands with. */
  readonly classifiers: ReadonlyMap<string, IntentClassifier>;
  readonly vocabulary: RecognizerVocabulary;
}

export interface BuildOptions extends FlowAgentOptions {
  /** Understands by the nearness of meanings as well; the trained classifier answers until its examples are embedded, and when it fails. */
  readonly embedder?: SentenceEmbedder;
  /** Models that were trained from this very definition, by base language, so that nothing is trained now: see `trainModels`. */
  readonly models?: ReadonlyMap<string, IntentModel>;
  /** Told when the embedder fails. */
  readonly onEmbedderFailure?: (error: unknown) => void;
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
  options: BuildOptions = {},
): BuiltAgent {
  const language = options.language ?? definition.languages[0] ?? 'en-US';
  // The first sentence with a day in it would take ten milliseconds otherwise.
  warmTemplates(definition.languages);
  const classifiers = trainClassifiers(definition, options);
  return {
    agent: createFlowAgent(definition, { ...parts, classifiers }, { ...options, language }),
    classifiers,
    vocabulary: agentVocabulary(definition, language),
  };
}

/** One classifier for each language, by its base: `en`. */
export function trainClassifiers(
  definition: AgentDefinition,
  {
    embedder,
    models = trainModels(definition),
    onEmbedderFailure: onFailure = () => {},
  }: Pick<BuildOptions, 'embedder' | 'models' | 'onEmbedderFailure'> = {},
): ReadonlyMap<string, IntentClassifier> {
  return new Map(
    [...models].map(([language, model]) => {
      const predict = createPredictor(model);
      const trained: IntentClassifier = {
        name: 'trained',
        classify: async (text, context) => predict(text, context),
      };
      if (embedder === undefined) return [language, trained] as const;
      const learn = (signal: AbortSignal) =>
        trainEmbeddingClassifier(trainingExamples(definition, language), embedder, trained, signal, { onFailure });
      return [language, createUpgradingClassifier(learn, trained, { onFailure })] as const;
    }),
  );
}

/**
 * One model for each language that has examples, by its base. Plain data, which may come from another thread: large sets take
 * seconds to learn. The models are shared with who asks again for the same examples.
 */
export function trainModels(definition: AgentDefinition): ReadonlyMap<string, IntentModel> {
  const languages = new Set(definition.languages.map((language) => language.split('-')[0] ?? language));
  return new Map(
    [...languages].flatMap((language) => {
      const examples = trainingExamples(definition, language);
      return examples.length === 0 ? [] : [[language, keptIntentModel(examples)] as const];
    }),
  );
}
