import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { z } from 'zod';
import { primaryLanguage } from '../provider/languages.ts';
import type { EngineContext } from '../provider/provider.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import { yesOrNo } from '../provider/yes-or-no.ts';
import { createPcmStream } from '../wire/pcm-stream.ts';
import { type AuraFormat, auraFormat } from './aura-format.ts';
import { createAuraLines } from './aura-lines.ts';
import { speakByRest } from './aura-rest.ts';
import { type AuraOutlet, createAuraOutlet } from './aura-sentence.ts';
import { auraVoice, auraVoiceId, auraVoices } from './aura-voices.ts';
import type { DeepgramAccount } from './deepgram-account.ts';

export const auraOptions = z.strictObject({
  voice: z
    .string()
    .regex(auraVoiceId)
    .exactOptional()
    .meta({ description: 'The voice where none is asked for, for its language: `aura-2-thalia-en`.' }),
  speed: z.coerce.number().min(0.7).max(1.5).exactOptional().meta({ description: 'How fast it speaks; 1 is usual.' }),
  transport: z
    .enum(['websocket', 'rest'])
    // A connection that stands already saves the handshake of each sentence.
    .default('websocket')
    .meta({ description: 'One connection for many sentences, or a request for each.' }),
  mipOptOut: yesOrNo.default(false).meta({ description: 'Keeps texts out of the vendor’s model improvement.' }),
  firstAudioTimeoutMs: z.coerce
    .number()
    .int()
    .min(100)
    .max(30_000)
    // The first sound takes 200–500 ms, with a new connection 300 ms more.
    .default(2500)
    .meta({ description: 'The longest to the first sound of a sentence.' }),
  stallTimeoutMs: z.coerce
    .number()
    .int()
    .min(100)
    .max(30_000)
    // Sound comes several times faster than it is heard.
    .default(2000)
    .meta({ description: 'The longest pause in the middle of a sentence’s sound.' }),
});

export type AuraOptions = z.infer<typeof auraOptions>;

/** The vendor refuses longer texts. */
const maxCharacters = 2000;
/** Languages are few; a caller's tag is not to fill the memory. */
const maxFormats = 64;

/**
 * Deepgram's voices. One connection speaks one sentence after the other; when it fails before the first sound, the sentence is asked
 * for by a request of its own. When the caller interrupts, the connection is closed rather than cleared: what the vendor still sends
 * could not be told from the next sentence.
 */
export function createAuraSynthesizer(
  account: DeepgramAccount,
  options: AuraOptions,
  context: EngineContext,
): Synthesizer {
  const { clock, onError } = context;
  const lines = createAuraLines(account, context);
  const speaking = new Set<AuraOutlet>();
  /** What was last spoken in a language, for `warm`. */
  const formats = new Map<string, AuraFormat>();
  let closed = false;

  const speakByLine = (format: AuraFormat, text: string, outlet: AuraOutlet, scope: AbortController) => {
    const line = lines.take(format);
    const pcm = createPcmStream(format.sound);
    let isMine = true;
    let cancelTimer = () => {};
    const release = () => {
      cancelTimer();
      if (isMine) line.destroy();
      isMine = false;
    };
    const wait = (timeoutMs: number) => {
      cancelTimer();
      cancelTimer = clock.wakeAt(clock.nowMs() + timeoutMs, () =>
        outlet.failed({ code: 'provider_timed_out', message: `No sound came for ${timeoutMs} ms.` }),
      );
    };
    const askByRest = (why: string) => {
      release();
      onError(new Error(why), 'Deepgram: a sentence is asked for by a request instead');
      void speakByRest(account, format, text, options, context, scope.signal, outlet);
    };
    scope.signal.addEventListener('abort', release, { once: true });
    wait(options.firstAudioTimeoutMs);
    line.speak(text, {
      onAudio(bytes) {
        wait(options.stallTimeoutMs);
        outlet.audio(pcm.write(bytes));
      },
      onFlushed() {
        cancelTimer();
        isMine = false;
        lines.put(line);
        outlet.audio(pcm.end());
        outlet.done();
      },
      onGone(failure, wasOpen) {
        // Who refuses a connection refuses a request too; one that stood and broke may have been an old one.
        if (wasOpen && !outlet.hasBegun && failure.code === 'provider_failed') askByRest(failure.message);
        else outlet.failed(failure);
      },
      onLimited() {
        if (!outlet.hasBegun) askByRest('The connection was flushed too often.');
      },
    });
  };

  return {
    name: 'deepgram',
    voices: auraVoices,
    synthesize(request, sink) {
      const { text, language, voice, line = 'wide', signal } = request;
      if (signal.aborted) return;
      const scope = new AbortController();
      const outlet = createAuraOutlet(sink, signal, () => {
        speaking.delete(outlet);
        scope.abort();
      });
      speaking.add(outlet);
      const model = auraVoice(voice, options.voice, language);
      const failure = closed ? closedFailure : refusalOf(text, language, model);
      if (model === undefined || failure !== undefined) {
        queueMicrotask(() => outlet.failed(failure ?? closedFailure));
      } else if (text.trim() === '') {
        queueMicrotask(() => outlet.done());
      } else {
        const format = auraFormat(model, line, options);
        if (formats.size < maxFormats || formats.has(primaryLanguage(language))) {
          formats.set(primaryLanguage(language), format);
        }
        if (options.transport === 'rest')
          void speakByRest(account, format, text, options, context, scope.signal, outlet);
        else speakByLine(format, text, outlet, scope);
      }
    },
    warm(language) {
      if (closed || options.transport === 'rest') return;
      const model = auraVoice(undefined, options.voice, language);
      const format = formats.get(primaryLanguage(language));
      if (format !== undefined) lines.warm(format);
      else if (model !== undefined) lines.warm(auraFormat(model, 'wide', options));
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const outlet of [...speaking]) outlet.failed(closedFailure);
      lines.close();
    },
  };
}

const closedFailure: ProviderFailure = { code: 'provider_failed', message: 'The synthesizer is closed.' };

function refusalOf(text: string, language: string, model: string | undefined): ProviderFailure | undefined {
  if (model === undefined) return { code: 'language_not_supported', message: `There is no voice of ${language}.` };
  if (!auraVoiceId.test(model)) return { code: 'voice_unknown', message: `"${model}" is none of Deepgram’s voices.` };
  if (text.length <= maxCharacters) return undefined;
  return { code: 'text_too_long', message: `${text.length} characters; ${maxCharacters} at the most.` };
}
