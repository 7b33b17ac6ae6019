import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import { ssmlToText } from '@parley/speech/ssml/ssml-text.ts';
import { z } from 'zod';
import type { Brain, Speech } from '../brain.ts';
import type { Faults } from '../faults.ts';
import type { FakeSocket, SocketHandlers } from '../wire/fake-socket.ts';
import { audioChunks } from '../wire/outgoing.ts';
import { journalOfText } from './journal-usp.ts';
import { parseUspText, ticksOfMs, uspAudio, uspText } from './usp.ts';

const contextSchema = z.object({
  synthesis: z.object({
    audio: z.object({
      metadataOptions: z
        .object({ wordBoundaryEnabled: z.union([z.boolean(), z.string()]) })
        .partial()
        .optional(),
      outputFormat: z.string(),
    }),
  }),
});
type Context = z.infer<typeof contextSchema>['synthesis']['audio'];

/** As long as what the service sends at once. */
const chunkMs = 100;

/** The service's end of a socket for synthesis: one turn after the other, each from `synthesis.context` and `ssml` to `turn.end`. */
export function speakTurns(brain: Brain, faults: Faults, socket: FakeSocket): SocketHandlers {
  let context: Context | undefined;
  let streams = 0;

  const speak = async (requestId: string, ssml: string, { outputFormat, metadataOptions }: Context) => {
    const voice = /<voice\b[^>]*\bname=["']([^"']+)["']/.exec(ssml)?.[1] ?? '';
    if (!/^[a-z]{2,3}(-[A-Za-z]+){1,2}-\w+$/.test(voice)) return socket.close(1007, `Unsupported voice ${voice}.`);
    const format = formats[outputFormat];
    if (format === undefined) return socket.close(1007, `Unsupported output format ${outputFormat}.`);
    const language = /<speak\b[^>]*\bxml:lang=["']([^"']+)["']/.exec(ssml)?.[1] ?? 'en-US';
    streams += 1;
    const streamId = `${socket.number}-${streams}`;
    const send = (path: string, body: unknown) => socket.sendText(uspText(path, requestId, body));
    send('turn.start', { context: { serviceTag: `fake-${streamId}` } });
    send('response', { context: { serviceTag: `fake-${streamId}` }, audio: { type: 'inline', streamId } });
    const speech = await brain.speak(ssmlToText(ssml), language, socket.signal);
    if (socket.signal.aborted) return;
    // As it comes from the service: each word is told just before its sound.
    const words = hasBoundaries(metadataOptions?.wordBoundaryEnabled) ? boundariesOf(speech) : [];
    let sentBytes = 0;
    for (const chunk of audioChunks(format.encode(speech.samples), chunkMs * format.bytesPerMs, faults)) {
      sentBytes += chunk.length;
      while (words[0] !== undefined && words[0].startMs < sentBytes / format.bytesPerMs) {
        send('audio.metadata', { Metadata: [words.shift()?.boundary] });
      }
      socket.sendBinary(uspAudio(requestId, streamId, chunk));
    }
    for (const { boundary } of words) send('audio.metadata', { Metadata: [boundary] });
    send('audio.metadata', {
      Metadata: [{ Type: 'SessionEnd', Data: { Offset: ticksOfMs(speech.samples.length / 16) } }],
    });
    send('turn.end', {});
  };

  return {
    journalText: journalOfText,
    onText(text) {
      const message = parseUspText(text);
      if (message === undefined) return socket.close(1007, 'Malformed message.');
      if (message.path === 'synthesis.context') context = contextSchema.parse(JSON.parse(message.body)).synthesis.audio;
      if (message.path !== 'ssml') return;
      if (context === undefined) return socket.close(1007, 'synthesis.context comes first.');
      speak(message.requestId, message.body, context).catch(() => socket.close(1011, 'The brain is broken.'));
    },
  };
}

interface Format {
  readonly bytesPerMs: number;
  encode(samples: Int16Array): Uint8Array;
}

const formats: Readonly<Record<string, Format>> = {
  'raw-16khz-16bit-mono-pcm': { bytesPerMs: 32, encode: bytesOf },
  'raw-24khz-16bit-mono-pcm': {
    bytesPerMs: 48,
    encode: (samples) => bytesOf(createResampler(16_000, 24_000).process(samples)),
  },
  'raw-8khz-8bit-mono-mulaw': {
    bytesPerMs: 8,
    encode(samples) {
      const line = createWideToLine();
      return Buffer.concat([encodeG711(line.process(samples), 'mulaw'), encodeG711(line.flush(), 'mulaw')]);
    },
  },
};

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

function hasBoundaries(option: boolean | string | undefined): boolean {
  return option === true || option === 'true';
}

/** Words and signs are told each by itself, as the service does it. */
function boundariesOf({ words }: Speech) {
  return words.flatMap(({ text, startMs, endMs }) => {
    const sign = /[.,!?;:]+$/.exec(text)?.[0] ?? '';
    const word = text.slice(0, text.length - sign.length);
    const tell = (part: string, BoundaryType: string, fromMs: number, toMs: number) => ({
      startMs: fromMs,
      boundary: {
        Type: 'WordBoundary',
        Data: {
          Offset: ticksOfMs(fromMs),
          Duration: ticksOfMs(toMs - fromMs),
          text: { Text: part, Length: part.length, BoundaryType },
        },
      },
    });
    return [
      ...(word === '' ? [] : [tell(word, 'WordBoundary', startMs, endMs)]),
      ...(sign === '' ? [] : [tell(sign, 'PunctuationBoundary', endMs, endMs)]),
    ];
  });
}
