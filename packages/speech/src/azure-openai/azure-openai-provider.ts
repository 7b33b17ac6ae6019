import { createAzure } from '@ai-sdk/azure';
import { z } from 'zod';
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
import type { Provider } from '../provider/provider.ts';
import { fetchBy } from '../wire/guarded-fetch.ts';
import { azureBaseUrl, createAzureServer } from './azure-server.ts';

/** The version with which the transcription models are reported to work; the stable ones are older than these models. */
const defaultApiVersion = '2025-04-01-preview';

const account = z.strictObject({
  apiKey: apiKeySchema,
  endpoint: baseUrlSchema.meta({ title: 'Endpoint', description: 'Such as https://my-resource.openai.azure.com.' }),
  apiVersion: z
    .string()
    .regex(/^[\w.-]{1,40}$/)
    .default(defaultApiVersion)
    .meta({ title: 'API version' }),
});

const deployment = z.string().min(1).max(100).exactOptional().meta({
  title: 'Deployment',
  description: 'Name of the deployment, where it is not that of the model.',
});

const languages = () => openaiLanguages;
const defaultTranscriptionModel = 'gpt-4o-mini-transcribe';

/** OpenAI's models as a resource of Azure has them. */
export const azureOpenaiProvider: Provider = {
  name: 'azure-openai',
  title: 'Azure OpenAI',
  settings: {
    AZURE_OPENAI_API_KEY: z
      .string()
      .trim()
      .optional()
      .meta({ description: 'Key of the resource of Azure OpenAI.', example: '0123…', isSecret: true }),
    AZURE_OPENAI_ENDPOINT: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
      .optional()
      .meta({
        description: 'Address of the resource of Azure OpenAI.',
        example: 'https://my-resource.openai.azure.com',
      }),
    OPENAI_API_VERSION: z
      .string()
      .trim()
      .optional()
      .meta({ description: 'Version of the API of Azure OpenAI.', example: defaultApiVersion }),
  },
  account,
  connectsByLookup: true,
  accountOf: ({ AZURE_OPENAI_API_KEY, AZURE_OPENAI_ENDPOINT, OPENAI_API_VERSION }) =>
    AZURE_OPENAI_API_KEY === undefined || AZURE_OPENAI_ENDPOINT === undefined
      ? undefined
      : defined({
          apiKey: AZURE_OPENAI_API_KEY,
          endpoint: AZURE_OPENAI_ENDPOINT,
          apiVersion: OPENAI_API_VERSION,
        }),
  recognizers: {
    'azure-openai': defineSpeechEngine({
      title: 'Azure OpenAI transcription',
      account,
      options: z.strictObject({
        model: modelOption.default(defaultTranscriptionModel),
        deployment,
        ...transcriptionOptions,
      }),
      languages,
      abilities: { partials: true, wordTimes: false, turnEvents: false, vocabulary: 'prompt', phoneAudio: false },
      create: (given, { model, deployment = model, ...options }, context) =>
        createTranscriptionRecognizer(
          {
            name: 'azure-openai',
            server: createAzureServer(given, context),
            model: deployment,
            form: formOfModel(model),
            languages: openaiLanguages,
            ...options,
          },
          context,
        ),
    }),
    'azure-openai-realtime': defineSpeechEngine({
      title: 'Azure OpenAI transcription over a WebSocket',
      account,
      options: z.strictObject({
        model: modelOption.default('gpt-live-transcribe'),
        deployment,
        ...realtimeOptions,
      }),
      languages,
      abilities: { partials: true, wordTimes: false, turnEvents: false, vocabulary: 'prompt', phoneAudio: true },
      create: (given, { model, deployment = model, noiseReduction, ...options }, context) =>
        createRealtimeRecognizer(
          {
            name: 'azure-openai-realtime',
            server: createAzureServer(given, context),
            model: deployment,
            form: formOfModel(model),
            languages: openaiLanguages,
            noiseReduction: noiseReduction === 'off' ? undefined : noiseReduction,
            ...options,
          },
          context,
        ),
    }),
  },
  synthesizers: {
    'azure-openai': defineSpeechEngine({
      title: 'Azure OpenAI speech',
      account,
      options: z.strictObject({
        model: modelOption.default('gpt-4o-mini-tts'),
        deployment,
        defaultVoice: z.string().min(1).max(100).default('alloy'),
        ...speechOptions,
      }),
      languages,
      abilities: { wordTimes: false, ssml: false, stitching: false, phoneAudio: false },
      create: (
        given,
        { model, deployment = model, defaultVoice, speed, instructions, timeoutMs, stallTimeoutMs },
        context,
      ) =>
        createSpeechSynthesizer({
          name: 'azure-openai',
          server: createAzureServer(given, context),
          model: deployment,
          languages: openaiLanguages,
          voices: openaiVoices(model),
          defaultVoice,
          takesVoice: isOwnVoice,
          format: 'pcm',
          // As OpenAI itself.
          sampleRateHz: 24_000,
          speed,
          instructions: instructionsFor(model, instructions),
          timeoutMs,
          stallTimeoutMs,
        }),
    }),
  },
  languageModels: {
    // The name that settings had before the others came.
    azure: azureModel(),
    'azure-openai': azureModel(),
  },
};

function azureModel() {
  return defineEngine({
    title: 'Azure OpenAI',
    account,
    options: z.strictObject({
      model: modelOption.meta({ title: 'Deployment', description: 'The name of the deployment.' }),
      api: z
        .enum(['chat', 'responses'])
        .default('chat')
        .meta({ title: 'API', description: 'Chat completions answer quickest; some models need responses.' }),
    }),
    create({ apiKey, endpoint, apiVersion }, { model, api }, { lookup }) {
      const baseURL = azureBaseUrl(endpoint);
      // Responses are of the newer surface alone, which has no deployments in its paths.
      return api === 'chat'
        ? createAzure({ apiKey, fetch: fetchBy(lookup), baseURL, apiVersion, useDeploymentBasedUrls: true }).chat(model)
        : createAzure({ apiKey, fetch: fetchBy(lookup), baseURL: `${baseURL}/v1` }).responses(model);
    },
  });
}
