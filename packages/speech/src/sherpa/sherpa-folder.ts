import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readOnnxMetadata } from './onnx-metadata.ts';

/** What is in a folder of models, as the library takes it. */
export type SherpaModel =
  | {
      readonly kind: 'streaming';
      readonly modelConfig: ModelConfig;
      /** Audio that the encoder takes at once: so much silence lets it say what it heard last. */
      readonly chunkMs: number;
      readonly tokens: TokenStyle;
      /** Phrases to be favoured, a line each; undefined when the folder has none. */
      readonly hotwordsFile: string | undefined;
    }
  | {
      readonly kind: 'offline';
      readonly modelConfig: ModelConfig;
      readonly tokens: TokenStyle;
      /** It can be told phrases to favour with each utterance. */
      readonly takesHotwords: boolean;
      /** Of models that want to be told; undefined for others. */
      readonly languages: readonly string[] | undefined;
    };

export interface ModelConfig {
  readonly tokens: string;
  readonly bpeVocab?: string;
  readonly modelingUnit?: 'bpe';
  readonly [part: string]: unknown;
}

/** Some models know capitals only, some none. */
export type TokenStyle = 'capitals' | 'small' | 'both';

/** Bounded: the largest vocabularies have 60,000 tokens. */
const maxTokensBytes = 8 * 1024 * 1024;

/**
 * Looks what a folder holds: a transducer (streaming or not), Whisper, or one of the models of a single file. Of files in several
 * precisions the smaller one (`int8`) is taken where `precision` says so.
 *
 * @throws Error that says what is missing
 */
export async function readSherpaFolder(folder: string, precision: 'int8' | 'full'): Promise<SherpaModel> {
  const names = await readdir(folder);
  const find = (pattern: RegExp) => {
    const found = names.filter((name) => pattern.test(name)).sort();
    const isSmall = (name: string) => /int8/.test(name);
    const name = found.find((each) => isSmall(each) === (precision === 'int8')) ?? found[0];
    return name === undefined ? undefined : join(folder, name);
  };
  const tokens = find(/(^|-)tokens\.txt$/);
  if (tokens === undefined) throw new Error(`There is no tokens.txt in ${folder}.`);
  const style = await tokenStyleOf(tokens);
  const [encoder, decoder, joiner] = [find(/encoder.*\.onnx$/), find(/decoder.*\.onnx$/), find(/joiner.*\.onnx$/)];
  const bpeVocab = find(/^bpe\.vocab$/);
  const common: ModelConfig = { tokens, ...(bpeVocab !== undefined && { bpeVocab, modelingUnit: 'bpe' as const }) };

  if (encoder !== undefined && decoder !== undefined && joiner !== undefined) {
    const modelConfig = { ...common, transducer: { encoder, decoder, joiner } };
    const metadata = await readOnnxMetadata(encoder);
    const chunkMs = chunkMsOf(metadata);
    if (chunkMs !== undefined) {
      return { kind: 'streaming', modelConfig, chunkMs, tokens: style, hotwordsFile: find(/^hotwords\.txt$/) };
    }
    // Those of NeMo look alike and are another kind.
    const kind = /^EncDec/.test(metadata.get('model_type') ?? '') ? { modelType: 'nemo_transducer' } : {};
    return {
      kind: 'offline',
      modelConfig: { ...modelConfig, ...kind },
      tokens: style,
      takesHotwords: bpeVocab !== undefined,
      languages: undefined,
    };
  }
  if (encoder !== undefined && decoder !== undefined) {
    const metadata = await readOnnxMetadata(encoder);
    if (!metadata.has('sot_sequence')) throw unknownModel(encoder, metadata.get('model_type'));
    const languages =
      metadata.get('is_multilingual') === '1' ? (metadata.get('all_language_codes') ?? '').split(',') : undefined;
    const modelConfig = {
      ...common,
      whisper: { encoder, decoder, language: '', task: 'transcribe', tailPaddings: -1 },
    };
    return { kind: 'offline', modelConfig, tokens: style, takesHotwords: false, languages };
  }
  const model = find(/\.onnx$/);
  if (model === undefined) throw new Error(`There is no model (.onnx) in ${folder}.`);
  return singleFile(model, common, style);
}

/** Models of one file say what they are. */
async function singleFile(model: string, common: ModelConfig, tokens: TokenStyle): Promise<SherpaModel> {
  const metadata = await readOnnxMetadata(model);
  const type = metadata.get('model_type') ?? '';
  const chunkMs = chunkMsOf(metadata);
  const offline = (part: string, options: object = {}): SherpaModel => ({
    kind: 'offline',
    modelConfig: { ...common, [part]: { model, ...options } },
    tokens,
    takesHotwords: false,
    languages: undefined,
  });
  if (type === 'zipformer2_ctc' && chunkMs !== undefined) {
    const modelConfig = { ...common, zipformer2Ctc: { model } };
    return { kind: 'streaming', modelConfig, chunkMs, tokens, hotwordsFile: undefined };
  }
  if (type === 'zipformer2_ctc') return offline('zipformerCtc');
  if (/^sense_voice/.test(type)) return offline('senseVoice', { language: 'auto', useInverseTextNormalization: 1 });
  if (/^EncDec.*CTC/.test(type)) return offline('nemoCtc');
  if (type === 'wenet_ctc') return offline('wenetCtc');
  if (type === 'paraformer') return offline('paraformer');
  throw unknownModel(model, type);
}

function unknownModel(path: string, type = ''): Error {
  return new Error(
    `${path} is of no known type (${type === '' ? 'it names none' : type}). Known: transducers, Whisper, zipformer2_ctc, SenseVoice, NeMo CTC, WeNet CTC, Paraformer.`,
  );
}

/** Models that hear while somebody speaks name the frames of 10 ms that they take at once; others do not. */
function chunkMsOf(metadata: ReadonlyMap<string, string>): number | undefined {
  const frames = Number(metadata.get('T') ?? metadata.get('window_size') ?? metadata.get('decode_chunk_len'));
  return Number.isInteger(frames) && frames > 0 ? frames * 10 : undefined;
}

async function tokenStyleOf(path: string): Promise<TokenStyle> {
  if ((await stat(path)).size > maxTokensBytes) throw new Error(`${path} has more than ${maxTokensBytes} bytes.`);
  const tokens = (await readFile(path, 'utf8'))
    .split('\n')
    .map((line) => line.split(/\s/)[0] ?? '')
    .filter((token) => !/^(<.*>|#\d+)$/.test(token));
  if (!tokens.some((token) => /\p{Lu}/u.test(token))) return 'small';
  return tokens.some((token) => /\p{Ll}/u.test(token)) ? 'both' : 'capitals';
}
