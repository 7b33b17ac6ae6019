import { z } from 'zod';
import { defineSpeechEngine } from '../provider/define-engine.ts';
import type { Provider } from '../provider/provider.ts';
import { auraOptions, createAuraSynthesizer } from './aura-synthesizer.ts';
import { auraLanguages } from './aura-voices.ts';
import { deepgramAccount, deepgramBaseUrl } from './deepgram-account.ts';
import { fluxLanguages, fluxOptions } from './flux-options.ts';
import { createFluxRecognizer } from './flux-recognizer.ts';
import { novaLanguages } from './nova-languages.ts';
import { createNovaRecognizer, novaOptions } from './nova-recognizer.ts';

export const deepgramProvider: Provider = {
  name: 'deepgram',
  title: 'Deepgram',
  settings: {
    DEEPGRAM_API_KEY: z.string().min(1).optional().meta({
      description: 'Key of the Deepgram account with which agents listen and speak.',
      example: '0123456789abcdef0123456789abcdef01234567',
      isSecret: true,
    }),
    DEEPGRAM_BASE_URL: z
      .url({ protocol: /^https?$/ })
      .default(deepgramBaseUrl)
      .meta({
        description: 'Address of Deepgram’s API: another region, or a server of one’s own.',
        example: 'https://api.eu.deepgram.com',
      }),
  },
  account: deepgramAccount,
  accountOf({ DEEPGRAM_API_KEY: apiKey, DEEPGRAM_BASE_URL: baseUrl }) {
    return apiKey === undefined ? undefined : { apiKey, baseUrl };
  },
  recognizers: {
    deepgram: defineSpeechEngine({
      title: 'Deepgram Nova',
      account: deepgramAccount,
      options: novaOptions,
      languages: novaLanguages,
      abilities: { partials: true, wordTimes: true, turnEvents: false, vocabulary: 'key-terms', phoneAudio: true },
      create: createNovaRecognizer,
    }),
    'deepgram-flux': defineSpeechEngine({
      title: 'Deepgram Flux',
      account: deepgramAccount,
      options: fluxOptions,
      languages: fluxLanguages,
      abilities: { partials: true, wordTimes: true, turnEvents: true, vocabulary: 'key-terms', phoneAudio: true },
      create: createFluxRecognizer,
    }),
  },
  synthesizers: {
    deepgram: defineSpeechEngine({
      title: 'Deepgram Aura',
      account: deepgramAccount,
      options: auraOptions,
      languages: () => auraLanguages,
      abilities: { wordTimes: false, ssml: false, stitching: false, phoneAudio: true },
      create: createAuraSynthesizer,
    }),
  },
  languageModels: {},
  connectsByLookup: true,
};
