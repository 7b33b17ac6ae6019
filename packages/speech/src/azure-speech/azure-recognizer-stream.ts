import type { LookupFunction } from 'node:net';
import type { LineFormat } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { RecognizerEvent, RecognizerStream, RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import type { AzureAccount } from './azure-account.ts';
import { phrasesFor } from './azure-phrases.ts';
import { heardLocale } from './heard-languages.ts';
import { createHeardPhrases, type HeardPhrases } from './heard-phrases.ts';
import { openRecognitionSession, type RecognitionSession } from './recognition-session.ts';
import { loadSdk, type Sdk, sdkIfLoaded } from './sdk.ts';
import { createUtteranceAudio, type UtteranceAudio } from './utterance-audio.ts';

export interface AzureRecognizerOptions {
  /** Ask for the times of words. */
  readonly wordTimes: boolean;
  readonly profanity: 'raw' | 'masked' | 'removed';
  /** Silence after which the service settles a phrase by itself, in milliseconds, 100 to 5000. */
  readonly segmentationSilenceMs: number;
  /** From the end of an utterance to its final. */
  readonly finalTimeoutMs: number;
}

export const azureRecognizerDefaults: AzureRecognizerOptions = {
  wordTimes: true,
  // Names and places look like swearing in other languages.
  profanity: 'raw',
  // The longest there is: our own end of voice settles an utterance, and a pause within it splits nothing.
  segmentationSilenceMs: 5000,
  // Finals take some 300 ms from the end of the audio; whoever waits for longer is better served by another engine.
  finalTimeoutMs: 4000,
};

interface Utterance {
  readonly audio: UtteranceAudio;
  readonly phrases: readonly string[];
  readonly heard: HeardPhrases;
  lastPartial: string;
  endedAtMs: number | undefined;
  cancelTimeout: () => void;
}

/** Utterances that wait for the one before: more than a caller can say before the time-out of the first. */
const maxUtterances = 8;

/**
 * One caller's ear. The end of the audio settles an utterance: the service answers it with all that is left and the end of the turn, so
 * that there is exactly one final, and no silence to wait for.
 */
export function openAzureStream(
  {
    account,
    language,
    line,
    vocabulary,
    options,
  }: {
    readonly account: AzureAccount;
    readonly language: string;
    readonly line: LineFormat;
    readonly vocabulary: RecognizerVocabulary | undefined;
    readonly options: AzureRecognizerOptions;
  },
  {
    clock,
    lookup,
    signal,
    closing,
  }: {
    readonly clock: Clock;
    readonly lookup?: LookupFunction | undefined;
    readonly signal: AbortSignal;
    readonly closing: AbortSignal;
  },
  onEvent: (event: RecognizerEvent) => void,
): RecognizerStream {
  /** In order; the service hears the first. */
  const utterances: Utterance[] = [];
  /** `isOld`: its connection stood before the utterance began, of which it has not heard yet. */
  let session: { readonly running: RecognitionSession; isOpen: boolean; isOld: boolean } | undefined;
  let context: string | undefined;
  let isOver = false;

  const free = () => {
    isOver = true;
    signal.removeEventListener('abort', free);
    closing.removeEventListener('abort', onClosing);
    session?.running.close();
    session = undefined;
    for (const { cancelTimeout } of utterances.splice(0)) cancelTimeout();
  };
  const fail = (failure: ProviderFailure) => {
    if (isOver) return;
    free();
    // Never from inside a call.
    queueMicrotask(() => {
      if (!signal.aborted) onEvent({ type: 'failed', ...failure });
    });
  };
  const onClosing = () => fail({ code: 'provider_failed', message: 'The recogniser is closed.' });

  const locale = heardLocale(language);
  const dial = (sdk: Sdk): RecognitionSession => {
    const running = openRecognitionSession(
      sdk,
      { account, language: locale ?? language, line, ...options },
      { clock, lookup, signal },
      { onOpen, onHeard, onHypothesis, onPhrase, onEnd, onLost },
    );
    session = { running, isOpen: false, isOld: false };
    return running;
  };
  /** The first utterance to the service. */
  const begin = () => {
    const [first] = utterances;
    const sdk = sdkIfLoaded();
    if (isOver || first === undefined || sdk === undefined) return;
    const running = session?.running ?? dial(sdk);
    running.start(first.audio, first.phrases);
  };
  const onOpen = () => {
    if (session !== undefined) session.isOpen = true;
  };
  const onHeard = () => {
    if (session !== undefined) session.isOld = false;
    utterances[0]?.audio.settle();
  };
  const onHypothesis = (hypothesis: string) => {
    const [first] = utterances;
    if (first === undefined) return;
    const text = first.heard.partial(hypothesis);
    if (text === '' || text === first.lastPartial) return;
    first.lastPartial = text;
    onEvent({ type: 'partial', text });
  };
  const onPhrase = (json: string) => {
    if (utterances[0]?.heard.add(json) === false)
      fail({ code: 'provider_protocol', message: 'A phrase came that is none.' });
  };
  const onEnd = () => {
    const [first] = utterances;
    if (first === undefined) return;
    if (first.endedAtMs === undefined) {
      fail({ code: 'provider_failed', message: 'The service ended the turn while the caller spoke.' });
      return;
    }
    utterances.shift();
    first.cancelTimeout();
    const { text, confidence, words } = first.heard;
    if (session !== undefined) session.isOld = true;
    // The next is under way before anybody takes time over this one.
    begin();
    onEvent({
      type: 'final',
      text,
      confidence,
      rejected: false,
      endsTurn: false,
      words,
      processingMs: clock.nowMs() - first.endedAtMs,
    });
  };
  const onLost = (failure: ProviderFailure) => {
    const wasOld = session?.isOld === true;
    session = undefined;
    const [first] = utterances;
    // It died while nobody spoke, which nobody need hear of: the next utterance dials anew.
    if (first === undefined) return;
    // It had died before the utterance reached it.
    if (wasOld && first.audio.rewind()) begin();
    else fail(failure);
  };

  if (signal.aborted) isOver = true;
  else if (closing.aborted) onClosing();
  else if (locale === undefined) fail({ code: 'language_not_supported', message: `It does not hear ${language}.` });
  else {
    signal.addEventListener('abort', free, { once: true });
    closing.addEventListener('abort', onClosing, { once: true });
    const loaded = sdkIfLoaded();
    if (loaded !== undefined) dial(loaded);
    else {
      loadSdk().then(
        (sdk) => {
          if (isOver) return;
          dial(sdk);
          begin();
        },
        () => fail({ code: 'provider_failed', message: 'The SDK cannot be loaded.' }),
      );
    }
  }

  return {
    expect(asked) {
      context = asked;
    },
    utteranceStarted(preRoll) {
      if (isOver) return;
      if (utterances.length === maxUtterances) {
        fail({ code: 'provider_timed_out', message: `${maxUtterances} utterances wait for their finals.` });
        return;
      }
      const utterance: Utterance = {
        audio: createUtteranceAudio(line),
        phrases: phrasesFor(vocabulary, context),
        heard: createHeardPhrases(),
        lastPartial: '',
        endedAtMs: undefined,
        cancelTimeout: () => undefined,
      };
      utterances.push(utterance);
      if (utterances.length === 1) {
        if (session !== undefined) session.isOld = session.isOpen;
        begin();
      }
      for (const frame of preRoll) utterance.audio.write(frame);
    },
    write(frame) {
      const last = utterances.at(-1);
      if (isOver || last === undefined || last.endedAtMs !== undefined) return;
      if (!last.audio.write(frame)) fail({ code: 'provider_timed_out', message: 'The service takes no audio.' });
    },
    utteranceEnded() {
      const last = utterances.at(-1);
      if (isOver || last === undefined || last.endedAtMs !== undefined) return;
      last.endedAtMs = clock.nowMs();
      last.audio.end();
      last.cancelTimeout = clock.wakeAt(last.endedAtMs + options.finalTimeoutMs, () =>
        fail({ code: 'provider_timed_out', message: `No final within ${options.finalTimeoutMs} ms.` }),
      );
    },
  };
}
