import { z } from 'zod';
import { defineSpeechEngine } from '../provider/define-engine.ts';
import { primaryLanguage } from '../provider/languages.ts';
import type { Provider } from '../provider/provider.ts';
import { yesOrNo } from '../provider/yes-or-no.ts';
import { accountOfSettings, azureAccount, azureSettings } from './azure-account.ts';
import { createAzureRecognizer } from './azure-recognizer.ts';
import { createAzureSynthesizer } from './azure-synthesizer.ts';
import { azureVoices } from './azure-voices.ts';
import { heardLanguages } from './heard-languages.ts';

/** Azure Speech: recognition and voices, in the vendor's cloud or a container of one's own. */
export const azureSpeechProvider: Provider = {
  name: 'azure-speech',
  title: 'Azure Speech',
  settings: azureSettings,
  account: azureAccount,
  accountOf: accountOfSettings,
  connectsByLookup: true,
  recognizers: {
    'azure-speech': defineSpeechEngine({
      title: 'Azure Speech',
      account: azureAccount,
      options: z.strictObject({
        wordTimes: yesOrNo.exactOptional(),
        profanity: z.enum(['raw', 'masked', 'removed']).exactOptional(),
        segmentationSilenceMs: z.coerce.number().int().min(100).max(5_000).exactOptional(),
        finalTimeoutMs: z.coerce.number().int().min(100).max(60_000).exactOptional(),
      }),
      languages: () => [...new Set(heardLanguages.map(primaryLanguage))].sort(),
      abilities: { partials: true, wordTimes: true, turnEvents: false, vocabulary: 'key-terms', phoneAudio: true },
      create: createAzureRecognizer,
    }),
  },
  synthesizers: {
    'azure-speech': defineSpeechEngine({
      title: 'Azure Speech',
      account: azureAccount,
      options: z.strictObject({
        firstSoundTimeoutMs: z.coerce.number().int().min(100).max(60_000).exactOptional(),
        stallTimeoutMs: z.coerce.number().int().min(100).max(60_000).exactOptional(),
        maxSentences: z.coerce.number().int().min(1).max(10_000).exactOptional(),
        maxIdle: z.coerce.number().int().min(0).max(1_000).exactOptional(),
        idleMs: z.coerce.number().int().min(0).max(600_000).exactOptional(),
      }),
      languages: () => [...new Set(azureVoices.map(({ language }) => primaryLanguage(language)))].sort(),
      abilities: { wordTimes: true, ssml: true, stitching: false, phoneAudio: true },
      create: createAzureSynthesizer,
    }),
  },
  languageModels: {},
};
