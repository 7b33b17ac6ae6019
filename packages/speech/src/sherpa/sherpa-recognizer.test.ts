import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { lookUpModel } from '../embeddings/testing/tiny-onnx.ts';
import { isOnnxInstalled } from '../onnx-installed.ts';
import { createRecognizer, parseEngineChoice } from '../registry.ts';
import { isSherpaInstalled } from './sherpa-installed.ts';
import { writeGreetingWhisper } from './testing/greeting-whisper.ts';
import { writeOnnx } from './testing/onnx-writer.ts';
import { createToneTransducer } from './testing/tone-transducer.ts';

const name = isSherpaInstalled()
  ? 'a model folder on this machine'
  : 'a model folder on this machine (skipped: the optional package sherpa-onnx-node is not installed)';
const root = mkdtempSync(join(tmpdir(), 'parley-sherpa-recognizer-'));
afterAll(() => rmSync(root, { recursive: true }));

const transducer = createToneTransducer(['book', 'like', 'a', 'haircut', 'please']);
const vocabulary = {
  id: 'salon',
  phrases: ['zebra crossing', 'a haircut'],
  contexts: { booking: ['book'], liking: ['Like'] },
};
const context = { clock: createSystemClock(), onError: () => {} };

describe.skipIf(!isSherpaInstalled())(name, { timeout: 20_000 }, () => {
  const open: Recognizer[] = [];
  const signal = new AbortController().signal;
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  let folders = 0;
  const newFolder = () => {
    folders += 1;
    return join(root, String(folders));
  };

  function recognizer(folder: string, options = ''): Recognizer {
    const choice = parseEngineChoice(`sherpa?folder=${basename(folder)}${options}`);
    const made = createRecognizer(choice, { sherpa: { modelDir: dirname(folder) } }, context);
    open.push(made);
    return made;
  }

  async function hear(
    recognizer: Recognizer,
    samples: Int16Array,
    asked?: string,
    language = 'en-US',
  ): Promise<readonly RecognizerEvent[]> {
    const events: RecognizerEvent[] = [];
    const ended = Promise.withResolvers<void>();
    const late = setTimeout(() => ended.reject(new Error(`No end: ${JSON.stringify(events)}`)), 15_000);
    const stream = recognizer.open({ language, vocabularyId: vocabulary.id, signal }, (event) => {
      events.push(event);
      if (event.type === 'final' || event.type === 'failed') ended.resolve();
    });
    stream.expect(asked);
    stream.utteranceStarted([]);
    for (let at = 0; at < samples.length; at += 320) stream.write(samples.slice(at, at + 320));
    stream.utteranceEnded();
    await ended.promise.finally(() => clearTimeout(late));
    return events;
  }

  it('hears by streaming models and by others, and says how sure it is', async () => {
    const [streaming, offline] = [newFolder(), newFolder()];
    await transducer.write(streaming, 'streaming');
    await transducer.write(offline, 'offline');
    const samples = transducer.speak('book a haircut please');
    const [live, whole] = [await hear(recognizer(streaming), samples), await hear(recognizer(offline), samples)];
    for (const events of [live, whole]) {
      expect(events.at(-1)).toMatchObject({ type: 'final', text: 'book a haircut please', rejected: false });
      const final = events.at(-1);
      if (final?.type !== 'final') throw new Error('unreachable');
      expect(final.confidence).toBeGreaterThan(0.5);
      expect(final.confidence).toBeLessThanOrEqual(1);
    }
  });

  it('hears what was asked for in what could be either', async () => {
    const folder = newFolder();
    await transducer.write(folder, 'offline');
    // How words are put together: with it, phrases can be favoured.
    await writeFile(join(folder, 'bpe.vocab'), transducer.words.map((word, at) => `▁${word}\t-${at + 1}\n`).join(''));
    const [book, like] = [transducer.speak('book'), transducer.speak('like')];
    const either = book.map((sample, at) => Math.round(0.8 * sample + 0.75 * (like[at] ?? 0)));
    const favouring = recognizer(folder, '&hotwordsScore=4');
    await favouring.prepare(vocabulary, signal);
    const first = (events: readonly RecognizerEvent[]) => {
      const final = events.at(-1);
      return final?.type === 'final' ? final.text.split(' ')[0] : JSON.stringify(final);
    };
    expect(first(await hear(favouring, either, 'booking'))).toBe('book');
    expect(first(await hear(favouring, either, 'liking'))).toBe('like');
    const plain = recognizer(folder, '&hotwords=no');
    await plain.prepare(vocabulary, signal);
    expect(first(await hear(plain, either, 'liking'))).toBe(first(await hear(plain, either, 'booking')));
  });

  it('tells Whisper the language of the conversation, and lets it find out where it has no name for it', async () => {
    const folder = newFolder();
    await writeGreetingWhisper(folder);
    const whisper = recognizer(folder);
    const heard = async (language: string) =>
      (await hear(whisper, transducer.speak('a haircut'), undefined, language)).at(-1);
    expect(await heard('en-US')).toMatchObject({ type: 'final', text: 'hello', confidence: 0.8, words: [] });
    expect(await heard('vi-VN')).toMatchObject({ type: 'final', text: 'chào' });
    expect(await heard('en-GB')).toMatchObject({ type: 'final', text: 'hello' });
    // The library ends the process for a name that the model does not know.
    expect(await heard('tlh')).toMatchObject({ type: 'final', text: 'chào' });
  });

  it('hears with a model of one file', async () => {
    const folder = newFolder();
    await transducer.write(folder, 'ctc');
    expect((await hear(recognizer(folder), transducer.speak('book a haircut'))).at(-1)).toMatchObject({
      type: 'final',
      text: 'book a haircut',
      words: [{ text: 'book' }, { text: 'a' }, { text: 'haircut' }],
    });
  });

  it('survives a model that ends its process, and says what the library said', async () => {
    const folder = newFolder();
    await transducer.write(folder, 'streaming');
    // It loads, and cannot be run: the joiner wants another size.
    const value = (each: string) => ({ name: each, type: 'float' as const, dimensions: ['N', 99] });
    await writeFile(
      join(folder, 'joiner.onnx'),
      writeOnnx({
        inputs: [value('encoder_out'), value('decoder_out')],
        outputs: [value('logit')],
        nodes: [{ type: 'Add', inputs: ['encoder_out', 'decoder_out'], outputs: ['logit'] }],
        constants: [],
        metadata: { joiner_dim: 99 },
      }),
    );
    const broken = recognizer(folder);
    await broken.prepare(vocabulary, signal);
    const failed = (await hear(broken, transducer.speak('book'))).at(-1);
    expect(failed).toMatchObject({ type: 'failed', code: 'provider_failed' });
    await transducer.write(folder, 'streaming');
    // The same recogniser, in a new process.
    expect((await hear(broken, transducer.speak('book'))).at(-1)).toMatchObject({ type: 'final', text: 'book' });
  });

  it('says what a folder lacks: at once when there is none, and when it is prepared', async () => {
    expect(() => recognizer(join(root, 'nowhere'))).toThrow(/There is no folder/);
    expect(() => createRecognizer({ name: 'sherpa' }, {}, context)).toThrow(/SHERPA_MODEL_DIR/);
    const folder = newFolder();
    await transducer.write(folder, 'offline');
    rmSync(join(folder, 'tokens.txt'));
    const lacking = recognizer(folder);
    await expect(lacking.prepare(vocabulary, signal)).rejects.toMatchObject({ code: 'model_unusable' });
    await expect(lacking.prepare(vocabulary, signal)).rejects.toThrow(/no tokens\.txt/);
    expect((await hear(lacking, transducer.speak('book'))).at(-1)).toMatchObject({ code: 'provider_refused' });
  });

  it('survives a model at which the library ends the process, and takes it when it was mended', async () => {
    const folder = newFolder();
    await transducer.write(folder, 'streaming');
    const nothing = { inputs: [], outputs: [], nodes: [], constants: [] };
    await writeFile(join(folder, 'encoder.onnx'), writeOnnx({ ...nothing, metadata: { model_type: 'new', T: 32 } }));
    const ended = recognizer(folder);
    await expect(ended.prepare(vocabulary, signal)).rejects.toMatchObject({ code: 'model_unusable' });
    await transducer.write(folder, 'streaming');
    await ended.prepare(vocabulary, signal);
    expect((await hear(ended, transducer.speak('book'))).at(-1)).toMatchObject({ type: 'final', text: 'book' });
  });

  it('is given no more than it can keep up with', async () => {
    const folder = newFolder();
    await transducer.write(folder, 'streaming');
    const slow = recognizer(folder, '&maxWaitingMs=1000');
    const events = await hear(slow, new Int16Array(16_000 * 5));
    expect(events.at(-1)).toMatchObject({ type: 'failed', code: 'provider_timed_out' });
  });

  it.skipIf(!isOnnxInstalled())('hears beside other models of this process, whose library is another', async () => {
    const folder = newFolder();
    await transducer.write(folder, 'streaming');
    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    const dimensions = ['texts', 'tokens'];
    const session = await InferenceSession.create(
      lookUpModel([[1], [2]], [{ name: 'ids', type: 'int64', dimensions }], {
        name: 'out',
        type: 'float',
        dimensions: [...dimensions, 'size'],
      }),
    );
    const [events, { out }] = await Promise.all([
      hear(recognizer(folder), transducer.speak('a haircut')),
      session.run({ ids: new Tensor('int64', BigInt64Array.of(1n), [1, 1]) }),
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'final', text: 'a haircut' });
    expect([...(out?.data instanceof Float32Array ? out.data : [])]).toEqual([2]);
    await session.release();
  });
});
