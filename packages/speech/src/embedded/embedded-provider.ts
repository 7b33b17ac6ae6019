import { z } from 'zod';
import { defineSpeechEngine } from '../provider/define-engine.ts';
import type { Provider } from '../provider/provider.ts';
import { createEmbeddedRecognizer } from './embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from './embedded-synthesizer.ts';

const account = z.strictObject({});
const languages = () => ['en'];

/** What needs no key and no network. */
export const embeddedProvider: Provider = {
  name: 'embedded',
  title: 'On this machine',
  settings: {},
  account,
  accountOf: () => ({}),
  recognizers: {
    embedded: defineSpeechEngine({
      title: 'On this machine (English, the agent’s own vocabulary)',
      account,
      options: z.strictObject({
        workers: z.coerce.number().int().min(1).max(16).exactOptional(),
        maxDecoders: z.coerce.number().int().min(1).max(64).exactOptional(),
        prewarmed: z.coerce.number().int().min(0).max(64).exactOptional(),
        rejectBelow: z.coerce.number().min(0).max(1).exactOptional(),
        maxUtteranceMs: z.coerce.number().int().min(1_000).max(120_000).exactOptional(),
        timeoutMs: z.coerce.number().int().min(1_000).max(60_000).exactOptional(),
      }),
      languages,
      abilities: { partials: true, wordTimes: true, turnEvents: false, vocabulary: 'grammar', phoneAudio: false },
      create: (_account, options) => createEmbeddedRecognizer(options),
    }),
  },
  synthesizers: {
    embedded: defineSpeechEngine({
      title: 'On this machine (English)',
      account,
      options: z.strictObject({
        defaultVoice: z.enum(['slt', 'rms', 'awb', 'kal16']).exactOptional(),
        maxQueue: z.coerce.number().int().min(1).max(10_000).exactOptional(),
        maxCharacters: z.coerce.number().int().min(100).max(10_000).exactOptional(),
        cacheBytes: z.coerce.number().int().min(0).max(1_000_000_000).exactOptional(),
        timeoutMs: z.coerce.number().int().min(1_000).max(60_000).exactOptional(),
      }),
      languages,
      abilities: { wordTimes: true, ssml: true, stitching: false, phoneAudio: false },
      create: (_account, options) => createEmbeddedSynthesizer(options),
    }),
  },
  languageModels: {},
};
