import type {
  EmotionalTone,
  SynthesisRequest,
  SynthesisSink,
  Synthesizer,
  Voice,
} from '@parley/engine/ports/synthesizer.ts';
import { type Languages, speaksLanguage } from '../provider/languages.ts';
import { ProviderError, type ProviderFailure } from '../provider/provider-failure.ts';
import { type ProviderAnswer, requestProvider } from '../wire/provider-request.ts';
import { explainRefusal, toFailure } from './api-failure.ts';
import type { ApiServer } from './api-server.ts';
import { createSpeechDecoder } from './speech-decoder.ts';
import { isOwnVoice } from './voices.ts';

export interface SpeechSynthesizerOptions {
  /** As the registry has it. */
  readonly name: string;
  readonly server: ApiServer;
  /** As the server has it; the deployment's name with Azure. */
  readonly model: string;
  readonly languages: Languages;
  readonly voices: readonly Voice[];
  readonly defaultVoice: string;
  /** Voices that are not in the list, and may yet be there. */
  readonly takesVoice: (id: string) => boolean;
  readonly format: 'pcm' | 'wav';
  /** Of `pcm`. */
  readonly sampleRateHz: number;
  /** 0.25–4; undefined for the voice's own pace. */
  readonly speed: number | undefined;
  /** What the voice is told besides the text; undefined for nothing. */
  readonly instructions: (tone: EmotionalTone) => string | undefined;
  /** From the request to the first byte. */
  readonly timeoutMs: number;
  /** The longest silence in the middle of a sentence. */
  readonly stallTimeoutMs: number;
}

/** [spec] */
const maxCharacters = 4096;

/** Speech by one request for each sentence, played as it comes. Failure codes are those of providers. */
export function createSpeechSynthesizer(options: SpeechSynthesizerOptions): Synthesizer {
  const closing = new AbortController();
  return {
    name: options.name,
    voices: options.voices,
    synthesize(request, sink) {
      const refusal = refusalOf(options, request);
      // Never from inside the call: the caller may not have stored its sink yet.
      if (refusal !== undefined || closing.signal.aborted) {
        setImmediate(() => {
          const failure = refusal ?? { code: 'provider_failed', message: 'The synthesizer was closed.' };
          if (!request.signal.aborted) sink.failed(failure.code, `${options.server.title}: ${failure.message}`);
        });
        return;
      }
      void speak(options, request, sink, closing.signal);
    },
    async close() {
      closing.abort(new ProviderError({ code: 'provider_failed', message: 'The synthesizer was closed.' }));
    },
  };
}

function refusalOf(
  { languages, model, voices, defaultVoice, takesVoice }: SpeechSynthesizerOptions,
  { language, text, voice = defaultVoice }: SynthesisRequest,
): ProviderFailure | undefined {
  if (!speaksLanguage(languages, language)) {
    return { code: 'language_not_supported', message: `${model} does not speak ${language}.` };
  }
  if (!takesVoice(voice) && !voices.some(({ id }) => id === voice)) {
    const known = voices.map(({ id }) => id).join(', ');
    return { code: 'voice_unknown', message: `There is no voice "${voice}" of ${model}. Take one of ${known}.` };
  }
  if (text.length > maxCharacters) {
    return { code: 'text_too_long', message: `It takes ${maxCharacters} characters at once.` };
  }
  return undefined;
}

async function speak(
  options: SpeechSynthesizerOptions,
  { text, voice, tone, signal }: SynthesisRequest,
  sink: SynthesisSink,
  closing: AbortSignal,
): Promise<void> {
  // Nothing to say (an emoji, a dash) is silence; some servers refuse it.
  const hasWords = /[\p{L}\p{N}]/u.test(text);
  try {
    await Promise.resolve();
    if (signal.aborted) return;
    if (!hasWords) return sink.done();
    const answer = await ask(options, text, voice ?? options.defaultVoice, tone, AbortSignal.any([signal, closing]));
    const samples = await play(answer, options.sampleRateHz, signal, sink);
    if (signal.aborted) return;
    if (samples > 0) sink.done();
    else throw new ProviderError({ code: 'provider_protocol', message: 'Its answer has no sound in it.' });
  } catch (error) {
    if (signal.aborted) return;
    const { code, message, retryAfterMs } = toFailure(error);
    sink.failed(code, `${options.server.title}: ${message}`, retryAfterMs);
  }
}

function ask(
  { server, model, format, speed, instructions, timeoutMs, stallTimeoutMs }: SpeechSynthesizerOptions,
  input: string,
  voice: string,
  tone: EmotionalTone,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  const address = server.request('audio/speech', model);
  const told = instructions(tone);
  const body = JSON.stringify({
    model,
    input,
    voice: isOwnVoice(voice) ? { id: voice } : voice,
    response_format: format,
    ...(told !== undefined && { instructions: told }),
    ...(speed !== undefined && { speed }),
  });
  return requestProvider(
    {
      ...address,
      method: 'POST',
      headers: { ...address.headers, 'content-type': 'application/json' },
      body,
      explain: explainRefusal,
    },
    signal,
    {
      headTimeoutMs: timeoutMs,
      stallTimeoutMs,
      // The longest text, 4,096 letters, is five minutes: 15 MB at 24 kHz, twice that at 48.
      maxBodyBytes: 30_000_000,
    },
  );
}

/** @returns the number of samples that were given to the sink */
async function play(
  { headers, chunks }: ProviderAnswer,
  sampleRateHz: number,
  signal: AbortSignal,
  sink: SynthesisSink,
): Promise<number> {
  const decoder = createSpeechDecoder(sampleRateHz);
  const type = headers.get('content-type') ?? '';
  let count = 0;
  const give = (samples: Int16Array) => {
    if (samples.length === 0 || signal.aborted) return;
    count += samples.length;
    sink.audio(samples);
  };
  for await (const chunk of chunks) {
    // Played as samples these would be noise in the caller's ear.
    if (/mpeg|mp3|ogg|opus|aac|flac|json|text|html/i.test(type)) {
      throw new ProviderError({
        code: 'provider_protocol',
        message: `Its answer is ${type}, not the sound asked for.`,
      });
    }
    give(decoder.write(chunk));
    if (signal.aborted) return count;
  }
  give(decoder.end());
  return count;
}
