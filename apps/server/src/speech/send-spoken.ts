import { Readable } from 'node:stream';
import type { synthesize } from '@parley/contract/api/speech-api.ts';
import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { encodeWav } from '@parley/engine/audio/wav.ts';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { SpokenWord, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { z } from 'zod';
import type { RequestContext } from '../api/request-context.ts';
import { type SpokenPiece, speak } from './speak.ts';

type Asked = z.output<typeof synthesize.input>['body'];

/** Five thousand characters are six minutes, and voices are several times faster than that. */
const timeoutMs = 120_000;
const lineRateHz = 8000;

/**
 * Has a text spoken and sends it, in the form that was asked for. What goes wrong before the first sound is told; what goes wrong later
 * breaks the answer off.
 * @throws WireError `speech_unavailable`
 */
export async function sendSpoken(
  { http: { request, reply } }: Pick<RequestContext, 'http'>,
  synthesizer: Synthesizer,
  { text, ssml, language, voice, format, tone }: Asked,
  engine: () => string | undefined,
  onError: (error: unknown, context: string) => void,
): Promise<void> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(new Error('The client went away.')));
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(timeoutMs)]);
  const line = format === 'mulaw_8000' ? 'mulaw' : 'wide';
  const pieces = speak(synthesizer, { text, ssml, language, voice, tone, line }, signal);
  const isJson = /\bapplication\/json\b/.test(request.headers.accept ?? '');
  void reply.header('cache-control', 'private, no-store').status(200);

  if (isJson || format === 'wav') {
    const { samples, words } = await allOf(pieces);
    const bytes = format === 'wav' ? encodeWav([samples], SAMPLE_RATE_HZ) : join([...encoded([samples], format)]);
    if (!isJson) {
      await reply.header('content-type', 'audio/wav').send(Buffer.from(bytes));
      return;
    }
    await reply.send({
      audio: Buffer.from(bytes).toString('base64'),
      format,
      sample_rate_hz: format === 'mulaw_8000' ? lineRateHz : SAMPLE_RATE_HZ,
      duration_ms: Math.round((samples.length / SAMPLE_RATE_HZ) * 1000),
      words: words.map((word) => ({ text: word.text, start_ms: word.startMs, end_ms: word.endMs })),
      engine: engine() ?? null,
    });
    return;
  }

  const sounds = soundsOf(pieces);
  // What goes wrong until then can still be told by a status.
  const first = await sounds.next();
  const form = formOf(format);
  void reply.header(
    'content-type',
    format === 'mulaw_8000' ? 'audio/basic' : `audio/L16;rate=${SAMPLE_RATE_HZ};channels=1`,
  );
  await reply.send(
    Readable.from(
      (async function* () {
        try {
          if (first.done !== true) yield form.bytes(first.value);
          for await (const samples of sounds) yield form.bytes(samples);
          yield form.rest();
        } catch (error) {
          if (!gone.signal.aborted) onError(error, 'speaking for a request');
          throw error;
        }
      })(),
      { objectMode: false },
    ),
  );
}

async function* soundsOf(pieces: AsyncGenerator<SpokenPiece, void, undefined>): AsyncGenerator<Pcm, void, undefined> {
  for await (const piece of pieces) if (piece.type === 'audio' && piece.samples.length > 0) yield piece.samples;
}

async function allOf(pieces: AsyncGenerator<SpokenPiece, void, undefined>) {
  const sounds: Pcm[] = [];
  const words: SpokenWord[] = [];
  for await (const piece of pieces) {
    if (piece.type === 'audio') sounds.push(piece.samples);
    else words.push(...piece.words);
  }
  const samples = new Int16Array(sounds.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const sound of sounds) {
    samples.set(sound, at);
    at += sound.length;
  }
  return { samples, words };
}

function* encoded(sounds: readonly Pcm[], format: Asked['format']): Generator<Uint8Array> {
  const form = formOf(format);
  for (const samples of sounds) yield form.bytes(samples);
  yield form.rest();
}

/** From the house's samples to the bytes of the form, one after the other. */
function formOf(format: Asked['format']): { bytes(samples: Pcm): Uint8Array; rest(): Uint8Array } {
  if (format !== 'mulaw_8000') {
    return { bytes: littleEndian, rest: () => new Uint8Array(0) };
  }
  const narrow = createWideToLine();
  return {
    bytes: (samples) => encodeG711(narrow.process(samples), 'mulaw'),
    rest: () => encodeG711(narrow.flush(), 'mulaw'),
  };
}

function littleEndian(samples: Pcm): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [n, sample] of samples.entries()) view.setInt16(n * 2, sample, true);
  return bytes;
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(chunks);
}
