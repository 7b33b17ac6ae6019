import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import createModule from 'soundswallower';

/**
 * The C functions of soundswallower that are used. Its JavaScript class is not: its loader writes one byte past each
 * buffer, which after a few grammars has broken the heap, and it loads the model anew for each decoder.
 */
export interface RawModule {
  readonly HEAPU8: Uint8Array;
  readonly HEAPF32: Float32Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  _s3file_init(at: number, bytes: number): number;
  _s3file_free(file: number): void;
  _config_parse_json(config: number, json: number): number;
  _decoder_create(config: number): number;
  _decoder_logmath(decoder: number): number;
  _decoder_init_cleanup(decoder: number): number;
  _decoder_init_fe(decoder: number): number;
  _decoder_init_feat_s3file(decoder: number, lda: number): number;
  _decoder_init_acmod_pre(decoder: number): number;
  _decoder_init_acmod_post(decoder: number): number;
  _decoder_init_dict_s3file(decoder: number, dictionary: number, noise: number): number;
  _decoder_init_grammar_s3file(decoder: number, fsg: number, jsgf: number): number;
  _acmod_reinit_feat(acousticModel: number, frontEnd: number, features: number): number;
  _bin_mdef_read_s3file(file: number, contextIndependentOnly: number): number;
  _set_mdef(decoder: number, mdef: number): void;
  _tmat_init_s3file(file: number, logmath: number, floor: number): number;
  _set_tmat(decoder: number, tmat: number): void;
  _load_gmm(decoder: number, means: number, variances: number, weights: number, sendump: number): number;
  _decoder_start_utt(decoder: number): number;
  _decoder_process_float32(decoder: number, at: number, samples: number, noSearch: number, whole: number): number;
  _decoder_end_utt(decoder: number): number;
  _decoder_hyp(decoder: number, score: number): number;
  _decoder_result_json(decoder: number, start: number, level: number): number;
}

export interface Soundswallower {
  readonly raw: RawModule;
  readonly modelFolder: string;
  /** A file of the model in the module's memory, loaded once and shared by all decoders; its owner is the module. */
  modelFile(name: string): Promise<{ at: number; bytes: number }>;
}

export async function loadSoundswallower(): Promise<Soundswallower> {
  const modelBase = join(dirname(fileURLToPath(import.meta.resolve('soundswallower'))), 'model');
  // `modelBase` is read by the module but missing in its types.
  const settings = { modelBase, print: () => undefined, printErr: () => undefined };
  const raw: unknown = await createModule(settings);
  if (!isRawModule(raw)) throw new Error('soundswallower is not the version this was written for; install 0.6.3');
  const modelFolder = join(modelBase, 'en-us');
  const files = new Map<string, Promise<{ at: number; bytes: number }>>();
  return {
    raw,
    modelFolder,
    modelFile(name) {
      const known =
        files.get(name) ??
        readFile(join(modelFolder, name)).then((bytes) => ({ at: store(raw, bytes), bytes: bytes.length }));
      files.set(name, known);
      return known;
    },
  };
}

/** Copy bytes and a NUL into the module's memory. Free what it returns with `_free`. */
export function store(raw: RawModule, bytes: Uint8Array): number {
  const at = raw._malloc(bytes.length + 1);
  if (at === 0) throw new Error('soundswallower has no memory left');
  raw.HEAPU8.set(bytes, at);
  raw.HEAPU8[at + bytes.length] = 0;
  return at;
}

const decoder = new TextDecoder();

/** A C string; '' for a null pointer. */
export function readString(raw: RawModule, at: number): string {
  if (at === 0) return '';
  return decoder.decode(raw.HEAPU8.subarray(at, raw.HEAPU8.indexOf(0, at)));
}

function isRawModule(value: unknown): value is RawModule {
  return (
    typeof value === 'object' &&
    value !== null &&
    '_decoder_result_json' in value &&
    '_acmod_reinit_feat' in value &&
    'HEAPF32' in value
  );
}
