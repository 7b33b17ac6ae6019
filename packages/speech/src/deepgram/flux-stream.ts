import type { RecognizerStream } from '@parley/engine/ports/recognizer.ts';
import { primaryLanguage } from '../provider/languages.ts';
import type { EngineContext } from '../provider/provider.ts';
import { type DeepgramAccount, deepgramSocketTarget } from './deepgram-account.ts';
import { type FluxMessage, laterTurn, parseFluxMessage, type TurnInfo } from './flux-messages.ts';
import { type FluxOptions, fluxModel } from './flux-options.ts';
import { createTurnWords, type FluxUtterance, type TurnWord } from './flux-turn.ts';
import { chooseKeyTerms } from './key-terms.ts';
import { createListenLink, listenLinkDefaults } from './listen-link.ts';
import type { ListenStreamParts } from './listen-recognizer.ts';
import { createSilencePump } from './silence-pump.ts';

/**
 * One caller's ear at `/v2/listen`. The model decides on turns by what it hears, silence included; it gets stretches of voice, and
 * silence in pace behind each until it has decided. A stretch's final comes
 *
 * - with the model's end of the turn, and then ends it;
 * - when the next stretch has begun and the model has heard this one to its end: the turn goes on;
 * - when the model has heard to its end and found no word;
 * - after `turnWaitMs`, with what the model makes of it when it is told to end the turn.
 */
export function openFluxStream(
  parts: ListenStreamParts,
  account: DeepgramAccount,
  options: FluxOptions,
  { clock, lookup, onError }: EngineContext,
): RecognizerStream {
  const { vocabulary, signal, emit, fail } = parts;
  const model = fluxModel(options, parts.language);
  let keyTerms = options.keyTerms ? chooseKeyTerms(vocabulary, undefined) : [];
  let mayConfigure = options.keyTerms;
  /** Those without a final, oldest first; only the last may still be going on. */
  const pending: FluxUtterance[] = [];
  const turn = createTurnWords();
  /** How far what was sent is understood. */
  let heardToMs = 0;
  let lastPartial = '';
  let isEager = false;
  let cancelDeadline = () => {};

  const link = createListenLink(
    {
      clock,
      lookup,
      signal,
      line: parts.line,
      target: ({ encoding, sampleRateHz }) =>
        deepgramSocketTarget(account, '/v2/listen', [
          ['model', model],
          ['encoding', encoding],
          ['sample_rate', String(sampleRateHz)],
          ['eot_threshold', String(options.eotThreshold)],
          ...(options.eagerEotThreshold === false
            ? []
            : [['eager_eot_threshold', String(options.eagerEotThreshold)] as const]),
          ['eot_timeout_ms', String(options.eotTimeoutMs)],
          ...(model === 'flux-general-multi' ? [['language_hint', primaryLanguage(parts.language)] as const] : []),
          ...(options.mipOptOut ? [['mip_opt_out', 'true'] as const] : []),
          ...keyTerms.map((term) => ['keyterm', term] as const),
        ]),
      isOwed: () => pending.length > 0,
      // There is no message for it here: a little silence is one.
      keepAlive: () => link.silence(keepAliveSilenceMs),
      onNew(originMs) {
        heardToMs = originMs;
        turn.restart();
      },
      onText(text) {
        const message = parseFluxMessage(text);
        if (message === undefined)
          fail({ code: 'provider_protocol', message: 'A message came that is none of Deepgram’s.' });
        else if (message.type !== 'other') onMessage(message);
      },
      onFailed: fail,
    },
    { ...listenLinkDefaults, keepAliveMs },
  );
  const pump = createSilencePump(clock, link.silence);

  const onMessage = (message: FluxMessage) => {
    if (message.type === 'TurnInfo') return onTurn(laterTurn(message, link.originMs / 1000));
    if (message.type === 'ConfigureFailure') {
      // The stream goes on with the terms that it had.
      mayConfigure = false;
      return onError(new Error('Deepgram: ConfigureFailure'), 'key terms of a question could not be set');
    }
    // Where nothing is owed, the connection that is closed now is made anew.
    if (pending.length > 0) fail({ code: 'provider_failed', message: `${message.code} ${message.description}`.trim() });
  };

  const onTurn = (info: TurnInfo) => {
    heardToMs = Math.max(heardToMs, info.audio_window_end * 1000);
    turn.hear(info);
    if (info.event === 'EndOfTurn') {
      endTurn(info.trigger !== 'manual');
    } else {
      tellPartial();
      if (info.event === 'EagerEndOfTurn') tellEager(info.end_of_turn_confidence);
      if (info.event === 'TurnResumed') takeBackEager();
    }
    settleHeard();
  };

  /** Its last stretch with words ends the turn; one that still goes on is a new one from here. */
  const endTurn = (isSure: boolean) => {
    turn.end(pending);
    const last = pending.findLastIndex(({ kept }) => kept.length > 0);
    for (let index = 0; index <= last; index += 1) {
      const [utterance] = pending;
      if (utterance === undefined) return;
      // What the model was told to end while the voice goes on: the rest belongs to it.
      if (utterance.ended === undefined && !isSure) return;
      if (utterance.ended === undefined)
        pending.push({ startMs: heardToMs, begunAtMs: utterance.begunAtMs, ended: undefined, kept: [] });
      settle(isSure && index === last);
    }
  };

  /** Finals that need no end of the turn. */
  const settleHeard = () => {
    for (let [first] = pending; first?.ended !== undefined; [first] = pending) {
      const isLast = pending.length === 1;
      // Once a next one has begun, a word that comes late is the next one's. Of the last one it would be lost.
      if (heardToMs < first.ended.endMs + (isLast ? lateMs : behindMs)) return;
      if (isLast && ownWords().length > 0) return;
      settle(false);
    }
  };

  /** The oldest stretch has its final. */
  const settle = (endsTurn: boolean) => {
    const words = ownWords();
    const own = turn.of(pending, 0).length;
    const first = pending.shift();
    if (first === undefined) return;
    turn.give(own);
    if (!endsTurn) takeBackEager();
    isEager = false;
    lastPartial = '';
    if (pending.length === 0) pump.stop();
    arm();
    const nowMs = clock.nowMs();
    emit({
      type: 'final',
      text: textOf(words),
      // Of how sure the model is of each word, which is 0–1, the mean.
      confidence: meanConfidence(words),
      rejected: false,
      endsTurn,
      words: words.map(({ text, startMs, endMs }) => ({
        text,
        startMs: Math.max(0, Math.round(startMs - first.startMs)),
        endMs: Math.max(0, Math.round(endMs - first.startMs)),
      })),
      processingMs: Math.max(0, nowMs - (first.ended?.atMs ?? nowMs)),
    });
    tellPartial();
  };

  const ownWords = (): readonly TurnWord[] => [...(pending[0]?.kept ?? []), ...turn.of(pending, 0)];

  const tellPartial = () => {
    const text = textOf(ownWords());
    if (text === '' || text === lastPartial) return;
    lastPartial = text;
    emit({ type: 'partial', text });
  };

  const tellEager = (confidence: number) => {
    const text = textOf(ownWords());
    if (text === '' || pending.length !== 1) return;
    isEager = true;
    emit({ type: 'eagerEndOfTurn', text, confidence });
  };

  const takeBackEager = () => {
    if (isEager) emit({ type: 'turnResumed' });
    isEager = false;
  };

  const arm = () => {
    cancelDeadline();
    const [first] = pending;
    if (first?.ended === undefined) return;
    const { atMs, endMs } = first.ended;
    // An utterance that is heard again comes at once; the vendor needs its time for it.
    const aheadMs = Math.max(0, endMs - first.startMs - (atMs - first.begunAtMs));
    const dueAtMs = atMs + options.turnWaitMs + aheadMs * catchUpFactor;
    cancelDeadline = clock.wakeAt(dueAtMs, () => onOverdue(first, true));
  };

  const onOverdue = (utterance: FluxUtterance, mayForce: boolean) => {
    if (signal.aborted || pending[0] !== utterance || utterance.ended === undefined) return;
    const missingMs = utterance.ended.endMs - heardToMs;
    if (mayForce && pending.length === 1 && ownWords().length > 0) {
      link.tell({ type: 'ForceEndTurn' });
      cancelDeadline = clock.wakeAt(clock.nowMs() + forceTimeoutMs, () => onOverdue(utterance, false));
      return;
    }
    if (missingMs < looseMs) return settle(false);
    fail({
      code: 'provider_timed_out',
      message: `Of ${Math.round(missingMs)} ms of sound nothing was heard within ${options.turnWaitMs} ms.`,
    });
  };

  signal.addEventListener(
    'abort',
    () => {
      cancelDeadline();
      pump.stop();
    },
    { once: true },
  );

  return {
    expect(context) {
      if (!options.keyTerms || signal.aborted) return;
      const next = chooseKeyTerms(vocabulary, context);
      if (next.join('\n') === keyTerms.join('\n')) return;
      // Where they cannot be changed now, the next connection has them.
      keyTerms = next;
      if (mayConfigure) link.tell({ type: 'Configure', keyterms: next });
    },
    utteranceStarted(preRoll) {
      if (signal.aborted) return;
      pump.stop();
      link.begin(pending.length === 0);
      pending.push({ startMs: link.sentMs, begunAtMs: clock.nowMs(), ended: undefined, kept: [] });
      for (const frame of preRoll) link.audio(frame);
    },
    write(frame) {
      if (!signal.aborted) link.audio(frame);
    },
    utteranceEnded() {
      const utterance = pending.at(-1);
      if (signal.aborted || utterance === undefined || utterance.ended !== undefined) return;
      link.endAudio();
      utterance.ended = { endMs: link.sentMs, atMs: clock.nowMs() };
      pump.start();
      if (pending[0] === utterance) arm();
      // It may have been heard to its end already; the silence that follows brings the next message.
    },
  };
}

/** `/v2/listen` closes after 60 s without sound or a ping; what stands in between may not count pings. Sound is paid for. */
const keepAliveMs = 20_000;
/** As much as the vendor wants in a piece. */
const keepAliveSilenceMs = 80;
/** The model is this far behind what it has heard with its words, as a rule. */
const behindMs = 200;
/** No word comes later than this. */
const lateMs = 400;
/** Sound shorter than this may be left without an answer: messages come every 250 ms. */
const looseMs = 500;
/** For the answer to `ForceEndTurn`, which is computed already. */
const forceTimeoutMs = 250;
/** Time that it is given for a second of sound that it gets at once, in seconds; as engine/fallback reckons. */
const catchUpFactor = 0.25;

function meanConfidence(words: readonly TurnWord[]): number {
  const mean = words.reduce((sum, word) => sum + word.confidence, 0) / Math.max(1, words.length);
  return Math.min(1, Math.max(0, mean));
}

function textOf(words: readonly TurnWord[]): string {
  return words.map(({ text }) => text).join(' ');
}
