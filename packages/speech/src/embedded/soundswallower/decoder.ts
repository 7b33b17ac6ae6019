import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type RawModule, readString, type Soundswallower, store } from './raw-module.ts';

/** A word of the result with its place in the utterance; `logScore` is the natural logarithm of the decoder's `p`. */
export interface DecodedWord {
  readonly text: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly logScore: number;
}

/** One utterance at a time. All methods work at once, on the thread that calls. */
export interface Decoder {
  useDictionary(text: string): void;
  useGrammar(fsg: string): void;
  /** @param fresh forget what was learned of the channel and voice of the speaker before */
  start(fresh: boolean): void;
  /** PCM at 16 kHz. */
  process(samples: Int16Array): void;
  partial(): string;
  /** End the utterance. */
  finish(): readonly DecodedWord[];
}

const resultSchema = z.object({
  w: z.array(z.object({ t: z.string(), b: z.number(), d: z.number(), p: z.number() })).default([]),
});

/** One second; longer input goes in parts. */
const CHUNK_SAMPLES = 16_000;

/**
 * What differs from the model's own settings; measured with `npm run bench -- recognition`: of short answers over Opus
 * half were heard right before, and a fifth of the words of sentences were wrong.
 */
const SETTINGS = {
  // The mean of speech in this model's features (lone words and sentences by four voices). It is what an utterance is
  // normalised by until the speaker is known; the default (40, 3, -1) is far off and bends all of a first short answer.
  cmninit: '41.5,-2.5,9.2,0.8,-0.7,-1.2,-3.2,1.7,1.5,0.9,2.6,0.2,1.5',
  // Silence may follow any word at little cost. At the default of 0.005 a pause was dearer than "it", "six" or "eight".
  silprob: 0.1,
};

/** What the noise estimate starts from. Of the noise itself it learns while the pre-roll goes by. */
const LEAD_SAMPLES = 3_200;
const LEAD_MS = LEAD_SAMPLES / 16;
const LEAD = new Int16Array(LEAD_SAMPLES);
/** A word that ends with the audio has not left its last phone yet, and without that there is no result at all. */
const TAIL = new Int16Array(1_600);

/**
 * Peak of the noise that is added to all audio, in sample units (10 by root mean square: -70 dBFS, the floor of a
 * microphone). Digital silence has no likeness in the model; Opus and noise suppression make a lot of it.
 */
const DITHER_PEAK = 17;

/** Takes about 30 ms once the model's files are in memory. */
export async function createDecoder(module: Soundswallower): Promise<Decoder> {
  const { raw, modelFolder } = module;
  const features = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(await readFile(join(modelFolder, 'feat_params.json'), 'utf8')));
  const config = { ...features, samprate: 16_000, ...SETTINGS, loglevel: 'FATAL', hmm: modelFolder };
  const json = store(raw, Buffer.from(JSON.stringify(config)));
  const handle = need(raw._decoder_create(need(raw._config_parse_json(0, json), 'configuration')), 'decoder');
  raw._free(json);
  if (raw._decoder_init_cleanup(handle) < 0) throw new Error('soundswallower could not be initialised');
  need(raw._decoder_init_fe(handle), 'front end');
  need(raw._decoder_init_feat_s3file(handle, 0), 'features');
  const acousticModel = need(raw._decoder_init_acmod_pre(handle), 'acoustic model');
  const open = async (name: string): Promise<number> => {
    const { at, bytes } = await module.modelFile(name);
    return raw._s3file_init(at, bytes);
  };
  raw._set_mdef(handle, need(raw._bin_mdef_read_s3file(await open('mdef'), 0), 'mdef'));
  raw._set_tmat(
    handle,
    need(raw._tmat_init_s3file(await open('transition_matrices'), raw._decoder_logmath(handle), 0.0001), 'tmat'),
  );
  const [means, variances, sendump] = [await open('means'), await open('variances'), await open('sendump')];
  if (raw._load_gmm(handle, means, variances, 0, sendump) < 0)
    throw new Error('soundswallower could not load its acoustic model');
  if (raw._decoder_init_acmod_post(handle) < 0) throw new Error('soundswallower could not score its acoustic model');
  const input = need(raw._malloc(4 * CHUNK_SAMPLES), 'buffer');

  let ditherState = 1;
  /** The same noise for each utterance: equal audio is to give equal text. */
  const dither = (): number => {
    ditherState = (Math.imul(ditherState, 1_664_525) + 1_013_904_223) >>> 0;
    return (ditherState / 2_147_483_648 - 1) * DITHER_PEAK;
  };
  const process = (samples: Int16Array): void => {
    for (let from = 0; from < samples.length; from += CHUNK_SAMPLES) {
      const part = samples.subarray(from, from + CHUNK_SAMPLES);
      const heap = raw.HEAPF32;
      for (let index = 0; index < part.length; index += 1) {
        heap[input / 4 + index] = ((part[index] ?? 0) + dither()) / 32_768;
      }
      if (raw._decoder_process_float32(handle, input, part.length, 0, 0) < 0)
        throw new Error('soundswallower could not take the audio');
    }
  };

  return {
    useDictionary(text) {
      withText(raw, text, (file) => {
        const noise = Buffer.from('<s> SIL\n</s> SIL\n<sil> SIL\n[NOISE] +NSN+\n');
        const at = store(raw, noise);
        const noiseFile = raw._s3file_init(at, noise.length);
        need(raw._decoder_init_dict_s3file(handle, file, noiseFile), 'dictionary');
        raw._s3file_free(noiseFile);
        raw._free(at);
      });
    },
    useGrammar(fsg) {
      withText(raw, fsg, (file) => {
        if (raw._decoder_init_grammar_s3file(handle, file, 0) < 0)
          throw new Error('soundswallower refused the grammar');
      });
    },
    start(fresh) {
      if (fresh) {
        const frontEnd = need(raw._decoder_init_fe(handle), 'front end');
        const feature = need(raw._decoder_init_feat_s3file(handle, 0), 'features');
        if (raw._acmod_reinit_feat(acousticModel, frontEnd, feature) < 0)
          throw new Error('soundswallower could not forget the speaker');
      }
      if (raw._decoder_start_utt(handle) < 0) throw new Error('soundswallower could not start an utterance');
      ditherState = 1;
      process(LEAD);
    },
    process,
    partial: () => readString(raw, raw._decoder_hyp(handle, 0)),
    finish() {
      process(TAIL);
      if (raw._decoder_end_utt(handle) < 0) return [];
      const text = readString(raw, raw._decoder_result_json(handle, 0, 0));
      if (text === '') return [];
      const result = resultSchema.safeParse(JSON.parse(text));
      return (result.data?.w ?? []).map(({ t, b, d, p }) => ({
        text: t,
        startMs: Math.max(0, b * 1000 - LEAD_MS),
        durationMs: d * 1000,
        logScore: Math.log(Math.max(p, 1e-300)),
      }));
    },
  };
}

function withText(raw: RawModule, text: string, use: (file: number) => void): void {
  const bytes = Buffer.from(text);
  const at = store(raw, bytes);
  const file = raw._s3file_init(at, bytes.length);
  try {
    use(file);
  } finally {
    raw._s3file_free(file);
    raw._free(at);
  }
}

function need(pointer: number, what: string): number {
  if (pointer === 0) throw new Error(`soundswallower could not make its ${what}`);
  return pointer;
}
