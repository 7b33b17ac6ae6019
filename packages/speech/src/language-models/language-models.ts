import { createAnthropic } from '@ai-sdk/anthropic';
import { createAzure } from '@ai-sdk/azure';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { extractReasoningMiddleware, type LanguageModel as SdkModel, wrapLanguageModel } from 'ai';
import { z } from 'zod';
import { SpeechError } from '../speech-error.ts';

/** A model of the AI SDK, ready to be asked. */
export type LanguageModel = Exclude<SdkModel, string>;

interface Provider {
  readonly title: string;
  readonly options: z.ZodType;
  /** @throws SpeechError `options_invalid` */
  create(options: unknown): LanguageModel;
}

const modelSchema = z.string().min(1).max(200).meta({ title: 'Model', description: 'Its name at the provider.' });
const apiKeySchema = z.string().min(1).max(500).meta({ title: 'API key' });
const baseUrlSchema = z
  .url({ protocol: /^https?$/ })
  .meta({ title: 'Address', description: 'Where the API begins, such as https://models.example.com/v1.' });

const providers: Readonly<Record<string, Provider>> = {
  openai: provider(
    'OpenAI',
    z.strictObject({
      model: modelSchema,
      apiKey: apiKeySchema,
      baseUrl: baseUrlSchema.exactOptional(),
      organization: z.string().max(200).exactOptional(),
      api: z
        .enum(['chat', 'responses'])
        .default('chat')
        .meta({ title: 'API', description: 'Chat completions answer quickest; some models need responses.' }),
    }),
    ({ model, apiKey, baseUrl, organization, api }) => {
      const openai = createOpenAI({ apiKey, ...optional({ baseURL: baseUrl, organization }) });
      return api === 'chat' ? openai.chat(model) : openai.responses(model);
    },
  ),
  azure: provider(
    'Azure OpenAI',
    z
      .strictObject({
        model: modelSchema.meta({ title: 'Deployment', description: 'The name of the deployment.' }),
        apiKey: apiKeySchema,
        resourceName: z.string().min(1).max(100).exactOptional(),
        baseUrl: baseUrlSchema.exactOptional(),
        apiVersion: z.string().max(40).exactOptional(),
      })
      .refine(({ resourceName, baseUrl }) => (resourceName === undefined) !== (baseUrl === undefined), {
        message: 'Give either resourceName or baseUrl.',
      }),
    ({ model, apiKey, resourceName, baseUrl, apiVersion }) =>
      createAzure({ apiKey, ...optional({ resourceName, baseURL: baseUrl, apiVersion }) }).chat(model),
  ),
  anthropic: provider(
    'Anthropic',
    z.strictObject({ model: modelSchema, apiKey: apiKeySchema, baseUrl: baseUrlSchema.exactOptional() }),
    ({ model, apiKey, baseUrl }) => createAnthropic({ apiKey, ...optional({ baseURL: baseUrl }) })(model),
  ),
  'openai-compatible': provider(
    'Any server that speaks chat completions (vLLM, Ollama, llama.cpp, LM Studio, …)',
    z.strictObject({
      model: modelSchema,
      baseUrl: baseUrlSchema,
      apiKey: apiKeySchema.exactOptional(),
      headers: z.record(z.string().max(100), z.string().max(1000)).exactOptional(),
      reasoningTag: z
        .string()
        .regex(/^[a-z_]{1,40}$/)
        .exactOptional()
        .meta({ title: 'Reasoning tag', description: 'Text within it is thought, not said: "think".' }),
    }),
    ({ model, baseUrl, apiKey, headers, reasoningTag }) => {
      const compatible = createOpenAICompatible({
        name: 'compatible',
        baseURL: baseUrl,
        // Without it servers do not count.
        includeUsage: true,
        ...optional({ apiKey, headers }),
      }).chatModel(model);
      if (reasoningTag === undefined) return compatible;
      return wrapLanguageModel({
        model: compatible,
        middleware: extractReasoningMiddleware({ tagName: reasoningTag }),
      });
    },
  ),
};

/** What can be chosen, for consoles and messages. */
export function listLanguageModelProviders(): readonly { name: string; title: string; optionsSchema: unknown }[] {
  return Object.entries(providers).map(([name, { title, options }]) => ({
    name,
    title,
    optionsSchema: z.toJSONSchema(options, { io: 'input' }),
  }));
}

/**
 * A language model by the provider's name. Makes no request; a wrong key shows with the first one.
 *
 * @throws SpeechError `provider_unknown`, `options_invalid`
 */
export function createLanguageModel(name: string, options: unknown): LanguageModel {
  const found = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (found === undefined) {
    throw new SpeechError('provider_unknown', `Language models: ${Object.keys(providers).join(', ')}; not "${name}".`);
  }
  return found.create(options);
}

function provider<Options>(
  title: string,
  schema: z.ZodType<Options>,
  create: (options: Options) => LanguageModel,
): Provider {
  return {
    title,
    options: schema,
    create(options) {
      const read = schema.safeParse(options);
      if (!read.success) throw new SpeechError('options_invalid', z.prettifyError(read.error));
      return create(read.data);
    },
  };
}

/** Without what is undefined: the SDK looks into the environment for it. */
function optional<Values extends object>(values: Values): { [Name in keyof Values]?: Exclude<Values[Name], undefined> };
function optional(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
