import type { LookupFunction } from 'node:net';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { SpokenWord } from '@parley/engine/ports/synthesizer.ts';
import type { SynthesisAdapterBase } from 'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common.speech/Exports.js';
import { type ProviderFailure, shortened } from '../provider/provider-failure.ts';
import { type AzureAccount, speechConfigOf } from './azure-account.ts';
import { codeOfCancellation, headersOf } from './recognition-session.ts';
import type { Sdk } from './sdk.ts';
import { createSdkConnection } from './sdk-connection.ts';

/** A connection to the service and the SDK's synthesizer on it, for one sentence after the other. */
export interface SpeakingSession {
  /** Speaks a sentence; the one before has ended. */
  speak(ssml: string, events: SentenceEvents): void;
  /** Breaks everything off; nothing is told any more. */
  close(): void;
}

export interface SentenceEvents {
  /** Something of the sentence came, sound or not. */
  readonly onSign: () => void;
  /** Sound in the session's format, in chunks of any length. */
  readonly onAudio: (bytes: Uint8Array) => void;
  readonly onWord: (word: SpokenWord) => void;
  readonly onEnd: () => void;
}

/** The service counts time in units of 100 ns. */
const ticksPerMs = 10_000;

/**
 * Dials at once.
 * @param onLost the session is over, told once and last
 */
export function openSpeakingSession(
  sdk: Sdk,
  {
    account,
    isPhone,
  }: { readonly account: AzureAccount /** µ-law instead of 16-bit samples. */; readonly isPhone: boolean },
  { clock, lookup }: { readonly clock: Clock; readonly lookup?: LookupFunction | undefined },
  onLost: (failure: ProviderFailure) => void,
): SpeakingSession {
  const { speech } = sdk;
  const lifetime = new AbortController();
  let adapter: SynthesisAdapterBase | undefined;
  let current: SentenceEvents | undefined;

  const close = () => {
    lifetime.abort();
    // Its promises of the lost connection reject and are caught there.
    adapter?.dispose().catch(() => undefined);
  };
  const lose = (failure: ProviderFailure) => {
    if (lifetime.signal.aborted) return;
    close();
    onLost(failure);
  };
  const isOn = () => !lifetime.signal.aborted && current !== undefined;

  class OwnSocketSynthesizer extends speech.SpeechSynthesizer {
    protected override createSynthesisAdapter(
      ...[authentication, factory, config]: Parameters<
        InstanceType<typeof speech.SpeechSynthesizer>['createSynthesisAdapter']
      >
    ) {
      const own = {
        create: async (...[of, auth, id = '']: Parameters<typeof factory.create>) => {
          lifetime.signal.throwIfAborted();
          const theirs = await factory.create(of, auth, id);
          if (!('uri' in theirs) || typeof theirs.uri !== 'string')
            throw new Error('The SDK does not say its address.');
          lifetime.signal.throwIfAborted();
          return createSdkConnection(
            sdk,
            { uri: theirs.uri, headers: headersOf(auth, id), id },
            { account, clock, lookup, signal: lifetime.signal, onMessage: () => current?.onSign(), onLost: lose },
          );
        },
      };
      adapter = super.createSynthesisAdapter(authentication, own, config);
      return adapter;
    }
  }

  const config = speechConfigOf(sdk, account);
  const { Raw8Khz8BitMonoMULaw, Raw16Khz16BitMonoPcm } = speech.SpeechSynthesisOutputFormat;
  config.speechSynthesisOutputFormat = isPhone ? Raw8Khz8BitMonoMULaw : Raw16Khz16BitMonoPcm;
  // Their times say nothing that those of the words do not.
  config.setProperty(speech.PropertyId.SpeechServiceResponse_RequestPunctuationBoundary, 'false');
  const synthesizer = new OwnSocketSynthesizer(config, null);
  synthesizer.synthesizing = (_synthesizer, { result }) => {
    if (isOn()) current?.onAudio(new Uint8Array(result.audioData));
  };
  synthesizer.wordBoundary = (_synthesizer, { text, audioOffset, duration, boundaryType }) => {
    if (!isOn() || boundaryType !== speech.SpeechSynthesisBoundaryType.Word) return;
    current?.onWord({ text, startMs: audioOffset / ticksPerMs, endMs: (audioOffset + duration) / ticksPerMs });
  };
  synthesizer.synthesisCompleted = () => {
    const ended = current;
    if (!isOn()) return;
    current = undefined;
    ended?.onEnd();
  };
  synthesizer.SynthesisCanceled = (_synthesizer, { result }) => {
    const { ErrorCode, errorDetails } = speech.CancellationDetails.fromResult(result);
    lose({ code: codeOfCancellation(sdk, ErrorCode), message: shortened(String(errorDetails)) });
  };
  adapter?.connect().catch(() => undefined);

  return {
    speak(ssml, events) {
      current = events;
      synthesizer.speakSsmlAsync(ssml, undefined, (error) =>
        lose({ code: 'provider_failed', message: shortened(String(error)) }),
      );
    },
    close,
  };
}
