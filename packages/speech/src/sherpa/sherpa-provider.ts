import { resolve } from 'node:path';
import { z } from 'zod';
import { defineSpeechEngine } from '../provider/define-engine.ts';
import type { Provider } from '../provider/provider.ts';
import { yesOrNo } from '../provider/yes-or-no.ts';
import { createSherpaRecognizer } from './sherpa-recognizer.ts';

/** No field that anybody could enter: which folder of the server is read is for whoever runs it. */
const account = z
  .record(z.string(), z.string())
  .refine(({ modelDir }) => modelDir !== undefined, { message: 'Set SHERPA_MODEL_DIR.' });

const settings = z.object({
  SHERPA_MODEL_DIR: z.string().min(1).optional().meta({
    description: 'Folder of a speech recognition model as sherpa-onnx publishes them, for the recogniser sherpa.',
    example: './models/zipformer-vi',
  }),
});

const options = z.strictObject({
  /** Within the folder of the settings, or anywhere as a whole path: for several models. */
  folder: z.string().min(1).exactOptional(),
  /** What the model knows, such as `vi` or `vi,en`; left out: it is asked for any language. */
  languages: z
    .string()
    .transform((text) => text.split(',').map((tag) => tag.trim()))
    .pipe(z.array(z.string().min(2)).min(1))
    .exactOptional(),
  /** Where a folder has both: `int8` is twice as fast and nearly as good. */
  precision: z.enum(['int8', 'full']).default('int8'),
  /** Of one decoding step; more than one gains little for one caller and takes from the others. */
  threads: z.coerce.number().int().min(1).max(16).default(1),
  /** Favours the vocabulary where the model can (offline transducers with `bpe.vocab`), or the folder's `hotwords.txt` (streaming ones). */
  hotwords: yesOrNo.default(true),
  /** The library's own default. */
  hotwordsScore: z.coerce.number().min(0).max(20).default(1.5),
  maxPhrases: z.coerce.number().int().min(0).max(5000).default(200),
  /** Whisper hears 30 s at once. */
  maxUtteranceMs: z.coerce.number().int().min(1000).max(120_000).default(30_000),
  /** A minute behind, nobody is served any more. */
  maxWaitingMs: z.coerce.number().int().min(1000).max(600_000).default(60_000),
  /** A large model takes seconds for a long sentence on one core. */
  finalTimeoutMs: z.coerce.number().int().min(100).max(60_000).default(10_000),
  /** Half a gigabyte from a slow disk. */
  startTimeoutMs: z.coerce.number().int().min(1000).max(600_000).default(60_000),
});

/** Models of one's own on this machine, in the forms of sherpa-onnx. */
export const sherpaProvider: Provider = {
  name: 'sherpa',
  title: 'Models on this machine (sherpa-onnx)',
  settings: settings.shape,
  account,
  accountOf(given) {
    const { SHERPA_MODEL_DIR } = settings.parse(given);
    return SHERPA_MODEL_DIR === undefined ? undefined : { modelDir: SHERPA_MODEL_DIR };
  },
  recognizers: {
    sherpa: defineSpeechEngine({
      title: 'A model folder (sherpa-onnx)',
      account,
      options,
      languages: ({ languages }) => languages ?? 'any',
      abilities: { partials: true, wordTimes: true, turnEvents: false, vocabulary: 'key-terms', phoneAudio: false },
      create({ modelDir = '' }, { folder = '', languages: _languages, ...rest }, { clock }) {
        return createSherpaRecognizer(resolve(modelDir, folder), rest, clock);
      },
    }),
  },
  synthesizers: {},
  languageModels: {},
};
