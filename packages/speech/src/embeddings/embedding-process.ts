import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type EmbeddingReply, type EmbeddingRequest, type EmbeddingStart, startSchema } from './embedding-messages.ts';
import { type ModelFolder, readModelFolder } from './model-folder.ts';
import { poolVectors, toUnit } from './pool-vectors.ts';

const knownInputs = ['input_ids', 'attention_mask', 'token_type_ids'];

const reply = (message: EmbeddingReply) => process.send?.(message);
// Whoever started it is gone.
process.on('disconnect', () => process.exit());

const opened = await open(startSchema.parse(JSON.parse(process.argv[2] ?? ''))).catch((error: unknown) => {
  reply({ type: 'unusable', reason: error instanceof Error ? error.message : String(error) });
  return undefined;
});

if (opened !== undefined) {
  // A batch that fails ends the process: whoever asked then knows that no answer comes.
  process.on('message', (request: EmbeddingRequest) => void embed(opened, request).then(reply));
  reply({ type: 'ready' });
}

interface OpenModel {
  readonly session: InferenceSession;
  readonly tokenizer: Tokenizer;
  readonly folder: ModelFolder;
  readonly prefix: string;
  readonly maxTokens: number;
}

async function open({ folder: path, maxTokens, prefix }: EmbeddingStart): Promise<OpenModel> {
  const folder = await readModelFolder(path);
  const tokenizer = new Tokenizer(folder.tokenizer, folder.tokenizerConfig);
  const session = await InferenceSession.create(folder.modelPath, {
    // A sentence takes milliseconds on one thread; more would take cores from calls.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Errors only; its remarks about the graph say nothing to who runs it.
    logSeverityLevel: 3,
  });
  const unknown = session.inputNames.filter((name) => !knownInputs.includes(name));
  if (unknown.length > 0 || !session.inputNames.includes('input_ids')) {
    throw new Error(
      `${folder.modelPath} takes ${session.inputNames.join(', ')}; a sentence model takes ${knownInputs.join(', ')}.`,
    );
  }
  return {
    session,
    tokenizer,
    folder,
    prefix: prefix ?? folder.prefix,
    maxTokens: Math.min(maxTokens, folder.maxTokens ?? maxTokens),
  };
}

async function embed(model: OpenModel, { batch, texts }: EmbeddingRequest): Promise<Embedded> {
  const { session, tokenizer, folder, prefix, maxTokens } = model;
  const rows = texts.map((text) => {
    const { ids } = tokenizer.encode(prefix + text);
    // The last token ends a text for the model: it stays when the text is cut.
    return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ...ids.slice(-1)];
  });
  const tokens = Math.max(1, ...rows.map(({ length }) => length));
  const ids = new BigInt64Array(rows.length * tokens);
  const mask = new BigInt64Array(rows.length * tokens);
  for (const [row, ofRow] of rows.entries()) {
    for (const [at, id] of ofRow.entries()) {
      ids[row * tokens + at] = BigInt(id);
      mask[row * tokens + at] = 1n;
    }
  }
  const shape = [rows.length, tokens];
  const inputs: Record<string, Tensor> = {
    input_ids: new Tensor('int64', ids, shape),
    attention_mask: new Tensor('int64', mask, shape),
    token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), shape),
  };
  const wanted = Object.fromEntries(Object.entries(inputs).filter(([name]) => session.inputNames.includes(name)));
  const results = await session.run(wanted);
  const vectors = vectorsOf(results, mask, rows.length, tokens, folder.pooling);
  return { type: 'embedded', batch, vectors, size: rows.length === 0 ? 0 : vectors.length / rows.length };
}

type Embedded = Extract<EmbeddingReply, { type: 'embedded' }>;

/** Some models pool by themselves and say so; of others the token vectors are taken. */
function vectorsOf(
  results: InferenceSession.OnnxValueMapType,
  mask: BigInt64Array,
  rows: number,
  tokens: number,
  pooling: ModelFolder['pooling'],
): Float32Array<ArrayBuffer> {
  const whole = results.sentence_embedding;
  if (whole?.data instanceof Float32Array) {
    const vectors = Float32Array.from(whole.data);
    const size = vectors.length / rows;
    for (let row = 0; row < rows; row += 1) toUnit(vectors.subarray(row * size, (row + 1) * size));
    return vectors;
  }
  const hidden = results.last_hidden_state ?? results.token_embeddings;
  const size = hidden?.dims[2];
  if (!(hidden?.data instanceof Float32Array) || size === undefined) {
    throw new Error(`The model gives ${Object.keys(results).join(', ')}; last_hidden_state was expected.`);
  }
  return poolVectors(hidden.data, mask, { rows, tokens, size }, pooling);
}
