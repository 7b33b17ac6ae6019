import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { extractReasoningMiddleware, wrapLanguageModel } from 'ai';
import { z } from 'zod';
import { createApiServer } from '../openai-api/api-server.ts';
import {
  apiKeySchema,
  baseUrlSchema,
  defined,
  headersOption,
  modelOption,
  openHeadersOption,
  speechOptions,
  transcriptionOptions,
} from '../openai-api/engine-options.ts';
import { createSpeechSynthesizer } from '../openai-api/speech-synthesizer.ts';
import { formOfModel } from '../openai-api/transcription-model.ts';
import { createTranscriptionRecognizer } from '../openai-api/transcription-recognizer.ts';
import { defineEngine, defineSpeechEngine } from '../provider/define-engine.ts';
import type { EngineContext, Provider } from '../provider/provider.ts';
import { fetchBy } from '../wire/guarded-fetch.ts';

const account = z.strictObject({ baseUrl: baseUrlSchema, apiKey: apiKeySchema.exactOptional() });
type Account = z.output<typeof account>;

/** What it knows is up to whoever runs the server. */
const languages = () => 'any' as const;
const headers = openHeadersOption.exactOptional();

/** Servers of one's own, and other vendors, that speak OpenAI's API: vLLM, Ollama, llama.cpp, speaches, whisper.cpp, Kokoro, Piper, LocalAI, Groq. */
export const openaiCompatibleProvider: Provider = {
  name: 'openai-compatible',
  title: 'A server that speaks OpenAI’s API',
  settings: {
    OPENAI_COMPATIBLE_BASE_URL: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
      .optional()
      .meta({
        description: "Address of a server that speaks OpenAI's API, for speech and language models of one's own.",
        example: 'http://localhost:8000/v1',
      }),
    OPENAI_COMPATIBLE_API_KEY: z
      .string()
      .trim()
      .optional()
      .meta({ description: 'Key of that server, if it wants one.', example: 'sk-…', isSecret: true }),
  },
  account,
  connectsByLookup: true,
  accountOf: ({ OPENAI_COMPATIBLE_BASE_URL, OPENAI_COMPATIBLE_API_KEY }) =>
    OPENAI_COMPATIBLE_BASE_URL === undefined
      ? undefined
      : defined({ baseUrl: OPENAI_COMPATIBLE_BASE_URL, apiKey: OPENAI_COMPATIBLE_API_KEY }),
  recognizers: {
    'openai-compatible': defineSpeechEngine({
      title: 'Transcription by a server that speaks OpenAI’s API',
      account,
      options: z.strictObject({
        // The name that servers with one model take, and OpenAI's own Whisper.
        model: modelOption.default('whisper-1'),
        answer: z.enum(['stream', 'json', 'verbose_json']).exactOptional().meta({
          title: 'Form of the answer',
          description: 'Left out: as OpenAI’s model of that name, else verbose_json, which says how sure it is.',
        }),
        headers,
        ...transcriptionOptions,
      }),
      languages,
      abilities: { partials: true, wordTimes: false, turnEvents: false, vocabulary: 'prompt', phoneAudio: false },
      create: (given, { answer, headers, ...options }, context) => {
        const known = formOfModel(options.model);
        return createTranscriptionRecognizer(
          {
            name: 'openai-compatible',
            server: serverOf(given, headers, context),
            form:
              answer === undefined
                ? known
                : { ...known, answer, logprobs: known.logprobs && answer !== 'verbose_json' },
            languages: 'any',
            ...options,
          },
          context,
        );
      },
    }),
  },
  synthesizers: {
    'openai-compatible': defineSpeechEngine({
      title: 'Speech by a server that speaks OpenAI’s API',
      account,
      options: z.strictObject({
        // Most have one model and do not look at its name.
        model: modelOption.default('tts-1'),
        voices: z.string().max(2000).default('alloy').meta({
          title: 'Voices',
          description: 'Names of its voices, separated by commas; the first is the default.',
        }),
        // WAV says itself which rate it has.
        format: z.enum(['wav', 'pcm']).default('wav').meta({ title: 'Format' }),
        sampleRateHz: z.coerce
          .number()
          .pipe(z.union([8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000].map((rateHz) => z.literal(rateHz))))
          .default(24_000)
          .meta({ title: 'Sample rate (Hz)', description: 'Of the format pcm: Kokoro has 24000, Piper 22050.' }),
        headers,
        ...speechOptions,
      }),
      languages,
      abilities: { wordTimes: false, ssml: false, stitching: false, phoneAudio: false },
      create: (given, { voices: list, headers, instructions, speed, ...options }, context) => {
        const names = list
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '');
        return createSpeechSynthesizer({
          name: 'openai-compatible',
          server: serverOf(given, headers, context),
          languages: 'any',
          voices: names.map((id) => ({ id, title: id, language: 'mul' })),
          defaultVoice: names[0] ?? 'alloy',
          takesVoice: () => true,
          speed,
          // Only what was set up: servers are known that refuse fields which they do not know.
          instructions: () => instructions,
          ...options,
        });
      },
    }),
  },
  languageModels: {
    'openai-compatible': defineEngine({
      title: 'Any server that speaks chat completions (vLLM, Ollama, llama.cpp, LM Studio, …)',
      account,
      options: z.strictObject({
        model: modelOption.meta({ title: 'Model', description: 'Its name at the provider.' }),
        headers: headersOption.exactOptional(),
        reasoningTag: z
          .string()
          .regex(/^[a-z_]{1,40}$/)
          .exactOptional()
          .meta({ title: 'Reasoning tag', description: 'Text within it is thought, not said: "think".' }),
      }),
      create({ baseUrl, apiKey }, { model, headers, reasoningTag }, { lookup }) {
        const compatible = createOpenAICompatible({
          name: 'compatible',
          baseURL: baseUrl,
          fetch: fetchBy(lookup),
          // Without it servers do not count.
          includeUsage: true,
          ...defined({ apiKey, headers }),
        }).chatModel(model);
        if (reasoningTag === undefined) return compatible;
        return wrapLanguageModel({
          model: compatible,
          middleware: extractReasoningMiddleware({ tagName: reasoningTag }),
        });
      },
    }),
  },
};

function serverOf(
  { baseUrl, apiKey }: Account,
  headers: Readonly<Record<string, string>> = {},
  context: EngineContext,
) {
  return createApiServer(
    `The server at ${new URL(baseUrl).host}`,
    baseUrl,
    {
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...headers,
    },
    context,
  );
}
