import { FRAME_MS } from '@parley/engine/ports/audio.ts';
import type { RecognizerStream } from '@parley/engine/ports/recognizer.ts';
import type { EngineContext } from '../provider/provider.ts';
import { shortened } from '../provider/provider-failure.ts';
import { type DeepgramAccount, deepgramSocketTarget } from './deepgram-account.ts';
import { chooseKeyTerms } from './key-terms.ts';
import { createListenLink } from './listen-link.ts';
import type { ListenStreamParts } from './listen-recognizer.ts';
import { novaLanguage } from './nova-languages.ts';
import { laterResults, type NovaMessage, type NovaResults, parseNovaMessage } from './nova-messages.ts';
import type { NovaOptions } from './nova-recognizer.ts';
import { createNovaUtterance, type NovaUtterance } from './nova-utterance.ts';

/**
 * One caller's ear at `/v1/listen`. Only stretches of voice are sent; what the vendor answers is given to the utterance whose sound it
 * is of, by the vendor's own times. `Finalize` at an utterance's end asks for the rest at once.
 */
export function openNovaStream(
  parts: ListenStreamParts,
  account: DeepgramAccount,
  options: NovaOptions,
  { clock, lookup, onError }: EngineContext,
): RecognizerStream {
  const { vocabulary, signal, emit, fail } = parts;
  const language = options.language ?? novaLanguage(options.model, parts.language);
  const takesKeyTerms = options.model.startsWith('nova-3') && options.keyTerms;
  let mayConfigure = takesKeyTerms && takesConfigure(account.baseUrl);
  let isConfiguring = false;
  let keyTerms = takesKeyTerms ? chooseKeyTerms(vocabulary, undefined) : [];
  /** Those without a final, oldest first; only the last may still be going on. */
  const pending: NovaUtterance[] = [];
  /** How far what was sent is understood, and how far finally. */
  let heardToMs = 0;
  let finalToMs = 0;
  let lastPartial = '';
  let cancelDeadline = () => {};

  const link = createListenLink({
    clock,
    lookup,
    signal,
    line: parts.line,
    target: ({ encoding, sampleRateHz }) =>
      deepgramSocketTarget(account, '/v1/listen', [
        ['model', options.model],
        ['language', language],
        ['encoding', encoding],
        ['sample_rate', String(sampleRateHz)],
        ['channels', '1'],
        ['interim_results', 'true'],
        ['endpointing', String(options.endpointing)],
        ...(options.utteranceEndMs === false ? [] : [['utterance_end_ms', String(options.utteranceEndMs)] as const]),
        ['smart_format', String(options.smartFormat)],
        ['punctuate', 'true'],
        ...(options.numerals ? [['numerals', 'true'] as const] : []),
        ...(options.mipOptOut ? [['mip_opt_out', 'true'] as const] : []),
        ...keyTerms.map((term) => ['keyterm', term] as const),
      ]),
    isOwed: () => pending.length > 0,
    keepAlive: () => link.tell({ type: 'KeepAlive' }),
    onNew(originMs) {
      // A server of one's own may be too old to know the message, and close on it.
      if (isConfiguring) mayConfigure = false;
      isConfiguring = false;
      heardToMs = originMs;
      finalToMs = originMs;
    },
    onText(text) {
      const message = parseNovaMessage(text);
      if (message === undefined)
        fail({ code: 'provider_protocol', message: 'A message came that is none of Deepgram’s.' });
      else if (message.type !== 'other') onMessage(message);
    },
    onFailed: fail,
  });

  const onMessage = (message: NovaMessage) => {
    switch (message.type) {
      case 'Results':
        return onResults(laterResults(message, link.originMs / 1000));
      case 'UtteranceEnd':
        return onUtteranceEnd(link.originMs + message.last_word_end * 1000);
      case 'ConfigureSuccess':
        isConfiguring = false;
        return;
      case 'ConfigureFailure':
      case 'Error':
        // The stream goes on with the terms that it had.
        mayConfigure = false;
        isConfiguring = false;
        onError(new Error(shortened(`Deepgram: ${JSON.stringify(message)}`)), 'key terms could not be changed');
    }
  };

  const onResults = (results: NovaResults) => {
    const toMs = (results.start + results.duration) * 1000;
    heardToMs = Math.max(heardToMs, toMs);
    if (results.is_final) finalToMs = Math.max(finalToMs, toMs);
    for (const utterance of pending) utterance.add(results);
    tellPartial();
    const [first] = pending;
    // It need not answer `Finalize` where all was final already, and then answers nothing: how far it got tells as well.
    const isFinalized = results.from_finalize && first !== undefined && toMs >= (first.endMs ?? Infinity) - looseMs;
    if (isFinalized) settle();
    while (pending[0]?.endMs !== undefined && finalToMs >= pending[0].endMs - exactMs) settle();
  };

  const tellPartial = () => {
    const text = pending[0]?.text ?? '';
    if (text === '' || text === lastPartial) return;
    lastPartial = text;
    emit({ type: 'partial', text });
  };

  /**
   * No word for as long as `utteranceEndMs` while the detector still takes something for a voice: a television, a street. What was
   * said before it must not wait for that to end.
   */
  const onUtteranceEnd = (lastWordMs: number) => {
    const [first] = pending;
    if (first === undefined || first.endMs !== undefined || first.text === '' || lastWordMs < first.startMs) return;
    pending.shift();
    pending.push(createNovaUtterance(Math.max(finalToMs, lastWordMs), first.begunAtMs));
    lastPartial = '';
    emit({ type: 'final', ...first.result(), rejected: false, endsTurn: true, processingMs: 0 });
  };

  /** The oldest utterance has its final. */
  const settle = () => {
    const first = pending.shift();
    if (first === undefined) return;
    lastPartial = '';
    arm();
    const processingMs = Math.max(0, clock.nowMs() - (first.endedAtMs ?? clock.nowMs()));
    emit({ type: 'final', ...first.result(), rejected: false, endsTurn: false, processingMs });
    tellPartial();
  };

  const arm = () => {
    cancelDeadline();
    const [first] = pending;
    if (first?.endedAtMs === undefined) return;
    cancelDeadline = clock.wakeAt(first.endedAtMs + unansweredMs, () => onUnanswered(first));
  };

  /** `Finalize` has no answer where next to nothing was left: then none is waited for. */
  const onUnanswered = (utterance: NovaUtterance) => {
    if (signal.aborted || pending[0] !== utterance || utterance.endMs === undefined) return;
    if (utterance.endMs - finalToMs < negligibleMs) return settle();
    cancelDeadline = clock.wakeAt(utterance.deadlineMs ?? clock.nowMs(), () => onOverdue(utterance));
  };

  const onOverdue = (utterance: NovaUtterance) => {
    if (signal.aborted || pending[0] !== utterance || utterance.endMs === undefined) return;
    // Where words were heard, the sound behind them may stay without an answer; where none were, only what is final says that none are.
    const missingMs = utterance.endMs - (utterance.text === '' ? finalToMs : heardToMs);
    if (missingMs < looseMs) return settle();
    fail({
      code: 'provider_timed_out',
      message: `Of ${Math.round(missingMs)} ms of sound nothing was made out within ${options.finalTimeoutMs} ms.`,
    });
  };

  signal.addEventListener('abort', () => cancelDeadline(), { once: true });

  return {
    expect(context) {
      if (!takesKeyTerms || signal.aborted) return;
      const next = chooseKeyTerms(vocabulary, context);
      if (next.join('\n') === keyTerms.join('\n')) return;
      // Where they cannot be changed now, the next connection has them.
      keyTerms = next;
      if (!mayConfigure) return;
      isConfiguring = true;
      link.tell({ type: 'Configure', keyterms: next });
    },
    utteranceStarted(preRoll) {
      if (signal.aborted) return;
      link.begin(pending.length === 0);
      pending.push(createNovaUtterance(link.sentMs, clock.nowMs()));
      for (const frame of preRoll) link.audio(frame);
    },
    write(frame) {
      if (!signal.aborted) link.audio(frame);
    },
    utteranceEnded() {
      const utterance = pending.at(-1);
      if (signal.aborted || utterance === undefined || utterance.endMs !== undefined) return;
      link.endAudio();
      link.tell({ type: 'Finalize' });
      const nowMs = clock.nowMs();
      // An utterance that is heard again comes at once; the vendor needs its time for it.
      const aheadMs = Math.max(0, link.sentMs - utterance.startMs - (nowMs - utterance.begunAtMs) - FRAME_MS);
      utterance.end(link.sentMs, nowMs, nowMs + options.finalTimeoutMs + aheadMs * catchUpFactor);
      if (pending[0] === utterance) arm();
    },
  };
}

/** Sound shorter than this may be left without an answer: no word is in it. */
const looseMs = 500;
/** An answer to `Finalize` is there by then if one comes: it is computed at once. */
const unansweredMs = 300;
/** The vendor answers only when there is noticeably something left. */
const negligibleMs = 150;
/** Rounding of the vendor's times. */
const exactMs = 25;
/** Time that it is given for a second of sound that it gets at once, in seconds; as engine/fallback reckons. */
const catchUpFactor = 0.25;

/** The vendor's regions do not take `Configure` yet (October 2026). */
function takesConfigure(baseUrl: string): boolean {
  return !/^(eu|au|in)$/.test(/^api\.(\w+)\.deepgram\.com$/.exec(new URL(baseUrl).hostname)?.[1] ?? '');
}
