import type { Clock } from '@parley/engine/ports/clock.ts';
import type { LanguageModel } from '@parley/speech/language-models/language-model.ts';
import { createLanguageModel } from '@parley/speech/language-models/language-models.ts';
import type { EngineContext } from '@parley/speech/provider/provider.ts';
import type { Accounts, EngineChoice } from '@parley/speech/registry.ts';
import { createFallbackLanguageModel } from '@parley/speech/router/fallback-language-model.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import type { LanguageModelSetting } from '../config/agent-settings.ts';
import { meterOfThought } from '../speech/usage-meter.ts';
import { StartError } from '../start-errors.ts';

export interface ConfiguredModelParts {
  readonly config: { readonly languageModel: LanguageModelSetting | undefined; readonly accounts: Accounts };
  readonly clock: Clock;
  readonly onError: (error: unknown, context: string) => void;
  /** Looks over the shoulder of each. @param part names it among those that this server depends on */
  readonly watch: (model: LanguageModel, part: string) => LanguageModel;
}

/**
 * The language model of this server: one, or several that stand in for one another. What conversations take of it is counted in theirs.
 * @throws StartError `config_invalid` when one cannot be made of what is configured
 */
export function createConfiguredModel({
  config,
  clock,
  onError,
  watch,
}: ConfiguredModelParts): LanguageModel | undefined {
  if (config.languageModel === undefined) return undefined;
  try {
    const models = configuredModels(config).map(({ id, create }, index) => {
      const part = index === 0 ? 'language_model' : `language_model_${index + 1}`;
      return { id, model: watch(create({ clock, onError }), part) };
    });
    return createFallbackLanguageModel(models, {
      clock,
      onError: (error) => onError(error, 'a language model'),
      onUsage: ({ engine: model, inputTokens, outputTokens }) =>
        meterOfThought()?.model({ model, inputTokens, outputTokens }),
    });
  } catch (error) {
    if (!(error instanceof SpeechError)) throw error;
    throw new StartError('config_invalid', `LANGUAGE_MODEL: ${error.message} Correct it and start again.`);
  }
}

/**
 * Each of the models of `LANGUAGE_MODEL`, in its order; the key and the address beside it are the first one's. `create` throws SpeechError
 * where one cannot be made of what is configured.
 */
export function configuredModels({ languageModel, accounts }: ConfiguredModelParts['config']): readonly {
  readonly id: string;
  readonly name: string;
  create(context: EngineContext): LanguageModel;
}[] {
  if (languageModel === undefined) return [];
  const { choices, apiKey, address } = languageModel;
  return choices.map((choice, index) => {
    const own = index === 0 ? { ...defined({ apiKey, baseUrl: address }), ...choice.options } : choice.options;
    return {
      id: idOf(choice),
      name: choice.name,
      create: (context) => createLanguageModel(choice.name, own ?? {}, accounts, context),
    };
  });
}

/** As settings and prices name it: `openai:gpt-4o-mini`. */
function idOf({ name, options }: EngineChoice): string {
  return `${name}:${String(options?.model)}`;
}

function defined(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
