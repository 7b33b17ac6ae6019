import type { SynthesisRequest, SynthesisSink, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { EngineContext } from '../provider/provider.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import { createAccountVoices } from './account-voices.ts';
import { modelTraits } from './models.ts';
import type { ElevenLabsAccount, ElevenLabsOptions } from './options.ts';
import { speakOverRest } from './rest-voice.ts';
import type { Segment } from './segment.ts';
import { createSocketPool } from './socket-pool.ts';
import { socketUrl, speakOverSocket } from './socket-voice.ts';
import { orderOf } from './speech-order.ts';
import { createStitches, type Stitches } from './stitches.ts';

/** Asking for the account's voices is nothing that a caller waits for. */
const voicesTimeoutMs = 10_000;
/** People make voices rarely; a key that may not list them is told so no more often than this either. */
const voicesFreshMs = 600_000;
/** Nobody's agents speak more. */
const maxLanguages = 50;
/** Voices that speak at once in one process, each with its memory of what it said. */
const maxStitched = 100;

/**
 * ElevenLabs as a voice. Failure codes are those of providers.
 *
 * Its `voices` are the vendor's own at first; the first look at them asks for the account's, which are there a moment later.
 * `loadVoices` waits for them.
 */
export function createElevenLabsSynthesizer(
  account: ElevenLabsAccount,
  options: ElevenLabsOptions,
  context: EngineContext,
): Synthesizer & { loadVoices(signal: AbortSignal): Promise<Synthesizer['voices']> } {
  const { clock, onError } = context;
  const closing = new AbortController();
  const pool = createSocketPool(account.apiKey, context);
  const stitches = new Map<string, Stitches>();
  const voices = createAccountVoices(account, context);
  const running = new Set<Segment>();
  /** Where a language was spoken last: there the next sentence will be, most likely. */
  const lastUrls = new Map<string, string>();
  let lookAgainAtMs = Number.NEGATIVE_INFINITY;

  const overSocket = options.transport === 'websocket' && modelTraits(options.model).hasSocket;
  const stitchesOf = (voice: string): Stitches => {
    const known = stitches.get(voice) ?? createStitches(clock);
    stitches.delete(voice);
    stitches.set(voice, known);
    const oldest = stitches.keys().next();
    if (stitches.size > maxStitched && oldest.done !== true) stitches.delete(oldest.value);
    return known;
  };
  const lookForVoices = () => {
    if (clock.nowMs() < lookAgainAtMs || closing.signal.aborted) return;
    lookAgainAtMs = clock.nowMs() + voicesFreshMs;
    voices.load(AbortSignal.any([AbortSignal.timeout(voicesTimeoutMs), closing.signal])).catch((error: unknown) => {
      if (!closing.signal.aborted) onError(error, 'the voices of the ElevenLabs account');
    });
  };
  const loadVoices = (signal: AbortSignal) => voices.load(AbortSignal.any([signal, closing.signal]));

  const urlOf = (language: string): string | undefined => {
    const { signal } = closing;
    const request = {
      text: '',
      language,
      voice: undefined,
      tone: 'neutral',
      ssml: undefined,
      passage: undefined,
    } as const;
    const order = orderOf({ ...request, signal }, options);
    return 'code' in order ? undefined : socketUrl(account, options, order);
  };
  const start = (request: SynthesisRequest, sink: SynthesisSink) => {
    if (request.signal.aborted) return;
    if (closing.signal.aborted) return sink.failed(closed.code, closed.message);
    const order = orderOf(request, options);
    if ('code' in order) return sink.failed(order.code, order.message);
    if (order.text === '') return sink.done();
    if (overSocket && (lastUrls.has(request.language) || lastUrls.size < maxLanguages))
      lastUrls.set(request.language, socketUrl(account, options, order));
    const parts = { account, options, context, pool, stitches: stitchesOf(order.voice) };
    const speak = overSocket ? speakOverSocket : speakOverRest;
    for (const segment of running) if (segment.isOver) running.delete(segment);
    running.add(speak(order, request, sink, parts));
  };

  return {
    name: 'elevenlabs',
    get voices() {
      lookForVoices();
      return voices.known;
    },
    loadVoices,
    // Never from inside the call: whoever asks may not have stored its sink yet.
    synthesize: (request, sink) => void setImmediate(start, request, sink),
    warm(language) {
      // A voice of the account's own is known by the time that it is to speak.
      lookForVoices();
      if (!overSocket || closing.signal.aborted) return;
      const url = lastUrls.get(language) ?? urlOf(language);
      if (url !== undefined) pool.take(url, false);
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      for (const segment of running) segment.fail(closed);
      running.clear();
      pool.close();
    },
  };
}

const closed: ProviderFailure = { code: 'provider_failed', message: 'The synthesizer is closed.' };
