import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OnnxModel, type OnnxValue, writeOnnx } from './onnx-writer.ts';

/**
 * The smallest transducers that understand something: each word is a tone of its own, and the encoder looks for it in the band of the
 * spectrum where it sounds. Decoder and joiner keep a word from being heard again while its tone lasts. Weights are set by hand, files
 * and their remarks are as those of the real models.
 */
export interface ToneTransducer {
  readonly words: readonly string[];
  /** The sound of words of the model, at 16 kHz. @throws RangeError for other words */
  speak(text: string): Int16Array;
  /** Writes a folder as the models of the library are published. */
  write(folder: string, kind: 'streaming' | 'offline' | 'ctc'): Promise<void>;
}

const bands = 80;
/** Frames of 10 ms of which the encoder makes one. */
const subsampling = 4;
/** Frames that the streaming encoder takes at once. */
const chunkFrames = 32;
/** Silence has a logarithm of −16, a tone 4 to 7; the blank wins below this. */
const threshold = 2;
/** How sure a model is: the difference of logits between a word and the next best grows with it. */
const sharpness = 2;

const toneMs = 200;
const gapMs = 60;
const amplitude = 8000;

/** @param words up to 12 */
export function createToneTransducer(words: readonly string[]): ToneTransducer {
  if (words.length > 12) throw new RangeError('There are bands for 12 words.');
  const tokens = ['<blk>', '<unk>', ...words.map((word) => `▁${word}`)];
  const bandOf = (index: number) => 12 + 5 * index;
  return {
    words,
    speak: (text) => {
      const spoken = text.split(' ').filter((word) => word !== '');
      const parts = spoken.map((word) => {
        const index = words.indexOf(word);
        if (index < 0) throw new RangeError(`"${word}" is not one of ${words.join(', ')}.`);
        return tone(hzOfBand(bandOf(index)));
      });
      const samples = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        samples.set(part, at);
        at += part.length;
      }
      return samples;
    },
    async write(folder, kind) {
      await mkdir(folder, { recursive: true });
      const weights = new Array<number>(bands * tokens.length).fill(0);
      for (const index of words.keys()) weights[bandOf(index) * tokens.length + index + 2] = sharpness;
      // The blank stands at 0, what is never said far below.
      const bias = tokens.map((_, index) => (index === 0 ? 0 : index === 1 ? -100 : -sharpness * threshold));
      const encoder = kind === 'streaming' ? streamingEncoder : offlineEncoder;
      const files: Readonly<Record<string, Buffer | string>> = {
        ...(kind === 'ctc'
          ? // Where there is no decoder, the encoder says it all.
            { 'model.onnx': writeOnnx(ctc(tokens.length, weights, bias)) }
          : {
              'encoder.onnx': writeOnnx(encoder(tokens.length, weights, bias)),
              'decoder.onnx': writeOnnx(decoder(tokens.length)),
              'joiner.onnx': writeOnnx(joiner(tokens.length)),
            }),
        'tokens.txt': `${tokens.map((token, id) => `${token} ${id}`).join('\n')}\n`,
      };
      for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    },
  };
}

function projected(
  size: number,
  weights: readonly number[],
  bias: readonly number[],
): Pick<OnnxModel, 'nodes' | 'constants'> {
  return {
    nodes: [
      { type: 'Slice', inputs: ['x', 'from', 'to', 'axis', 'step'], outputs: ['some'] },
      { type: 'MatMul', inputs: ['some', 'weights'], outputs: ['weighed'] },
      { type: 'Add', inputs: ['weighed', 'bias'], outputs: ['encoder_out'] },
    ],
    constants: [
      { name: 'from', type: 'int64', dimensions: [1], values: [0] },
      { name: 'to', type: 'int64', dimensions: [1], values: [1_000_000] },
      { name: 'axis', type: 'int64', dimensions: [1], values: [1] },
      { name: 'step', type: 'int64', dimensions: [1], values: [subsampling] },
      { name: 'weights', type: 'float', dimensions: [bands, size], values: weights },
      { name: 'bias', type: 'float', dimensions: [size], values: bias },
    ],
  };
}

/** As the streaming LSTM transducers of icefall: two states go in and out. These keep nothing in them. */
function streamingEncoder(size: number, weights: readonly number[], bias: readonly number[]): OnnxModel {
  const state = (name: string): OnnxValue => ({ name, type: 'float', dimensions: [1, 'N', 1] });
  const { nodes, constants } = projected(size, weights, bias);
  return {
    inputs: [{ name: 'x', type: 'float', dimensions: ['N', chunkFrames, bands] }, state('h'), state('c')],
    outputs: [
      { name: 'encoder_out', type: 'float', dimensions: ['N', chunkFrames / subsampling, size] },
      state('next_h'),
      state('next_c'),
    ],
    nodes: [
      ...nodes,
      { type: 'Identity', inputs: ['h'], outputs: ['next_h'] },
      { type: 'Identity', inputs: ['c'], outputs: ['next_c'] },
    ],
    constants,
    metadata: {
      model_type: 'lstm',
      num_encoder_layers: 1,
      T: chunkFrames,
      decode_chunk_len: chunkFrames,
      rnn_hidden_size: 1,
      d_model: 1,
    },
  };
}

/** As the offline zipformer transducers of icefall. */
function offlineEncoder(size: number, weights: readonly number[], bias: readonly number[]): OnnxModel {
  const { nodes, constants } = projected(size, weights, bias);
  return {
    inputs: [
      { name: 'x', type: 'float', dimensions: ['N', 'T', bands] },
      { name: 'x_lens', type: 'int64', dimensions: ['N'] },
    ],
    outputs: [
      { name: 'encoder_out', type: 'float', dimensions: ['N', 'S', size] },
      { name: 'encoder_out_lens', type: 'int64', dimensions: ['N'] },
    ],
    nodes: [
      ...nodes,
      { type: 'Add', inputs: ['x_lens', 'rest'], outputs: ['rounded'] },
      { type: 'Div', inputs: ['rounded', 'step'], outputs: ['encoder_out_lens'] },
    ],
    constants: [...constants, { name: 'rest', type: 'int64', dimensions: [1], values: [subsampling - 1] }],
    metadata: { model_type: 'zipformer2', comment: 'non-streaming zipformer2' },
  };
}

/** As the offline zipformers with a CTC head: the same token in a row is one. */
function ctc(size: number, weights: readonly number[], bias: readonly number[]): OnnxModel {
  return { ...offlineEncoder(size, weights, bias), metadata: { model_type: 'zipformer2_ctc' } };
}

/** What was said last cannot be said again at once. */
function decoder(size: number): OnnxModel {
  const table = Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 && at > 0 ? -1000 : 0));
  return {
    inputs: [{ name: 'y', type: 'int64', dimensions: ['N', 1] }],
    outputs: [{ name: 'decoder_out', type: 'float', dimensions: ['N', size] }],
    nodes: [
      { type: 'Gather', inputs: ['table', 'y'], outputs: ['rows'], attributes: { axis: 0 } },
      { type: 'Squeeze', inputs: ['rows', 'axes'], outputs: ['decoder_out'] },
    ],
    constants: [
      { name: 'table', type: 'float', dimensions: [size, size], values: table },
      { name: 'axes', type: 'int64', dimensions: [1], values: [1] },
    ],
    metadata: { vocab_size: size, context_size: 1 },
  };
}

function joiner(size: number): OnnxModel {
  const value = (name: string): OnnxValue => ({ name, type: 'float', dimensions: ['N', size] });
  return {
    inputs: [value('encoder_out'), value('decoder_out')],
    outputs: [value('logit')],
    nodes: [{ type: 'Add', inputs: ['encoder_out', 'decoder_out'], outputs: ['logit'] }],
    constants: [],
    metadata: { joiner_dim: size },
  };
}

/** Middle of a band of the mel scale: 80 of them from 20 to 7600 Hz. */
function hzOfBand(band: number): number {
  const mel = (hz: number) => 1127 * Math.log(1 + hz / 700);
  const step = (mel(7600) - mel(20)) / (bands + 1);
  return 700 * (Math.exp((mel(20) + (band + 1) * step) / 1127) - 1);
}

function tone(hz: number): Int16Array {
  const loud = toneMs * 16;
  const ramp = 10 * 16;
  return Int16Array.from({ length: (toneMs + gapMs) * 16 }, (_, n) => {
    if (n >= loud) return 0;
    // Rises and falls within 10 ms: no click is heard in the other bands.
    const level = Math.sin((Math.PI / 2) * Math.min(1, n / ramp, (loud - n) / ramp)) ** 2;
    return Math.round(amplitude * level * Math.sin((2 * Math.PI * hz * n) / 16_000));
  });
}
