import { randomUUID } from 'node:crypto';
import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import { createPcmStream } from '@parley/speech/wire/pcm-stream.ts';
import { z } from 'zod';
import type { Brain, Heard } from '../brain.ts';
import { parseJson } from '../wire/fake-request.ts';
import type { FakeHandshake, FakeSocket, SocketAnswer, SocketHandlers } from '../wire/fake-socket.ts';
import { isLoud, maxKeytermTokens, refusal, seconds, tokensOf } from './deepgram-answers.ts';
import type { DeepgramFakeOptions } from './deepgram-fake.ts';
import { secondsOf, soundOf } from './vendor-sound.ts';
import { createWordClock } from './word-clock.ts';

const settings = z.object({
  model: z.string().regex(/^nova(-[23])?(-[a-z]+)?$/),
  language: z.string().default('en'),
  interim_results: z.stringbool().default(false),
  endpointing: z.union([z.literal('false').transform(() => Infinity), z.coerce.number().int().min(0)]).default(10),
  utterance_end_ms: z.coerce.number().int().min(1000).exactOptional(),
});
type Settings = z.infer<typeof settings>;

/** The handshake of `/v1/listen`. */
export function acceptNova(handshake: FakeHandshake, brain: Brain, options: DeepgramFakeOptions): SocketAnswer {
  const { query } = handshake;
  const read = settings.safeParse(Object.fromEntries(query)).data;
  const sound = soundOf(query);
  if (read === undefined || sound === undefined) return { kind: 'refused', ...refusal(400, noSuchModel) };
  const keyTerms = query.getAll('keyterm');
  if (keyTerms.length > 0 && !read.model.startsWith('nova-3'))
    return { kind: 'refused', ...refusal(400, 'Keyterm is only supported with Nova-3.') };
  if (tokensOf(keyTerms) > maxKeytermTokens) return { kind: 'refused', ...refusal(400, tooManyTokens) };
  const requestId = randomUUID();
  return {
    kind: 'accepted',
    headers: { 'dg-request-id': requestId },
    open: (socket) =>
      openNova(socket, brain, read, (bytes) => secondsOf(bytes, sound), createPcmStream(sound), requestId, options),
  };
}

const noSuchModel = 'Bad Request: No such model/language/tier combination found.';
const tooManyTokens = 'Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.';

/** Interim results come about twice a second. */
const interimMs = 500;
/** Less than this is not worth an answer to `Finalize`. */
const noticeableMs = 100;

function openNova(
  socket: FakeSocket,
  brain: Brain,
  { model, language, interim_results, endpointing, utterance_end_ms }: Settings,
  secondsOfBytes: (bytes: number) => number,
  pcm: ReturnType<typeof createPcmStream>,
  requestId: string,
  { idleTimeoutMs, takesConfigure }: DeepgramFakeOptions,
): SocketHandlers {
  const listener = brain.listen(language);
  let bytesHeard = 0;
  const nowMs = () => secondsOfBytes(bytesHeard) * 1000;
  /** Since the last final results. */
  let segmentMs = 0;
  let interimAtMs = 0;
  let wasLoud = false;
  let quietSinceMs = 0;
  const wordClock = createWordClock();
  let lastWordMs: number | undefined;
  /** Results go out in order, although the brain takes its time for each. */
  let work = Promise.resolve();

  const results = (heard: Heard, fromMs: number, toMs: number, flags: Readonly<Record<string, boolean>>) =>
    socket.sendJson({
      type: 'Results',
      channel_index: [0, 1],
      duration: seconds(toMs - fromMs),
      start: seconds(fromMs),
      is_final: false,
      speech_final: false,
      from_finalize: false,
      ...flags,
      channel: {
        alternatives: [
          {
            transcript: heard.text,
            confidence: heard.confidence,
            words: heard.words.map((word) => wordOf(word, fromMs, heard.confidence)),
          },
        ],
      },
      metadata: {
        request_id: requestId,
        model_info: { name: `general-${model}`, version: '2026-07-31.0', arch: 'nova-3' },
        model_uuid: '40bd3654-e622-47c4-a111-63a61b23bfe7',
      },
    });

  /** Makes final what was heard since the last time. */
  const finish = (flags: Readonly<Record<string, boolean>>) => {
    const fromMs = segmentMs;
    const toMs = nowMs();
    segmentMs = toMs;
    interimAtMs = toMs;
    wasLoud = false;
    wordClock.restart();
    const heard = listener.end();
    work = work.then(async () => results(await heard, fromMs, toMs, { is_final: true, ...flags })).catch(broken);
  };
  const broken = () =>
    socket.close(1011, 'NET-0000 Deepgram has not transmitted a Text frame to the client within the timeout window.');

  const watchPause = (quietMs: number) => {
    if (wasLoud && quietMs >= endpointing) finish({ speech_final: true });
    if (utterance_end_ms === undefined || lastWordMs === undefined || nowMs() - lastWordMs < utterance_end_ms) return;
    const last_word_end = seconds(lastWordMs);
    lastWordMs = undefined;
    work = work.then(() => socket.sendJson({ type: 'UtteranceEnd', channel: [0, 1], last_word_end }));
  };

  let idle: NodeJS.Timeout | undefined;
  const sign = () => {
    clearTimeout(idle);
    idle = setTimeout(
      () =>
        socket.close(1011, 'NET-0001 Deepgram did not receive audio data or a text message within the timeout window.'),
      idleTimeoutMs,
    );
  };
  sign();

  return {
    onBinary(bytes) {
      sign();
      if (bytes.length === 0) return;
      bytesHeard += bytes.length;
      const samples = pcm.write(bytes);
      listener.write(samples);
      if (isLoud(samples)) {
        wasLoud = true;
        quietSinceMs = nowMs();
      }
      if (wordClock.hear(listener.partial, nowMs() - segmentMs)) lastWordMs = nowMs();
      if (interim_results && nowMs() - interimAtMs >= interimMs) {
        interimAtMs = nowMs();
        const { text, words } = wordClock;
        const [fromMs, toMs] = [segmentMs, nowMs()];
        work = work.then(() => results({ text, confidence: 0.9, words }, fromMs, toMs, {}));
      }
      watchPause(nowMs() - quietSinceMs);
    },
    onText(text) {
      sign();
      const message = clientMessage.safeParse(parseJson(text)).data;
      switch (message?.type) {
        case 'KeepAlive':
          return;
        case 'Finalize':
          if (nowMs() - segmentMs >= noticeableMs) finish({ speech_final: true, from_finalize: true });
          return;
        case 'Configure':
          if (takesConfigure) configure(message.keyterms ?? undefined);
          else socket.close(1008, 'DATA-0000 The message could not be deserialized.');
          return;
        case 'CloseStream':
          if (nowMs() > segmentMs) finish({ speech_final: true });
          work = work.then(() => {
            socket.sendJson(metadata(requestId, nowMs()));
            socket.close(1000);
          });
          return;
        case undefined:
          socket.sendJson({ type: 'Error', variant: 'SchemaError', description: 'Could not deserialize message.' });
          socket.close(1008, 'DATA-0000 The payload cannot be decoded as audio.');
      }
    },
    onClosed() {
      clearTimeout(idle);
      listener.close();
    },
  };

  function configure(keyTerms: readonly string[] | undefined): void {
    if (keyTerms !== undefined && !model.startsWith('nova-3')) {
      const description = 'Keyterms are only supported with Nova-3 models.';
      socket.sendJson({ type: 'Error', variant: 'InvalidConfigureMessage', code: 'KeytermsNotSupported', description });
    } else if (keyTerms !== undefined && tokensOf(keyTerms) > maxKeytermTokens) {
      // As the vendor does it: without a word, and after a while it closes.
      work = new Promise(() => {});
      setTimeout(broken, overLimitMs).unref();
    } else {
      socket.sendJson({
        type: 'ConfigureSuccess',
        request_id: requestId,
        ...(keyTerms !== undefined && { keyterms: keyTerms }),
      });
    }
  }
}

const overLimitMs = 30_000;

const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('KeepAlive') }),
  z.object({ type: z.literal('Finalize') }),
  z.object({ type: z.literal('CloseStream') }),
  z.object({ type: z.literal('Configure'), keyterms: z.array(z.string()).nullish() }),
]);

function wordOf({ text, startMs, endMs }: RecognizedWord, fromMs: number, confidence: number) {
  return {
    word: text.toLowerCase().replace(/[^\p{L}\p{N}']+/gu, ''),
    start: seconds(fromMs + startMs),
    end: seconds(fromMs + endMs),
    confidence,
    punctuated_word: text,
  };
}

function metadata(requestId: string, durationMs: number) {
  return {
    type: 'Metadata',
    transaction_key: 'deprecated',
    request_id: requestId,
    sha256: '0'.repeat(64),
    created: new Date().toISOString(),
    duration: seconds(durationMs),
    channels: 1,
  };
}
