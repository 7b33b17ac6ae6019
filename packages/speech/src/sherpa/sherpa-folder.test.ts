import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readOnnxMetadata } from './onnx-metadata.ts';
import { readSherpaFolder } from './sherpa-folder.ts';
import { writeOnnx } from './testing/onnx-writer.ts';

const root = mkdtempSync(join(tmpdir(), 'parley-sherpa-folder-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;

async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  folders += 1;
  const folder = join(root, String(folders));
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** A model that says so of itself, with something in it. */
const model = (metadata: Readonly<Record<string, string | number>>) =>
  writeOnnx({
    inputs: [],
    outputs: [],
    nodes: [],
    constants: [{ name: 'much', type: 'float', dimensions: [1000], values: new Array<number>(1000).fill(1) }],
    metadata,
  });

describe('a folder', () => {
  it('of a streaming transducer is known by the frames that its encoder takes', async () => {
    const folder = await folderWith({
      'encoder-epoch-99-avg-1.onnx': model({ model_type: 'zipformer2', T: 45, decode_chunk_len: 32 }),
      'encoder-epoch-99-avg-1.int8.onnx': model({ model_type: 'zipformer2', T: 45, decode_chunk_len: 32 }),
      'decoder-epoch-99-avg-1.onnx': model({}),
      'joiner-epoch-99-avg-1.int8.onnx': model({}),
      'tokens.txt': '<blk> 0\nXIN 1\nCHÀO 2\n#0 3\n',
      'hotwords.txt': 'XIN CHÀO\n',
    });
    expect(await readSherpaFolder(folder, 'int8')).toEqual({
      kind: 'streaming',
      chunkMs: 450,
      tokens: 'capitals',
      hotwordsFile: join(folder, 'hotwords.txt'),
      modelConfig: {
        tokens: join(folder, 'tokens.txt'),
        transducer: {
          encoder: join(folder, 'encoder-epoch-99-avg-1.int8.onnx'),
          // There is no smaller one.
          decoder: join(folder, 'decoder-epoch-99-avg-1.onnx'),
          joiner: join(folder, 'joiner-epoch-99-avg-1.int8.onnx'),
        },
      },
    });
    const full = await readSherpaFolder(folder, 'full');
    expect(full.modelConfig).toMatchObject({
      transducer: { encoder: join(folder, 'encoder-epoch-99-avg-1.onnx'), joiner: expect.stringMatching(/int8/) },
    });
  });

  it('of an offline transducer takes phrases when it knows how words are put together', async () => {
    const files = {
      'encoder.onnx': model({ model_type: 'zipformer2', comment: 'non-streaming zipformer2' }),
      'decoder.onnx': model({}),
      'joiner.onnx': model({}),
      'tokens.txt': '<blk> 0\n▁xin 1\n',
    };
    expect(await readSherpaFolder(await folderWith(files), 'int8')).toMatchObject({
      kind: 'offline',
      tokens: 'small',
      takesHotwords: false,
    });
    const folder = await folderWith({ ...files, 'bpe.vocab': '▁xin\t-1\n' });
    expect(await readSherpaFolder(folder, 'int8')).toMatchObject({
      takesHotwords: true,
      modelConfig: { modelingUnit: 'bpe', bpeVocab: join(folder, 'bpe.vocab') },
    });
  });

  it('of a transducer of NeMo is told from the others', async () => {
    const files = { 'decoder.onnx': model({}), 'joiner.onnx': model({}), 'tokens.txt': '▁a 0\n<blk> 1\n' };
    const whole = await folderWith({ ...files, 'encoder.onnx': model({ model_type: 'EncDecRNNTBPEModel' }) });
    expect(await readSherpaFolder(whole, 'int8')).toMatchObject({
      kind: 'offline',
      modelConfig: { modelType: 'nemo_transducer' },
    });
    const live = await folderWith({
      ...files,
      'encoder.onnx': model({ model_type: 'EncDecRNNTBPEModel', window_size: 121, chunk_shift: 112 }),
    });
    expect(await readSherpaFolder(live, 'int8')).toMatchObject({ kind: 'streaming', chunkMs: 1210 });
  });

  it('of Whisper knows its languages when it has more than one', async () => {
    const whisper = (metadata: Readonly<Record<string, string | number>>) =>
      folderWith({
        'tiny-encoder.int8.onnx': model({ model_type: 'whisper-tiny', sot_sequence: '3,4,7', ...metadata }),
        'tiny-decoder.int8.onnx': model({}),
        'tiny-tokens.txt': 'QUJD 0\nYWJj 1\n',
      });
    const folder = await whisper({ is_multilingual: 1, all_language_codes: 'en,vi,de' });
    expect(await readSherpaFolder(folder, 'int8')).toMatchObject({
      kind: 'offline',
      languages: ['en', 'vi', 'de'],
      modelConfig: {
        tokens: join(folder, 'tiny-tokens.txt'),
        whisper: { encoder: join(folder, 'tiny-encoder.int8.onnx'), language: '' },
      },
    });
    const english = await readSherpaFolder(await whisper({ is_multilingual: 0 }), 'int8');
    expect(english).toMatchObject({ kind: 'offline', languages: undefined });
  });

  it.each([
    [{ model_type: 'sense_voice_ctc' }, 'offline', 'senseVoice'],
    [{ model_type: 'EncDecCTCModelBPE' }, 'offline', 'nemoCtc'],
    [{ model_type: 'zipformer2_ctc' }, 'offline', 'zipformerCtc'],
    [{ model_type: 'zipformer2_ctc', T: 45 }, 'streaming', 'zipformer2Ctc'],
    [{ model_type: 'wenet_ctc' }, 'offline', 'wenetCtc'],
    [{ model_type: 'paraformer' }, 'offline', 'paraformer'],
  ])('with one model that says %o is %s', async (metadata, kind, part) => {
    const folder = await folderWith({ 'model.int8.onnx': model(metadata), 'tokens.txt': '<blk> 0\nA 1\nb 2\n' });
    const found = await readSherpaFolder(folder, 'int8');
    expect(found).toMatchObject({ kind, tokens: 'both' });
    expect(found.modelConfig[part]).toMatchObject({ model: join(folder, 'model.int8.onnx') });
  });

  it.each([
    ['without tokens', { 'model.onnx': model({}) }, /no tokens\.txt/],
    ['without a model', { 'tokens.txt': 'a 0\n' }, /no model/],
    ['with a model of another kind', { 'tokens.txt': 'a 0\n', 'model.onnx': model({ model_type: 'tts' }) }, /\(tts\)/],
    ['with a model that does not say what it is', { 'tokens.txt': 'a 0\n', 'model.onnx': model({}) }, /it names none/],
    [
      'with an encoder and a decoder that are not Whisper’s',
      { 'tokens.txt': 'a 0\n', 'encoder.onnx': model({ model_type: 'canary' }), 'decoder.onnx': model({}) },
      /\(canary\)/,
    ],
    ['with a file that is no model', { 'tokens.txt': 'a 0\n', 'model.onnx': '<html>' }, /model\.onnx cannot be read/],
    ['with half a model', { 'tokens.txt': 'a 0\n', 'model.onnx': model({}).subarray(0, 500) }, /ends too early/],
  ])('%s is refused in words', async (_, files, reason) => {
    await expect(readSherpaFolder(await folderWith(files), 'int8')).rejects.toThrow(reason);
  });
});

it('what a model says of itself is read without the model', async () => {
  const folder = await folderWith({ 'model.onnx': model({ model_type: 'zipformer2', languages: 'vi', empty: '' }) });
  expect([...(await readOnnxMetadata(join(folder, 'model.onnx')))]).toEqual([
    ['model_type', 'zipformer2'],
    ['languages', 'vi'],
    ['empty', ''],
  ]);
});
