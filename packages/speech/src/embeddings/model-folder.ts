import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** A sentence model as it is published: its network, its tokenizer, and how its token vectors become one. */
export interface ModelFolder {
  readonly modelPath: string;
  /** The parsed `tokenizer.json` and `tokenizer_config.json`. */
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
  readonly pooling: Pooling;
  /** What the model wants before each text, such as `query: `; often nothing. */
  readonly prefix: string;
  /** Tokens that the model was made for, if the folder says so. */
  readonly maxTokens: number | undefined;
}

/** Mean of the token vectors, or the vector of the first token. */
export type Pooling = 'mean' | 'cls';

/** Where models of `sentence-transformers` and their conversions have the network; the first that is there is taken. */
const modelNames = ['model.onnx', 'onnx/model.onnx', 'model_quantized.onnx', 'onnx/model_quantized.onnx'];

/** The tokenizer of a hundred languages has 17 MB. */
const maxJsonBytes = 64 * 1024 * 1024;

/**
 * Read a folder as `sentence-transformers` models are published: `model.onnx`, `tokenizer.json`, and optionally
 * `tokenizer_config.json`, `1_Pooling/config.json`, `sentence_bert_config.json` and `config_sentence_transformers.json`.
 *
 * @throws Error that names the file and what is wrong with it
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const tokenizer = await readJson(join(folder, 'tokenizer.json'), tokenizerSchema);
  if (tokenizer === undefined) throw new Error(`There is no tokenizer.json in ${folder}.`);
  const [tokenizerConfig, pooling, limits, prompts, modelPath] = await Promise.all([
    readJson(join(folder, 'tokenizer_config.json'), z.looseObject({})),
    readJson(join(folder, '1_Pooling', 'config.json'), poolingSchema),
    readJson(join(folder, 'sentence_bert_config.json'), limitsSchema),
    readJson(join(folder, 'config_sentence_transformers.json'), promptsSchema),
    findModel(folder),
  ]);
  return {
    modelPath,
    tokenizer,
    tokenizerConfig: tokenizerConfig ?? {},
    pooling: poolingOf(pooling, folder),
    prefix: prompts?.prompts?.[prompts.default_prompt_name ?? ''] ?? '',
    maxTokens: limits?.max_seq_length ?? undefined,
  };
}

const tokenizerSchema = z.looseObject({ model: z.looseObject({}) });
const limitsSchema = z.looseObject({ max_seq_length: z.int().min(2).nullish() });
const promptsSchema = z.looseObject({
  prompts: z.record(z.string(), z.string()).nullish(),
  default_prompt_name: z.string().nullish(),
});
const poolingSchema = z.looseObject({
  pooling_mode_cls_token: z.boolean().default(false),
  pooling_mode_mean_tokens: z.boolean().default(false),
});

function poolingOf(config: z.infer<typeof poolingSchema> | undefined, folder: string): Pooling {
  // The mean is what models without a word about it are made for.
  if (config === undefined || config.pooling_mode_mean_tokens) return 'mean';
  if (config.pooling_mode_cls_token) return 'cls';
  throw new Error(`The model in ${folder} is pooled by neither the mean nor the first token (1_Pooling/config.json).`);
}

async function findModel(folder: string): Promise<string> {
  for (const name of modelNames) {
    const path = join(folder, name);
    try {
      await access(path);
      return path;
    } catch {}
  }
  throw new Error(`There is no model.onnx in ${folder}.`);
}

async function readJson<Value>(path: string, schema: z.ZodType<Value>): Promise<Value | undefined> {
  let text: string;
  try {
    if ((await stat(path)).size > maxJsonBytes) throw new Error(`${path} has more than ${maxJsonBytes} bytes.`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : 'It is no JSON.';
    throw new Error(`${path} cannot be used. ${reason}`, { cause });
  }
}
