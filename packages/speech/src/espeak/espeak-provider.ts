import { z } from 'zod';
import { defineSpeechEngine } from '../provider/define-engine.ts';
import type { Provider } from '../provider/provider.ts';
import { createEspeakSynthesizer } from './espeak-synthesizer.ts';

const account = z.strictObject({});

/** espeak-ng as the system has it. */
export const espeakProvider: Provider = {
  name: 'espeak',
  title: 'espeak-ng of the system',
  settings: {},
  account,
  accountOf: () => ({}),
  recognizers: {},
  synthesizers: {
    espeak: defineSpeechEngine({
      title: 'espeak-ng of the system (many languages)',
      account,
      options: z.strictObject({
        command: z.string().min(1).exactOptional(),
        maxProcesses: z.coerce.number().int().min(1).max(32).exactOptional(),
        maxQueue: z.coerce.number().int().min(1).max(10_000).exactOptional(),
        timeoutMs: z.coerce.number().int().min(1_000).max(60_000).exactOptional(),
      }),
      // Which ones, the program itself says once it runs.
      languages: () => 'any',
      abilities: { wordTimes: false, ssml: true, stitching: false, phoneAudio: false },
      create: (_account, options) => createEspeakSynthesizer(options),
    }),
  },
  languageModels: {},
};
