import { resolve } from 'node:path';
import { type EngineChoice, parseEngineChoice } from '@parley/speech/registry.ts';
import { z } from 'zod';

/** What agents hear, speak, think and understand with. */
export interface AgentSettings {
  /** Names of the speech registry, in order of preference: each stands in for those before it. At least one. */
  readonly recognizers: readonly string[];
  readonly synthesizers: readonly string[];
  readonly voiceDetector: VoiceDetectorName;
  /** Absolute; folders in it are agents beside those that ship. */
  readonly agentsDir: string | undefined;
  /** Undefined when no language model is configured: flows and the trained NLU need none. */
  readonly languageModel: LanguageModelSetting | undefined;
  /** Undefined: agents understand by what they were trained on alone. */
  readonly embeddings: EmbeddingsSetting | undefined;
}

/** Models in order of preference: each stands in for those before it while nothing was said. At least one. */
export interface LanguageModelSetting {
  readonly choices: readonly EngineChoice[];
  /** Of the first one's provider, in place of its account's. */
  readonly apiKey: string | undefined;
  readonly address: string | undefined;
}

/** What turns sentences into vectors: a model's folder on this machine, or a server that speaks OpenAI's embeddings. */
export type EmbeddingsSetting =
  /** The folder is absolute. */
  | { readonly type: 'local'; readonly folder: string }
  | { readonly type: 'server'; readonly baseUrl: string; readonly model: string; readonly apiKey: string | undefined };

const voiceDetectors = ['light', 'silero'] as const;
export type VoiceDetectorName = (typeof voiceDetectors)[number];

/** More than this would try a caller's patience before the last one is asked. */
const maxProviders = 4;

const providers = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (names) => names.length <= maxProviders && names.every((name) => name !== ''),
    `must be one to ${maxProviders} names separated by commas, such as embedded,espeak`,
  );

export const agentSettingsShape = {
  // What needs no key and no network. The registry says which others there are.
  SPEECH: providers.default(['embedded']).meta({
    description: 'What agents listen and speak with, where RECOGNIZER and SYNTHESIZER say nothing else.',
    example: 'scripted',
  }),
  RECOGNIZER: providers.optional().meta({
    description:
      'Recognisers in order of preference, separated by commas: each stands in for those before it. Those of SPEECH when not set.',
    example: 'embedded',
  }),
  SYNTHESIZER: providers.optional().meta({
    description: 'Voices in order of preference, separated by commas. Those of SPEECH when not set.',
    example: 'embedded,espeak',
  }),
  // A microsecond a frame, no thread, no package of hundreds of megabytes.
  VOICE_DETECTOR: z
    .enum(voiceDetectors, { error: `must be one of ${voiceDetectors.join(', ')}` })
    .default('light')
    .meta({
      description: 'What tells voice from noise: light, or silero (a model, for noisy places; a package of its own).',
      example: 'light',
    }),
  AGENTS_DIR: z.string().optional().meta({
    description: 'Folder whose folders are agents of your own: docs/agents.md.',
    example: './my-agents',
  }),
  LANGUAGE_MODEL: z
    .string()
    .trim()
    .refine(
      (text) => splitModels(text).every((one) => /^[a-z-]+:\S+$/.test(one)) && splitModels(text).length <= maxProviders,
      `must be one to ${maxProviders} of provider and model separated by commas, such as openai:gpt-4o-mini`,
    )
    .optional()
    .meta({
      description:
        'Provider and model of agents that are a language model, in order of preference, separated by commas; without it flows and the trained NLU do.',
      example: 'openai:gpt-4o-mini,anthropic:claude-haiku-4-5',
    }),
  LANGUAGE_MODEL_KEY: z.string().trim().optional().meta({
    description: "Key of the (first) language model, in place of its provider's own setting.",
    example: 'sk-…',
    isSecret: true,
  }),
  LANGUAGE_MODEL_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
    .optional()
    .meta({
      description: 'Address of a compatible server, in place of the provider.',
      example: 'http://localhost:11434/v1',
    }),
  NLU_EMBEDDINGS: z
    .string()
    .trim()
    .regex(/^(local:.|https?:\/\/.)/, 'must be local: and a folder, or an address that begins with http:// or https://')
    .optional()
    .meta({
      description: 'A sentence model that helps agents understand: local: and a folder, or the address of a server.',
      example: 'local:./models/minilm',
    }),
  // The smallest that its maker sells.
  NLU_EMBEDDINGS_MODEL: z.string().trim().default('text-embedding-3-small').meta({
    description: 'Which model that server is asked for.',
    example: 'text-embedding-3-small',
  }),
  NLU_EMBEDDINGS_KEY: z.string().trim().optional().meta({
    description: 'Key of that server.',
    example: 'sk-…',
    isSecret: true,
  }),
};

const settingsSchema = z.object(agentSettingsShape);
type Settings = z.output<typeof settingsSchema>;

export function agentSettingsOf(settings: Settings): AgentSettings {
  return {
    recognizers: settings.RECOGNIZER ?? settings.SPEECH,
    synthesizers: settings.SYNTHESIZER ?? settings.SPEECH,
    voiceDetector: settings.VOICE_DETECTOR,
    agentsDir: settings.AGENTS_DIR === undefined ? undefined : resolve(settings.AGENTS_DIR),
    languageModel: languageModelOf(settings),
    embeddings: embeddingsOf(settings),
  };
}

const localPrefix = 'local:';

function embeddingsOf({
  NLU_EMBEDDINGS: where,
  NLU_EMBEDDINGS_MODEL: model,
  NLU_EMBEDDINGS_KEY: apiKey,
}: Settings): EmbeddingsSetting | undefined {
  if (where === undefined) return undefined;
  if (where.startsWith(localPrefix)) return { type: 'local', folder: resolve(where.slice(localPrefix.length)) };
  return { type: 'server', baseUrl: where, model, apiKey };
}

function languageModelOf({
  LANGUAGE_MODEL: name,
  LANGUAGE_MODEL_KEY: apiKey,
  LANGUAGE_MODEL_URL: baseUrl,
}: Settings): AgentSettings['languageModel'] {
  if (name === undefined) return undefined;
  return { choices: splitModels(name).map(modelChoice), apiKey, address: baseUrl };
}

function splitModels(text: string): readonly string[] {
  return text.split(',').map((one) => one.trim());
}

/** `openai:gpt-5?api=responses`: the engine's name, its model, and further options. */
function modelChoice(written: string): EngineChoice {
  const at = written.indexOf(':');
  const { name: model, options } = parseEngineChoice(written.slice(at + 1));
  return { name: written.slice(0, at), options: { ...options, model } };
}
