import { breakerDefaults } from '@parley/engine/fallback/breaker.ts';
import {
  type FallbackRecognizerOptions,
  fallbackRecognizerDefaults,
} from '@parley/engine/fallback/fallback-recognizer.ts';
import {
  type FallbackSynthesizerOptions,
  fallbackSynthesizerDefaults,
} from '@parley/engine/fallback/fallback-synthesizer.ts';
import { type LimiterOptions, limiterDefaults } from './limiter.ts';
import type { MeasuredTimesOptions } from './measured-times.ts';

export interface SpeechRouterOptions {
  readonly recognition: FallbackRecognizerOptions;
  readonly synthesis: FallbackSynthesizerOptions;
  /** From the end of an utterance to its final, where another engine can take over. */
  readonly final: MeasuredTimesOptions;
  /** To a voice's first sound, where another one can take over. */
  readonly firstAudio: MeasuredTimesOptions;
  /** The same for an engine that nobody stands in for: only the turn's own end is worse than waiting. */
  readonly alone: { readonly finalTimeoutMs: number; readonly firstAudioTimeoutMs: number };
  /** Once more through all engines when all have failed and nothing was heard yet, after a pause between these. */
  readonly retry: { readonly rounds: number; readonly minDelayMs: number; readonly maxDelayMs: number };
  /** How long an engine that says no more is left alone when it does not say for how long. */
  readonly rateLimitedMs: number;
  /** How long one that refuses the key is left alone. */
  readonly unauthorizedMs: number;
  /** Engines of organizations that nobody uses are closed after so long; the server's own stay. */
  readonly idleMs: number;
  /** Different engines (account, name, options) at once. */
  readonly maxEngines: number;
  /** Per account; streams of recognisers and sentences of voices each by themselves. */
  readonly limiter: LimiterOptions;
  /** The longest that a kept sentence is looked for before the voice is asked. */
  readonly cacheTimeoutMs: number;
  /** Sentences longer than this are not said twice. */
  readonly maxCachedCharacters: number;
  /** The longest that one sentence takes to be made at warm-up. */
  readonly warmUpTimeoutMs: number;
}

/** One time-out is enough: there is somebody else, and each further one costs a caller a second. */
const breaker = { ...breakerDefaults, hangsToOpen: 1 };

export const speechRouterDefaults: SpeechRouterOptions = {
  recognition: { ...fallbackRecognizerDefaults, breaker },
  synthesis: { ...fallbackSynthesizerDefaults, breaker },
  // Finals come after 100–700 ms, of engines that hear the whole utterance at its end after 500–1500 ms. Three times a fast one's
  // 95th percentile is little; a busy machine alone takes 500 ms at times. The turn goes on without words after 3 s: within the
  // ceiling the next one has a second left.
  final: { defaultMs: 1200, floorMs: 500, ceilingMs: 2000 },
  // First sounds come after 100–700 ms. Callers are to wait less than a second more when a voice hangs.
  firstAudio: { defaultMs: 950, floorMs: 500, ceilingMs: 1500 },
  // The turn machine goes on without words after 3 s and gives a sentence up after 5 s.
  alone: { finalTimeoutMs: 2800, firstAudioTimeoutMs: 4000 },
  // A connection that broke or a worker that restarts is back in a moment; apart, so that not all callers come back at once.
  retry: { rounds: 1, minDelayMs: 100, maxDelayMs: 300 },
  // Limits count by the second or the minute.
  rateLimitedMs: 5000,
  // Somebody must mend it; asked every five minutes it is noticed soon enough that they did.
  unauthorizedMs: 300_000,
  // A call's pauses are shorter. Then a thread, a connection, a grammar of a tenant who does not call are given back.
  idleMs: 300_000,
  // A tenth of the tenants of a large server at once, each with an ear and two voices.
  maxEngines: 512,
  limiter: limiterDefaults,
  // A cache on the same network answers within 2 ms; one that does not is no better than the voice.
  cacheTimeoutMs: 40,
  // Two sentences. What is longer is an answer to one caller.
  maxCachedCharacters: 400,
  // Nobody waits.
  warmUpTimeoutMs: 30_000,
};
