import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { isOnnxInstalled } from '../onnx-installed.ts';
import { createLocalEmbedder, type LocalEmbedder, type LocalEmbedderOptions } from './local-embedder.ts';
import { lookUpModel, type TinyValue } from './testing/tiny-onnx.ts';

const name = isOnnxInstalled()
  ? 'a sentence model on this machine'
  : 'a sentence model on this machine (skipped: the optional package onnxruntime-node is not installed)';

const root = mkdtempSync(join(tmpdir(), 'parley-embeddings-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'dog', 'puppy', 'car', '##s', 'ask', ':'];
/** What is said of animals points one way, of cars another; the tokens around a text nowhere much. */
const table = [
  [9, 9, 9],
  [0, 0, 1],
  [0.1, 0.1, 0.1],
  [0.1, 0.1, 0.1],
  [1, 0, 0],
  [0.9, 0.1, 0],
  [0, 1, 0],
  [0, 0, 0.1],
  [0, 0, 5],
  [0, 0, 0],
];
const tokenized = (name: string): TinyValue => ({ name, type: 'int64', dimensions: ['texts', 'tokens'] });
const inputs = ['input_ids', 'attention_mask', 'token_type_ids'].map(tokenized);
const output: TinyValue = { name: 'last_hidden_state', type: 'float', dimensions: ['texts', 'tokens', 'size'] };

const wordPiece = {
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(words.map((word, at) => [word, at])),
  },
  added_tokens: [],
};

/** A tokenizer as multilingual models have it: pieces with their log probabilities, words begun by a mark. */
const unigram = {
  normalizer: { type: 'Precompiled', precompiled_charsmap: '' },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', add_prefix_space: true, prepend_scheme: 'always' },
  post_processor: null,
  decoder: { type: 'Metaspace', replacement: '▁', add_prefix_space: true },
  model: {
    type: 'Unigram',
    unk_id: 0,
    vocab: [
      ['<unk>', 0],
      ['▁chó', -2],
      ['▁xe', -2],
      ['▁con', -3],
      ['▁', -6],
    ],
  },
  added_tokens: [],
};

async function folderWith(files: Readonly<Record<string, unknown>>): Promise<string> {
  folders += 1;
  const folder = join(root, String(folders));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), Buffer.isBuffer(content) ? content : JSON.stringify(content));
  }
  return folder;
}

const model = lookUpModel(table, inputs, output);

/** A batch that takes a hundred milliseconds on any machine, and one of them to do it in. */
const slow = Array.from({ length: 2000 }, () => 'dog '.repeat(100));
const slowly: Partial<LocalEmbedderOptions> = { batchTexts: slow.length, batchTimeoutMs: 1 };

const bert = { 'model.onnx': model, 'tokenizer.json': wordPiece, 'tokenizer_config.json': { unk_token: '[UNK]' } };

describe.skipIf(!isOnnxInstalled())(name, { timeout: 20_000 }, () => {
  const open: LocalEmbedder[] = [];
  const signal = new AbortController().signal;
  async function embedder(files: Readonly<Record<string, unknown>>, options: Partial<LocalEmbedderOptions> = {}) {
    const created = await createLocalEmbedder(await folderWith(files), options);
    open.push(created);
    return created;
  }
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  it('gives vectors of length 1 that are near for what means alike', async () => {
    const [dog, puppies, car] = await (await embedder(bert)).embed(['Dog', 'puppys', 'a car'], signal);
    expect(Math.hypot(...(dog ?? []))).toBeCloseTo(1, 5);
    expect(dot(dog, puppies)).toBeGreaterThan(0.9);
    expect(dot(dog, car)).toBeLessThan(0.5);
  });

  it('gives a text the same vector alone as beside a longer one', async () => {
    const { embed } = await embedder(bert);
    const [alone] = await embed(['dog'], signal);
    const [beside] = await embed(['dog', 'car car car car car car'], signal);
    expect([...(beside ?? [])]).toEqual([...(alone ?? [])]);
  });

  it('takes any number of texts, in their order', async () => {
    const { embed } = await embedder(bert, { batchTexts: 4 });
    const texts = Array.from({ length: 23 }, (_, at) => (at % 3 === 0 ? 'dog' : 'car'));
    const [dog, car] = await embed(['dog', 'car'], signal);
    const vectors = await embed(texts, signal);
    expect(vectors.map((vector) => [...vector])).toEqual(
      texts.map((text) => [...((text === 'dog' ? dog : car) ?? [])]),
    );
    expect(await embed([], signal)).toEqual([]);
  });

  it('cuts what is longer than the model was made for', async () => {
    const { embed } = await embedder({ ...bert, 'sentence_bert_config.json': { max_seq_length: 4 } });
    const [whole, cut] = await embed(['dog dog', 'dog dog car car car car car'], signal);
    expect([...(cut ?? [])]).toEqual([...(whole ?? [])]);
  });

  it('takes the first token where the model is made so', async () => {
    const { embed } = await embedder({
      ...bert,
      '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false },
    });
    const [dog, car] = await embed(['dog', 'car'], signal);
    expect([...(dog ?? [])]).toEqual([...(car ?? [])]);
  });

  it('takes the vector of a model that makes one of a text by itself', async () => {
    const texts: TinyValue = { name: 'input_ids', type: 'int64', dimensions: ['texts', 'tokens'] };
    const whole: TinyValue = { name: 'sentence_embedding', type: 'float', dimensions: ['texts', 'tokens', 'size'] };
    const { embed } = await embedder({ ...bert, 'model.onnx': lookUpModel(table, [texts], whole) });
    const [vector] = await embed(['dog'], signal);
    // Three tokens of three numbers.
    expect(vector).toHaveLength(9);
    expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 5);
  });

  it('says before a text what the model wants to hear, or what was configured', async () => {
    const said = { prompts: { query: 'ask: ', passage: 'car ' }, default_prompt_name: 'query' };
    const files = { ...bert, 'config_sentence_transformers.json': said };
    const [plain] = await (await embedder(bert)).embed(['ask: dog'], signal);
    const [prompted] = await (await embedder(files)).embed(['dog'], signal);
    const [unprompted] = await (await embedder(files, { prefix: '' })).embed(['ask: dog'], signal);
    expect([...(prompted ?? [])]).toEqual([...(plain ?? [])]);
    expect([...(unprompted ?? [])]).toEqual([...(plain ?? [])]);
  });

  it('reads the tokenizers of multilingual models', async () => {
    const { embed } = await embedder({
      'onnx/model.onnx': lookUpModel(
        [
          [0, 0, 1],
          [1, 0, 0],
          [0, 1, 0],
          [0.1, 0, 0],
          [0, 0, 0],
        ],
        inputs.slice(0, 2),
        output,
      ),
      'tokenizer.json': unigram,
    });
    const [dog, car, aDog] = await embed(['chó', 'xe', 'con chó'], signal);
    expect(dot(dog, aDog)).toBeGreaterThan(0.9);
    expect(dot(dog, car)).toBeLessThan(0.1);
  });

  it('serves what is said in a call before a long list', async () => {
    const { embed } = await embedder(bert, { batchTexts: 2 });
    const ended: string[] = [];
    const list = embed(
      Array.from({ length: 200 }, () => 'dog'),
      signal,
    ).then(() => ended.push('list'));
    const call = embed(['car'], signal).then(() => ended.push('call'));
    await Promise.all([list, call]);
    expect(ended).toEqual(['call', 'list']);
  });

  it('ends with the turn that asked, and goes on for others', async () => {
    const { embed } = await embedder(bert);
    const turn = new AbortController();
    const dropped = embed(['dog'], turn.signal);
    turn.abort(new Error('the caller hung up'));
    await expect(dropped).rejects.toThrow('the caller hung up');
    expect(await embed(['car'], signal)).toHaveLength(1);
  });

  it('refuses rather than letting ever more wait', async () => {
    const { embed } = await embedder(bert, { maxWaiting: 2 });
    const all = await Promise.allSettled([embed(['dog'], signal), embed(['dog'], signal), embed(['dog'], signal)]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(await embed(['dog'], signal)).toHaveLength(1);
  });

  it('starts its process anew when a batch takes too long, and says so to who waited', async () => {
    const { embed } = await embedder(bert, slowly);
    await expect(embed(slow, signal)).rejects.toMatchObject({ code: 'embeddings_failed' });
    // Loading the model again does not count.
    await expect(embed(slow, signal)).rejects.toThrow(/process died/);
  });

  it('gives what may have ended its process to no other process', async () => {
    const { embed } = await embedder(bert, slowly);
    // After five deaths it would no longer be started: four requests cost it four, not eight.
    for (let request = 0; request < 4; request += 1) await expect(embed(slow, signal)).rejects.toThrow(/process died/);
  });

  it('tells those who wait when it is closed', async () => {
    const closing = await embedder(bert);
    const asked = closing.embed(['dog'], signal);
    asked.catch(() => {});
    await closing.close();
    await expect(asked).rejects.toMatchObject({ code: 'embeddings_failed' });
    await expect(closing.embed(['dog'], signal)).rejects.toMatchObject({ code: 'embeddings_failed' });
  });

  it.each([
    ['without a model', { 'tokenizer.json': wordPiece }, /no model\.onnx/],
    ['without a tokenizer', { 'model.onnx': model }, /no tokenizer\.json/],
    ['with a tokenizer that is none', { ...bert, 'tokenizer.json': [1] }, /tokenizer\.json cannot be used/],
    [
      'with a model of something else',
      { ...bert, 'model.onnx': lookUpModel(table, [tokenized('pixels')], output) },
      /takes pixels/,
    ],
    ['with a broken model', { ...bert, 'model.onnx': Buffer.from('no model') }, /onnx/i],
    [
      'with a pooling that is not known',
      { ...bert, '1_Pooling/config.json': { pooling_mode_max_tokens: true } },
      /pooled/,
    ],
  ])('a folder %s is told of at the start', async (_, files, reason) => {
    const failed = createLocalEmbedder(await folderWith(files));
    await expect(failed).rejects.toMatchObject({ code: 'embeddings_folder' });
    await expect(failed).rejects.toThrow(reason);
  });
});

function dot(left: Float32Array | undefined, right: Float32Array | undefined): number {
  return [...(left ?? [])].reduce((sum, value, at) => sum + value * (right?.[at] ?? 0), 0);
}
