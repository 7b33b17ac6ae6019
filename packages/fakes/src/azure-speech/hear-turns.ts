import { createPcmStream, type PcmStream } from '@parley/speech/wire/pcm-stream.ts';
import { z } from 'zod';
import type { Brain, Heard, Listener } from '../brain.ts';
import type { FakeSocket, SocketHandlers } from '../wire/fake-socket.ts';
import { journalOfBinary, journalOfText } from './journal-usp.ts';
import { parseUspBinary, parseUspText, ticksOfMs, uspText } from './usp.ts';

const contextSchema = z.object({
  phraseDetection: z.object({ language: z.string().optional() }).optional(),
  phraseOutput: z.object({ detailed: z.object({ options: z.array(z.string()).optional() }).optional() }).optional(),
});

interface Turn {
  readonly requestId: string;
  readonly listener: Listener;
  readonly hasWordTimes: boolean;
  pcm: PcmStream | undefined;
  hasBegun: boolean;
  hypothesis: string;
  samples: number;
}

/** The service's end of a socket for recognition: one turn after the other, each from `speech.context` to the end of the audio. */
export function hearTurns(brain: Brain, query: URLSearchParams, socket: FakeSocket): SocketHandlers {
  let isConfigured = false;
  let turn: Turn | undefined;

  const send = (path: string, { requestId }: Turn, body: unknown) => socket.sendText(uspText(path, requestId, body));
  const write = (current: Turn, samples: Int16Array) => {
    current.samples += samples.length;
    current.listener.write(samples);
    const { partial } = current.listener;
    if (partial === '' || partial === current.hypothesis) return;
    if (current.hypothesis === '') send('speech.startDetected', current, { Offset: 0 });
    current.hypothesis = partial;
    send('speech.hypothesis', current, { Text: partial, Offset: 0, Duration: ticksOfMs(current.samples / 16) });
  };
  const end = async (current: Turn) => {
    turn = undefined;
    if (current.pcm !== undefined) write(current, current.pcm.end());
    const heard = await current.listener.end();
    current.listener.close();
    if (socket.signal.aborted) return;
    send('speech.endDetected', current, { Offset: ticksOfMs(current.samples / 16) });
    send('speech.phrase', current, phraseOf(heard, current));
    // The service ends each stream of audio with a phrase that has no text.
    send('speech.phrase', current, {
      RecognitionStatus: 'EndOfDictation',
      Offset: ticksOfMs(current.samples / 16),
      Duration: 0,
    });
    send('turn.end', current, {});
  };

  return {
    journalText: journalOfText,
    journalBinary: journalOfBinary,
    onText(text) {
      const message = parseUspText(text);
      if (message === undefined) return socket.close(1007, 'Malformed message.');
      if (message.path === 'speech.config') isConfigured = true;
      if (message.path !== 'speech.context') return;
      if (!isConfigured) return socket.close(1007, 'speech.config comes first.');
      const context = contextSchema.parse(JSON.parse(message.body));
      turn?.listener.close();
      turn = {
        requestId: message.requestId,
        listener: brain.listen(context.phraseDetection?.language ?? query.get('language') ?? 'en-US'),
        hasWordTimes: context.phraseOutput?.detailed?.options?.includes('WordTimings') === true,
        pcm: undefined,
        hasBegun: false,
        hypothesis: '',
        samples: 0,
      };
    },
    onBinary(bytes) {
      const message = parseUspBinary(bytes);
      if (message === undefined || message.path !== 'audio') return socket.close(1007, 'Malformed message.');
      if (turn === undefined || message.requestId !== turn.requestId) return;
      if (!turn.hasBegun) {
        turn.hasBegun = true;
        send('turn.start', turn, { context: { serviceTag: `fake-${turn.requestId}` } });
      }
      if (message.body.length === 0) {
        void end(turn).catch(() => socket.close(1011, 'The brain is broken.'));
      } else if (turn.pcm === undefined) {
        turn.pcm = pcmOfHeader(message.body);
        if (turn.pcm === undefined) socket.close(1007, 'The audio has no header that is known.');
      } else write(turn, turn.pcm.write(message.body));
    },
    onClosed: () => turn?.listener.close(),
  };
}

function phraseOf({ text, confidence, words }: Heard, { hasWordTimes, samples }: Turn): unknown {
  if (text === '') return { RecognitionStatus: 'NoMatch', Offset: 0, Duration: ticksOfMs(samples / 16) };
  const [first] = words;
  const last = words.at(-1);
  const offset = ticksOfMs(first?.startMs ?? 0);
  const display = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
  return {
    RecognitionStatus: 'Success',
    Offset: offset,
    Duration: ticksOfMs(last?.endMs ?? samples / 16) - offset,
    DisplayText: display,
    NBest: [
      {
        Confidence: confidence,
        Lexical: text,
        ITN: text,
        MaskedITN: text,
        Display: display,
        ...(hasWordTimes && {
          Words: words.map((word) => ({
            Word: word.text,
            Offset: ticksOfMs(word.startMs),
            Duration: ticksOfMs(word.endMs - word.startMs),
          })),
        }),
      },
    ],
  };
}

/** The first audio of a turn is the header of a WAV file: what form the rest is in. */
function pcmOfHeader(header: Uint8Array): PcmStream | undefined {
  if (header.length < 28 || Buffer.from(header.subarray(0, 4)).toString('latin1') !== 'RIFF') return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const form = view.getUint16(20, true);
  if (form === 7) return createPcmStream({ encoding: 'mulaw' });
  if (form === 6) return createPcmStream({ encoding: 'alaw' });
  return form === 1 ? createPcmStream({ encoding: 'pcm16', sampleRateHz: view.getUint32(24, true) }) : undefined;
}
