import { z } from 'zod';
import { defineSpeechEngine } from '../provider/define-engine.ts';
import type { Provider } from '../provider/provider.ts';
import { createElevenLabsSynthesizer } from './elevenlabs-synthesizer.ts';
import { languageTags, modelTraits } from './models.ts';
import { accountSchema, optionsSchema } from './options.ts';

const settings = {
  ELEVENLABS_API_KEY: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Key of the ElevenLabs account for voices.', example: 'sk_…', isSecret: true }),
  ELEVENLABS_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({
      description: 'Where the ElevenLabs API begins, for a region of theirs or a fake.',
      example: 'https://api.eu.residency.elevenlabs.io',
    }),
};

/** Voices of ElevenLabs. */
export const elevenLabsProvider: Provider = {
  name: 'elevenlabs',
  title: 'ElevenLabs',
  settings,
  account: accountSchema,
  accountOf(given) {
    const { ELEVENLABS_API_KEY: apiKey, ELEVENLABS_BASE_URL: baseUrl } = z.object(settings).parse(given);
    if (apiKey === undefined) return undefined;
    return { apiKey, ...(baseUrl !== undefined && { baseUrl }) };
  },
  recognizers: {},
  synthesizers: {
    elevenlabs: defineSpeechEngine({
      title: 'ElevenLabs',
      account: accountSchema,
      options: optionsSchema,
      languages: ({ model }) => languageTags(modelTraits(model)),
      // The melody is carried on with `transport=rest`, and not by eleven_v3.
      abilities: { wordTimes: true, ssml: false, stitching: true, phoneAudio: true },
      create: createElevenLabsSynthesizer,
    }),
  },
  languageModels: {},
  connectsByLookup: true,
};
