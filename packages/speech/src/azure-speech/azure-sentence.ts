import type { Clock } from '@parley/engine/ports/clock.ts';
import type { SynthesisRequest, SynthesisSink } from '@parley/engine/ports/synthesizer.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import { createPcmStream } from '../wire/pcm-stream.ts';
import { azureSsml } from './azure-ssml.ts';
import { defaultVoice, spokenLocale } from './azure-voices.ts';
import type { Sdk } from './sdk.ts';
import type { PooledSession, SpeakingPool } from './speaking-pool.ts';

/** The service takes 65,536 bytes in a message, of which the headers are some 200. */
const maxSsmlBytes = 65_000;

/**
 * Speaks one sentence.
 * @param onFree called once, when nothing of it is left
 */
export function speakSentence(
  { text, language, voice: wanted, tone, ssml: fragment, line = 'wide', signal }: SynthesisRequest,
  sink: SynthesisSink,
  {
    pool,
    sdk,
    clock,
    options: { firstSoundTimeoutMs, stallTimeoutMs },
    closing,
  }: {
    readonly pool: SpeakingPool;
    readonly sdk: Sdk;
    readonly clock: Clock;
    readonly options: { readonly firstSoundTimeoutMs: number; readonly stallTimeoutMs: number };
    readonly closing: AbortSignal;
  },
  onFree: () => void,
): void {
  const isPhone = line !== 'wide';
  const pcm = createPcmStream(isPhone ? { encoding: 'mulaw' } : { encoding: 'pcm16', sampleRateHz: 16_000 });
  let session: PooledSession | undefined;
  let hasBegun = false;
  let cancelTimeout = () => {};

  const free = () => {
    cancelTimeout();
    signal.removeEventListener('abort', onAbort);
    closing.removeEventListener('abort', onClosing);
    session = undefined;
    onFree();
  };
  const fail = ({ code, message, retryAfterMs }: ProviderFailure) => {
    free();
    sink.failed(code, message, retryAfterMs);
  };
  const onAbort = () => {
    session?.breakOff();
    free();
  };
  const onClosing = () => {
    session?.drop();
    fail({ code: 'provider_failed', message: 'The synthesizer is closed.' });
  };
  const wait = (timeoutMs: number) => {
    cancelTimeout();
    cancelTimeout = clock.wakeAt(clock.nowMs() + timeoutMs, () => {
      session?.drop();
      fail({ code: 'provider_timed_out', message: `Silent for ${timeoutMs} ms.` });
    });
  };

  const voice = wanted ?? defaultVoice(language);
  if (voice === undefined) {
    onFree();
    sink.failed('language_not_supported', `There is no voice for ${language}.`);
    return;
  }
  const ssml = azureSsml({ text, fragment, locale: spokenLocale(language), voice, tone });
  if (Buffer.byteLength(ssml) > maxSsmlBytes) {
    onFree();
    sink.failed('text_too_long', `The text is longer than ${maxSsmlBytes} bytes with its markup.`);
    return;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  closing.addEventListener('abort', onClosing, { once: true });

  const begin = () => {
    const taken = pool.take(sdk, isPhone, (failure) => {
      // It had died before the sentence reached it.
      if (taken.isReused && !hasBegun) begin();
      else fail(failure);
    });
    session = taken;
    wait(firstSoundTimeoutMs);
    taken.speak(ssml, {
      onSign() {
        hasBegun = true;
        wait(stallTimeoutMs);
      },
      onAudio(bytes) {
        const samples = pcm.write(bytes);
        if (samples.length > 0) sink.audio(samples);
      },
      onWord: (word) => sink.words([word]),
      onEnd() {
        const rest = pcm.end();
        if (rest.length > 0) sink.audio(rest);
        // Whoever listens may abort at any moment.
        if (signal.aborted) return;
        taken.giveBack();
        free();
        sink.done();
      },
    });
  };
  begin();
}
