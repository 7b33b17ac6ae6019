import { randomUUID } from 'node:crypto';
import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import { createPcmStream } from '@parley/speech/wire/pcm-stream.ts';
import { z } from 'zod';
import type { Brain } from '../brain.ts';
import { parseJson } from '../wire/fake-request.ts';
import type { FakeHandshake, FakeSocket, SocketAnswer, SocketHandlers } from '../wire/fake-socket.ts';
import { isLoud, maxKeytermTokens, refusal, seconds, tokensOf } from './deepgram-answers.ts';
import type { DeepgramFakeOptions } from './deepgram-fake.ts';
import { secondsOf, soundOf } from './vendor-sound.ts';
import { createWordClock } from './word-clock.ts';

const settings = z.object({
  model: z.enum(['flux-general-en', 'flux-general-multi']),
  eot_threshold: z.coerce.number().min(0.5).max(1).default(0.7),
  eager_eot_threshold: z.coerce.number().min(0.3).max(0.9).exactOptional(),
  eot_timeout_ms: z.coerce.number().int().min(500).max(60_000).default(5000),
});
type Settings = z.infer<typeof settings>;

/** The handshake of `/v2/listen`. */
export function acceptFlux(handshake: FakeHandshake, brain: Brain, options: DeepgramFakeOptions): SocketAnswer {
  const { query } = handshake;
  const read = settings.safeParse(Object.fromEntries(query)).data;
  const sound = soundOf(query);
  const hints = query.getAll('language_hint');
  if (read === undefined || sound === undefined)
    return { kind: 'refused', ...refusal(400, 'Invalid query parameters.') };
  if (hints.length > 0 && read.model !== 'flux-general-multi')
    return { kind: 'refused', ...refusal(400, 'language_hint is only supported with flux-general-multi.') };
  if (tokensOf(query.getAll('keyterm')) > maxKeytermTokens)
    return { kind: 'refused', ...refusal(400, 'Keyterm limit exceeded.') };
  return {
    kind: 'accepted',
    open: (socket) =>
      openFlux(
        socket,
        brain.listen(hints[0] ?? 'en'),
        read,
        (bytes) => secondsOf(bytes, sound) * 1000,
        createPcmStream(sound),
        options,
      ),
  };
}

/** Messages come about every 250 ms of sound. */
const updateMs = 250;

function openFlux(
  socket: FakeSocket,
  listener: ReturnType<Brain['listen']>,
  given: Settings,
  msOfBytes: (bytes: number) => number,
  pcm: ReturnType<typeof createPcmStream>,
  { fluxIdleTimeoutMs, fluxEndOfTurnMs }: DeepgramFakeOptions,
): SocketHandlers {
  let { eot_threshold, eager_eot_threshold, eot_timeout_ms } = given;
  const requestId = randomUUID();
  let sequence = 0;
  let turnIndex = 0;
  let bytesHeard = 0;
  const nowMs = () => msOfBytes(bytesHeard);
  /** Where the present turn's sound begins; the brain counts from there. */
  let turnMs = 0;
  let updatedMs = 0;
  let quietSinceMs = 0;
  let wasLoud = false;
  let state: 'initial' | 'ongoing' | 'awaiting' = 'initial';
  const wordClock = createWordClock();
  /** Messages go out in order, although the brain takes its time. */
  let work = Promise.resolve();

  const send = (message: Readonly<Record<string, unknown>>) =>
    socket.sendJson({ ...message, request_id: requestId, sequence_id: sequence++ });
  /** What is said now, sent behind what the brain still thinks about. */
  const say = (
    event: string,
    heard: { readonly text: string; readonly words: readonly RecognizedWord[] },
    confidence: number,
    more: Readonly<Record<string, unknown>> = {},
  ) => {
    const { text, words } = heard;
    const [index, fromMs, toMs] = [turnIndex, turnMs, nowMs()];
    work = work.then(() => tell(event, text, words, confidence, { index, fromMs, toMs }, more));
  };
  const tell = (
    event: string,
    transcript: string,
    words: readonly RecognizedWord[],
    confidence: number,
    { index, fromMs, toMs }: { index: number; fromMs: number; toMs: number },
    more: Readonly<Record<string, unknown>>,
  ) =>
    send({
      type: 'TurnInfo',
      event,
      turn_index: index,
      audio_window_start: seconds(fromMs),
      audio_window_end: seconds(toMs),
      transcript,
      words: words.map(({ text, startMs, endMs }) => ({
        word: text,
        confidence: 0.95,
        start: seconds(fromMs + startMs),
        end: seconds(fromMs + endMs),
      })),
      end_of_turn_confidence: confidence,
      ...more,
    });

  const endTurn = (trigger: 'model' | 'manual' | 'timeout') => {
    const [before, index, fromMs, toMs] = [state, turnIndex, turnMs, nowMs()];
    const eagerText = wordClock.text;
    turnIndex += 1;
    turnMs = toMs;
    updatedMs = toMs;
    wasLoud = false;
    state = 'initial';
    wordClock.restart();
    const heard = listener.end();
    work = work
      .then(async () => {
        const { text, words } = await heard;
        const window = { index, fromMs, toMs };
        // A noise that was none: the next turn has its number, since this one never began.
        if (text === '' && before === 'initial') return tell('Update', '', [], 0, window, {});
        if (before === 'initial') tell('StartOfTurn', text, words, 0.1, window, {});
        // What is another text than the eager one is told as resumed first.
        if (before === 'awaiting' && text !== eagerText) tell('TurnResumed', text, words, 0.3, window, {});
        tell('EndOfTurn', text, words, 0.85, window, { trigger });
      })
      .catch(() => socket.close(1011, 'NET-0000'));
  };

  /** The surer it must be, the longer the silence that it takes; a stand-in for a model's judgement. */
  const silenceFor = (threshold: number) => fluxEndOfTurnMs * (threshold / 0.7);

  const decide = (isNew: boolean) => {
    const quietMs = nowMs() - quietSinceMs;
    const isUpdateDue = nowMs() - updatedMs >= updateMs;
    if (isUpdateDue) updatedMs = nowMs();
    if (wasLoud && quietMs >= eot_timeout_ms) return endTurn('timeout');
    if (wasLoud && eot_threshold < 1 && quietMs >= silenceFor(eot_threshold)) return endTurn('model');
    if (state === 'initial' && wordClock.text !== '') {
      state = 'ongoing';
      return say('StartOfTurn', wordClock, 0.1);
    }
    if (state === 'awaiting' && (isNew || quietMs === 0)) {
      state = 'ongoing';
      return say('TurnResumed', wordClock, 0.2);
    }
    const isEager = eager_eot_threshold !== undefined && quietMs >= silenceFor(eager_eot_threshold);
    if (state === 'ongoing' && isEager && wordClock.text !== '') {
      state = 'awaiting';
      return say('EagerEndOfTurn', wordClock, eager_eot_threshold ?? 0.5);
    }
    // A sound of which the brain has said no word yet may still be one: nothing is told of it before that is known.
    const isOpen = state === 'initial' && wasLoud;
    if (isUpdateDue && !isOpen) say('Update', wordClock, 0.2);
  };

  let idle: NodeJS.Timeout | undefined;
  const sign = () => {
    clearTimeout(idle);
    const reason = 'NET-0001 Deepgram did not receive audio data or a text message within the timeout window.';
    idle = setTimeout(() => socket.close(1011, reason), fluxIdleTimeoutMs);
  };
  sign();
  send({ type: 'Connected' });

  return {
    onBinary(bytes) {
      sign();
      bytesHeard += bytes.length;
      const samples = pcm.write(bytes);
      listener.write(samples);
      if (isLoud(samples)) {
        wasLoud = true;
        quietSinceMs = nowMs();
      }
      decide(wordClock.hear(listener.partial, nowMs() - turnMs));
    },
    onText(text) {
      const message = clientMessage.safeParse(parseJson(text)).data;
      switch (message?.type) {
        case 'ForceEndTurn':
          // Without a turn it is ignored.
          if (state !== 'initial') endTurn('manual');
          return;
        case 'Configure': {
          const { thresholds = {}, keyterms = [], language_hints } = message;
          if (tokensOf(keyterms) > maxKeytermTokens) return send({ type: 'ConfigureFailure' });
          eot_threshold = thresholds.eot_threshold ?? eot_threshold;
          eager_eot_threshold = thresholds.eager_eot_threshold ?? eager_eot_threshold;
          eot_timeout_ms = thresholds.eot_timeout_ms ?? eot_timeout_ms;
          const active = { eot_threshold, eager_eot_threshold, eot_timeout_ms };
          return send({
            type: 'ConfigureSuccess',
            thresholds: active,
            keyterms,
            ...(language_hints && { language_hints }),
          });
        }
        case 'CloseStream':
          say('Update', wordClock, 0.2);
          work = work.then(() => socket.close());
          return;
        case undefined: {
          const description = 'The message could not be understood.';
          send({ type: 'Error', code: 'UNPARSABLE_CLIENT_MESSAGE', description });
          socket.close(1008, 'UNPARSABLE_CLIENT_MESSAGE');
        }
      }
    },
    onClosed() {
      clearTimeout(idle);
      listener.close();
    },
  };
}

const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ForceEndTurn') }),
  z.object({ type: z.literal('CloseStream') }),
  z.object({
    type: z.literal('Configure'),
    thresholds: z
      .object({
        eot_threshold: z.number().optional(),
        eager_eot_threshold: z.number().optional(),
        eot_timeout_ms: z.number().optional(),
      })
      .exactOptional(),
    keyterms: z.array(z.string()).exactOptional(),
    language_hints: z.array(z.string()).exactOptional(),
  }),
]);
