import { createOpenAI } from '@ai-sdk/openai';
import { z } from 'zod';
import { createApiServer } from '../openai-api/api-server.ts';
import {
  apiKeySchema,
  baseUrlSchema,
  defined,
  modelOption,
  realtimeOptions,
  speechOptions,
  transcriptionOptions,
} from '../openai-api/engine-options.ts';
import { openaiLanguages } from '../openai-api/languages.ts';
import { createRealtimeRecognizer } from '../openai-api/realtime-recognizer.ts';
import { createSpeechSynthesizer } from '../openai-api/speech-synthesizer.ts';
import { formOfModel } from '../openai-api/transcription-model.ts';
import { createTranscriptionRecognizer } from '../openai-api/transcription-recognizer.ts';
import { instructionsFor, isOwnVoice, openaiVoices } from '../openai-api/voices.ts';
import { defineEngine, defineSpeechEngine } from '../provider/define-engine.ts';
import type { EngineContext, Provider } from '../provider/provider.ts';
import { fetchBy } from '../wire/guarded-fetch.ts';

const defaultBaseUrl = 'https://api.openai.com/v1';

const account = z.strictObject({
  apiKey: apiKeySchema,
  baseUrl: baseUrlSchema.default(defaultBaseUrl),
  organization: z.string().min(1).max(200).exactOptional().meta({ title: 'Organization' }),
  project: z.string().min(1).max(200).exactOptional().meta({ title: 'Project' }),
});
type Account = z.output<typeof account>;

/** Answers in words of its own; `gpt-4o-mini-transcribe` tells how sure it is, quicker than the larger ones. */
const defaultTranscriptionModel = 'gpt-4o-mini-transcribe';

const languages = () => openaiLanguages;

/** OpenAI's own servers, or a proxy of them. */
export const openaiProvider: Provider = {
  name: 'openai',
  title: 'OpenAI',
  settings: {
    OPENAI_API_KEY: z
      .string()
      .trim()
      .optional()
      .meta({ description: 'Key of OpenAI.', example: 'sk-…', isSecret: true }),
    OPENAI_BASE_URL: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
      .optional()
      .meta({ description: "Address of OpenAI's API, in place of its own.", example: defaultBaseUrl }),
    OPENAI_ORG_ID: z
      .string()
      .trim()
      .optional()
      .meta({ description: 'Organization that OpenAI is to bill, where the key has several.', example: 'org-…' }),
    OPENAI_PROJECT_ID: z
      .string()
      .trim()
      .optional()
      .meta({ description: 'Project that OpenAI is to bill, where the key has several.', example: 'proj_…' }),
  },
  account,
  connectsByLookup: true,
  accountOf: ({ OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_ORG_ID, OPENAI_PROJECT_ID }) =>
    OPENAI_API_KEY === undefined
      ? undefined
      : defined({
          apiKey: OPENAI_API_KEY,
          baseUrl: OPENAI_BASE_URL,
          organization: OPENAI_ORG_ID,
          project: OPENAI_PROJECT_ID,
        }),
  recognizers: {
    openai: defineSpeechEngine({
      title: 'OpenAI transcription',
      account,
      // Of the models that OpenAI gives up on 26 February 2027 [spec]; gpt-transcribe comes after it and says nothing of how sure it is.
      options: z.strictObject({ model: modelOption.default(defaultTranscriptionModel), ...transcriptionOptions }),
      languages,
      abilities: { partials: true, wordTimes: false, turnEvents: false, vocabulary: 'prompt', phoneAudio: false },
      create: (given, options, context) =>
        createTranscriptionRecognizer(
          {
            name: 'openai',
            server: serverOf(given, context),
            form: formOfModel(options.model),
            languages: openaiLanguages,
            ...options,
          },
          context,
        ),
    }),
    'openai-realtime': defineSpeechEngine({
      title: 'OpenAI transcription over a WebSocket',
      account,
      // The one that OpenAI recommends [docs: realtime transcription]: it writes while the caller speaks. The `gpt-4o` models begin when the
      // utterance is over; they say how sure they are.
      options: z.strictObject({ model: modelOption.default('gpt-live-transcribe'), ...realtimeOptions }),
      languages,
      abilities: { partials: true, wordTimes: false, turnEvents: false, vocabulary: 'prompt', phoneAudio: true },
      create: (given, { noiseReduction, ...options }, context) =>
        createRealtimeRecognizer(
          {
            name: 'openai-realtime',
            server: serverOf(given, context),
            form: formOfModel(options.model),
            languages: openaiLanguages,
            noiseReduction: noiseReduction === 'off' ? undefined : noiseReduction,
            ...options,
          },
          context,
        ),
    }),
  },
  synthesizers: {
    openai: defineSpeechEngine({
      title: 'OpenAI speech',
      account,
      options: z.strictObject({
        // Given up on 6 January 2027 [spec], as all models of this API; OpenAI points to its Realtime API then.
        model: modelOption.default('gpt-4o-mini-tts'),
        defaultVoice: z.string().min(1).max(100).exactOptional(),
        ...speechOptions,
      }),
      languages,
      abilities: { wordTimes: false, ssml: false, stitching: false, phoneAudio: false },
      create: (given, { model, defaultVoice, speed, instructions, timeoutMs, stallTimeoutMs }, context) => {
        const voices = openaiVoices(model);
        return createSpeechSynthesizer({
          name: 'openai',
          server: serverOf(given, context),
          model,
          languages: openaiLanguages,
          voices,
          defaultVoice: defaultVoice ?? voices[0]?.id ?? 'alloy',
          takesVoice: isOwnVoice,
          format: 'pcm',
          // Raw samples have no header that says so: 24 kHz, 16 bits, little-endian [docs: text to speech, output formats].
          sampleRateHz: 24_000,
          speed,
          instructions: instructionsFor(model, instructions),
          timeoutMs,
          stallTimeoutMs,
        });
      },
    }),
  },
  languageModels: {
    openai: defineEngine({
      title: 'OpenAI',
      account,
      options: z.strictObject({
        model: modelOption.meta({ title: 'Model', description: 'Its name at the provider.' }),
        api: z
          .enum(['chat', 'responses'])
          .default('chat')
          .meta({ title: 'API', description: 'Chat completions answer quickest; some models need responses.' }),
      }),
      create({ apiKey, baseUrl, organization, project }, { model, api }, { lookup }) {
        const openai = createOpenAI({
          apiKey,
          baseURL: baseUrl,
          fetch: fetchBy(lookup),
          ...defined({ organization, project }),
        });
        return api === 'chat' ? openai.chat(model) : openai.responses(model);
      },
    }),
  },
};

function serverOf({ apiKey, baseUrl, organization, project }: Account, context: EngineContext) {
  return createApiServer(
    'OpenAI',
    baseUrl,
    {
      authorization: `Bearer ${apiKey}`,
      ...(organization !== undefined && { 'openai-organization': organization }),
      ...(project !== undefined && { 'openai-project': project }),
    },
    context,
  );
}
