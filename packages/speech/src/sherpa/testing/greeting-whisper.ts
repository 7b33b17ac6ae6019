import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OnnxValue, writeOnnx } from './onnx-writer.ts';

/** In the order of their tokens; what is heard in no language that it is told is heard in the last one. */
const greetings = { en: ' hello', vi: ' chào' } as const;

const tokens = ['hello', 'chào', 'end', 'start', 'en', 'vi', 'translate', 'transcribe', 'noTimes', 'noSpeech', 'blank'];
const id = (token: string) => tokens.indexOf(token);
const size = tokens.length;
/** What the cache of the decoder is big enough for. */
const context = 16;

/**
 * Writes a folder as Whisper's models are published. Whatever is said, it is taken for a greeting in the language that the model was
 * told to hear, or else in Vietnamese: enough to see what it was told.
 */
export async function writeGreetingWhisper(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tiny-encoder.onnx'), encoder());
  await writeFile(join(folder, 'tiny-decoder.onnx'), decoder());
  const lines = Object.values(greetings).map((text, at) => `${Buffer.from(text).toString('base64')} ${at}`);
  await writeFile(join(folder, 'tiny-tokens.txt'), `${lines.join('\n')}\n`);
}

function encoder(): Buffer {
  const value = (name: string): OnnxValue => ({ name, type: 'float', dimensions: [1, 80, 'T'] });
  return writeOnnx({
    inputs: [value('mel')],
    outputs: [value('n_layer_cross_k'), value('n_layer_cross_v')],
    nodes: ['k', 'v'].map((part) => ({ type: 'Identity', inputs: ['mel'], outputs: [`n_layer_cross_${part}`] })),
    constants: [],
    metadata: {
      model_type: 'whisper-tiny',
      n_mels: 80,
      n_text_layer: 1,
      n_text_ctx: context,
      n_text_state: 1,
      n_vocab: size,
      sot: id('start'),
      eot: id('end'),
      blank_id: id('blank'),
      translate: id('translate'),
      transcribe: id('transcribe'),
      no_timestamps: id('noTimes'),
      no_speech: id('noSpeech'),
      is_multilingual: 1,
      sot_sequence: [id('start'), id('en'), id('transcribe')].join(','),
      all_language_tokens: Object.keys(greetings).map(id).join(','),
      all_language_codes: Object.keys(greetings).join(','),
    },
  });
}

/** The cache remembers of the first tokens which language they name; it decides between the greetings. */
function decoder(): Buffer {
  const cache = (name: string): OnnxValue => ({ name, type: 'float', dimensions: [1, 1, context, 1] });
  const cross = (name: string): OnnxValue => ({ name, type: 'float', dimensions: [1, 80, 'T'] });
  const follows = new Array<number>(size * size).fill(0);
  const leads = (token: string, next: string, logit: number) => {
    follows[id(token) * size + id(next)] = logit;
  };
  leads('noTimes', 'hello', 15);
  leads('hello', 'end', 100);
  leads('chào', 'end', 100);
  // Left to find out the language, it finds this one.
  leads('start', 'vi', 5);
  return writeOnnx({
    inputs: [
      { name: 'tokens', type: 'int64', dimensions: [1, 'n'] },
      cache('in_k'),
      cache('in_v'),
      cross('n_layer_cross_k'),
      cross('n_layer_cross_v'),
      { name: 'offset', type: 'int64', dimensions: [1] },
    ],
    outputs: [{ name: 'logits', type: 'float', dimensions: [1, 'n', size] }, cache('out_k'), cache('out_v')],
    nodes: [
      { type: 'Gather', inputs: ['follows', 'tokens'], outputs: ['rows'] },
      { type: 'Gather', inputs: ['languages', 'tokens'], outputs: ['named'] },
      { type: 'ReduceSum', inputs: ['named'], outputs: ['language'], attributes: { keepdims: 0 } },
      { type: 'Add', inputs: ['in_k', 'language'], outputs: ['out_k'] },
      { type: 'Identity', inputs: ['in_v'], outputs: ['out_v'] },
      { type: 'ReduceMax', inputs: ['out_k'], outputs: ['remembered'], attributes: { keepdims: 0 } },
      { type: 'Mul', inputs: ['towards', 'remembered'], outputs: ['leaning'] },
      { type: 'Add', inputs: ['rows', 'leaning'], outputs: ['logits'] },
    ],
    constants: [
      { name: 'follows', type: 'float', dimensions: [size, size], values: follows },
      {
        name: 'languages',
        type: 'float',
        dimensions: [size],
        values: tokens.map((token) => (token === 'en' ? 1 : token === 'vi' ? 2 : 0)),
      },
      {
        name: 'towards',
        type: 'float',
        dimensions: [size],
        values: tokens.map((token) => (token === 'chào' ? 10 : 0)),
      },
    ],
    metadata: {},
  });
}
