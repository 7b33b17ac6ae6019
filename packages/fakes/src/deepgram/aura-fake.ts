import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Brain } from '../brain.ts';
import type { FakeExchange } from '../wire/fake-exchange.ts';
import { parseJson } from '../wire/fake-request.ts';
import type { FakeHandshake, FakeSocket, SocketAnswer, SocketHandlers } from '../wire/fake-socket.ts';
import { audioChunks } from '../wire/outgoing.ts';
import { refusal } from './deepgram-answers.ts';
import { soundOf, vendorBytes } from './vendor-sound.ts';

const voice = /^aura(-2)?-[a-z]+-(en|es|de|nl|fr|it|ja)$/;
const maxCharacters = 2000;
/** 100 ms of 16-bit sound at 24 kHz. */
const chunkBytes = 4800;

/** The handshake of `/v1/speak`. */
export function acceptAura(handshake: FakeHandshake, brain: Brain): SocketAnswer {
  const { query } = handshake;
  const model = query.get('model') ?? 'aura-asteria-en';
  const sound = soundOf(query, 24_000);
  if (!voice.test(model)) return { kind: 'refused', ...refusal(400, noSuchModel) };
  if (sound === undefined) return { kind: 'refused', ...refusal(400, unsupportedFormat) };
  return {
    kind: 'accepted',
    open: (socket) =>
      openAura(socket, model, async (text) => {
        const { samples } = await brain.speak(text, languageOf(model), socket.signal);
        return [...audioChunks(vendorBytes(samples, sound), chunkBytes, handshake.faults)];
      }),
  };
}

const noSuchModel = 'No such model found.';
const unsupportedFormat = 'Unsupported audio format: encoding and sample_rate do not go together.';

/** 20 flushes in 60 s. */
const maxFlushes = 20;
const flushWindowMs = 60_000;

function openAura(
  socket: FakeSocket,
  model: string,
  speak: (text: string) => Promise<readonly Uint8Array[]>,
): SocketHandlers {
  let text = '';
  let sequence = 0;
  let flushedAtMs: number[] = [];
  /** What was said before the last `Clear` is not sent. */
  let generation = 0;
  let work = Promise.resolve();
  socket.sendJson({
    type: 'Metadata',
    request_id: randomUUID(),
    model_name: model,
    model_version: '2026-06-01.0',
    model_uuid: randomUUID(),
  });

  const flush = () => {
    const nowMs = performance.now();
    flushedAtMs = flushedAtMs.filter((atMs) => nowMs - atMs < flushWindowMs);
    if (flushedAtMs.length >= maxFlushes) {
      const description =
        'Flush limit exceeded. No more flush messages are processed until the time window has passed.';
      return socket.sendJson({ type: 'Warning', code: 'EXCESSIVE_FLUSH', description });
    }
    flushedAtMs.push(nowMs);
    const [said, current] = [text, generation];
    text = '';
    work = work
      .then(async () => {
        const chunks = said.trim() === '' ? [] : await speak(said);
        if (current !== generation) return;
        for (const chunk of chunks) socket.sendBinary(chunk);
        socket.sendJson({ type: 'Flushed', sequence_id: sequence++ });
      })
      .catch(() => socket.close(1011, 'NET-0000'));
  };

  return {
    onText(received) {
      const message = clientMessage.safeParse(parseJson(received)).data;
      switch (message?.type) {
        case 'Speak':
          if (text.length + message.text.length > maxCharacters) {
            const description = `Input text exceeds maximum character limit of ${maxCharacters}.`;
            return socket.sendJson({ type: 'Error', err_code: 'DATA-0001', description });
          }
          text += message.text;
          return;
        case 'Flush':
          return flush();
        case 'Clear':
          text = '';
          generation += 1;
          return socket.sendJson({ type: 'Cleared', sequence_id: sequence++ });
        case 'Close':
          return socket.close(1000);
        case undefined:
          return socket.close(1008, 'DATA-0000 The payload could not be deserialized.');
      }
    },
    onBinary: () => socket.close(1008, 'DATA-0000 Binary messages are not understood.'),
  };
}

const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Speak'), text: z.string() }),
  z.object({ type: z.literal('Flush') }),
  z.object({ type: z.literal('Clear') }),
  z.object({ type: z.literal('Close') }),
]);

/** `POST /v1/speak`. */
export async function answerAura({ request, faults, signal, json, stream }: FakeExchange, brain: Brain): Promise<void> {
  const refuse = (status: number, message: string) => {
    const { body, headers } = refusal(status, message);
    json(status, body, headers);
  };
  const { query } = request;
  const model = query.get('model') ?? 'aura-asteria-en';
  const given = z.strictObject({ text: z.string().min(1) }).safeParse(request.json).data;
  const sound = soundOf(query, 24_000);
  if (request.method !== 'POST') return refuse(405, 'Method not allowed.');
  if (given === undefined) {
    const details = 'Json deserialize error: missing field `text` at line 1 column 2';
    return json(400, {
      category: 'INVALID_JSON',
      message: 'Invalid JSON submitted.',
      details,
      request_id: randomUUID(),
    });
  }
  if (!voice.test(model)) return refuse(400, noSuchModel);
  if (sound === undefined || query.get('container') !== 'none') return refuse(400, unsupportedFormat);
  if (given.text.length > maxCharacters)
    return refuse(413, `Input text exceeds maximum character limit of ${maxCharacters}.`);
  const { samples } = await brain.speak(given.text, languageOf(model), signal);
  const body = stream(200, {
    'content-type': sound.encoding === 'pcm16' ? `audio/l16;rate=${sound.sampleRateHz}` : `audio/${sound.encoding}`,
    'dg-model-name': model,
    'dg-char-count': String(given.text.length),
    'dg-request-id': randomUUID(),
  });
  for (const chunk of audioChunks(vendorBytes(samples, sound), chunkBytes, faults)) body.write(chunk);
  body.end();
}

function languageOf(model: string): string {
  return model.slice(-2);
}
