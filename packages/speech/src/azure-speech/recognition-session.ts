import type { LookupFunction } from 'node:net';
import type { LineFormat } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { ServiceRecognizerBase } from 'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common.speech/Exports.js';
import { type ProviderFailure, shortened } from '../provider/provider-failure.ts';
import { type AzureAccount, speechConfigOf } from './azure-account.ts';
import type { Sdk } from './sdk.ts';
import { createSdkConnection } from './sdk-connection.ts';
import type { UtteranceAudio } from './utterance-audio.ts';

/** One connection to the service and the SDK's recogniser on it, for one utterance after the other. */
export interface RecognitionSession {
  /** Hears an utterance; the one before has ended. */
  start(audio: UtteranceAudio, phrases: readonly string[]): void;
  /** Breaks everything off; nothing is told any more. */
  close(): void;
}

export interface RecognitionSessionEvents {
  /** The connection stands. */
  readonly onOpen: () => void;
  /** The service says that it listens to the utterance. */
  readonly onHeard: () => void;
  readonly onHypothesis: (text: string) => void;
  /** A phrase of the utterance is settled. @param json as the service sent it */
  readonly onPhrase: (json: string) => void;
  /** All of the utterance is settled. */
  readonly onEnd: () => void;
  /** The session is over, told once and last. */
  readonly onLost: (failure: ProviderFailure) => void;
}

export interface RecognitionSettings {
  readonly account: AzureAccount;
  readonly language: string;
  readonly line: LineFormat;
  readonly wordTimes: boolean;
  readonly profanity: 'raw' | 'masked' | 'removed';
  /** Silence after which the service settles a phrase by itself, in milliseconds. */
  readonly segmentationSilenceMs: number;
}

/** Dials at once, so that the connection stands when the caller speaks. */
export function openRecognitionSession(
  sdk: Sdk,
  settings: RecognitionSettings,
  {
    clock,
    lookup,
    signal,
  }: { readonly clock: Clock; readonly lookup?: LookupFunction | undefined; readonly signal: AbortSignal },
  events: RecognitionSessionEvents,
): RecognitionSession {
  const { speech, detection, audio: sdkAudio } = sdk;
  const lifetime = new AbortController();
  const onAbort = () => close();
  let service: ServiceRecognizerBase | undefined;
  let current: UtteranceAudio | undefined;

  const close = () => {
    signal.removeEventListener('abort', onAbort);
    lifetime.abort();
    // It must not dial again by itself; its promises of the lost connection reject and are caught there.
    service?.dispose().catch(() => undefined);
  };
  const lose = (failure: ProviderFailure) => {
    if (lifetime.signal.aborted) return;
    close();
    events.onLost(failure);
  };

  class UtteranceStream extends sdkAudio.PushAudioInputStreamImpl {
    override async attach(audioNodeId: string) {
      const utterance = current;
      return {
        id: () => audioNodeId,
        read: () => utterance?.read() ?? Promise.reject(new Error('There is no utterance.')),
        detach: () => Promise.resolve(),
      };
    }
  }

  class OwnSocketRecognizer extends speech.SpeechRecognizer {
    protected override createServiceRecognizer(
      ...[authentication, factory, audioConfig, config]: Parameters<
        InstanceType<typeof speech.SpeechRecognizer>['createServiceRecognizer']
      >
    ) {
      const addresses = factory;
      const own = {
        create: async (...[of, auth, id = '']: Parameters<typeof factory.create>) => {
          lifetime.signal.throwIfAborted();
          const theirs = await addresses.create(of, auth, id);
          if (!('uri' in theirs) || typeof theirs.uri !== 'string')
            throw new Error('The SDK does not say its address.');
          lifetime.signal.throwIfAborted();
          return createSdkConnection(
            sdk,
            { uri: theirs.uri, headers: headersOf(auth, id), id },
            {
              account: settings.account,
              clock,
              lookup,
              signal: lifetime.signal,
              onOpen: events.onOpen,
              onMessage: () => {
                if (current !== undefined) events.onHeard();
              },
              onLost: lose,
            },
          );
        },
      };
      // Otherwise it dials where single phrases are heard, if it dials before the first utterance.
      config.recognitionMode = detection.RecognitionMode.Conversation;
      service = super.createServiceRecognizer(authentication, own, audioConfig, config);
      return service;
    }
  }

  const recognizer = new OwnSocketRecognizer(
    configOf(sdk, settings),
    speech.AudioConfig.fromStreamInput(new UtteranceStream(formatOf(sdk, settings.line))),
  );
  const phraseList = speech.PhraseListGrammar.fromRecognizer(recognizer);
  recognizer.recognizing = (_recognizer, { result }) => {
    if (!lifetime.signal.aborted && current !== undefined) events.onHypothesis(result.text);
  };
  recognizer.recognized = (_recognizer, { result }) => {
    if (!lifetime.signal.aborted && current !== undefined) events.onPhrase(result.json);
  };
  recognizer.canceled = (_recognizer, { reason, errorCode, errorDetails }) => {
    if (reason === speech.CancellationReason.EndOfStream || lifetime.signal.aborted) return;
    lose({ code: codeOfCancellation(sdk, errorCode), message: shortened(String(errorDetails)) });
  };
  recognizer.sessionStopped = () => {
    if (lifetime.signal.aborted || current === undefined) return;
    current = undefined;
    events.onEnd();
  };
  const onError = (error: unknown) => lose({ code: 'provider_failed', message: shortened(String(error)) });
  if (signal.aborted) close();
  else {
    signal.addEventListener('abort', onAbort, { once: true });
    service?.connectAsync(undefined, onError);
  }

  return {
    start(audio, phrases) {
      current = audio;
      phraseList.clear();
      if (phrases.length > 0) phraseList.addPhrases([...phrases]);
      recognizer.startContinuousRecognitionAsync(undefined, onError);
    },
    close,
  };
}

/** As the SDK's own sockets would have them. */
export function headersOf(auth: { readonly headerName: string; readonly token: string }, id: string) {
  return { ...(auth.token !== '' && { [auth.headerName]: auth.token }), 'X-ConnectionId': id };
}

function configOf(sdk: Sdk, { account, language, wordTimes, profanity, segmentationSilenceMs }: RecognitionSettings) {
  const { speech } = sdk;
  const config = speechConfigOf(sdk, account);
  config.speechRecognitionLanguage = language;
  config.outputFormat = speech.OutputFormat.Detailed;
  if (wordTimes) config.requestWordLevelTimestamps();
  config.setProfanity(
    { raw: speech.ProfanityOption.Raw, masked: speech.ProfanityOption.Masked, removed: speech.ProfanityOption.Removed }[
      profanity
    ],
  );
  config.setProperty(speech.PropertyId.Speech_SegmentationSilenceTimeoutMs, String(segmentationSilenceMs));
  // The SDK's brake on audio that comes faster than it is spoken: an utterance heard again after a takeover must not wait for it.
  config.setProperty('SPEECH-TransmitLengthBeforThrottleMs', '86400000');
  return config;
}

function formatOf({ speech }: Sdk, line: LineFormat) {
  return line === 'wide'
    ? speech.AudioStreamFormat.getWaveFormatPCM(16_000, 16, 1)
    : speech.AudioStreamFormat.getWaveFormat(8000, 8, 1, speech.AudioFormatTag.MuLaw);
}

/** What the service says within a connection that stands. */
export function codeOfCancellation({ speech }: Sdk, errorCode: number): ProviderFailure['code'] {
  const { CancellationErrorCode: codes } = speech;
  switch (errorCode) {
    case codes.AuthenticationFailure:
    case codes.Forbidden:
      return 'provider_unauthorized';
    case codes.BadRequestParameters:
      return 'provider_refused';
    case codes.TooManyRequests:
      return 'provider_rate_limited';
    case codes.ServiceTimeout:
      return 'provider_timed_out';
    default:
      return 'provider_failed';
  }
}
