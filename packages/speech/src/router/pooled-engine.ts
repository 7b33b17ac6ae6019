import { type Breaker, type BreakerOptions, createBreaker } from '@parley/engine/fallback/breaker.ts';
import type { FallbackError } from '@parley/engine/fallback/fallback-error.ts';
import { createPaces, type Paces } from '@parley/engine/fallback/paces.ts';
import { createReadiness, type Readiness } from '@parley/engine/fallback/readiness.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { ProviderError } from '../provider/provider-failure.ts';
import type { SpeechKind } from './engine-directory.ts';
import type { Limiter } from './limiter.ts';
import { createMeasuredTimes, type MeasuredTimes } from './measured-times.ts';
import type { SpeechRouterOptions } from './router-options.ts';

/** One engine with one account and one set of options, shared by all conversations that use it. */
export interface PooledEngine<Part> {
  readonly kind: SpeechKind;
  readonly id: string;
  /** Tells it from those of the same name with another account; nothing of the account can be read from it. */
  readonly key: string;
  readonly provider: string;
  /** The server's own: is not closed for being idle. */
  readonly isKept: boolean;
  readonly breaker: Breaker;
  /** To its final, or to its first sound. */
  readonly times: MeasuredTimes;
  readonly limiter: Limiter;
  /** Streams or sentences under way. */
  readonly inUse: number;
  readonly idleSinceMs: number;
  /** Whether there is one at the moment. */
  readonly isOpen: boolean;
  /** Made on first use. @throws SpeechError what is wrong with account or options */
  part(): Part;
  /** It is not idle until the returned function is called; idempotent. */
  use(): () => void;
  /** What the engine said about itself in failing. */
  noteFailure(code: string, message: string, retryAfterMs: number | undefined): void;
  /** Gives up the part; the next use makes another. */
  drop(): Part | undefined;
}

export interface PooledRecognizer extends PooledEngine<Recognizer> {
  /** For one engine: its index is 0. */
  readonly readiness: Readiness;
  readonly refusedLanguages: Set<string>;
}

export interface PooledVoice extends PooledEngine<Synthesizer> {
  readonly paces: Paces;
  /** Opens what the next sentence would wait for, once in a while. */
  warm(language: string): void;
}

export interface PooledEngineParts<Part> {
  readonly kind: SpeechKind;
  readonly id: string;
  readonly key: string;
  readonly provider: string;
  readonly isKept: boolean;
  readonly limiter: Limiter;
  readonly make: () => Part;
  /** A part was made: it is owned by the pool from now on. */
  readonly onMade: () => void;
  readonly clock: Clock;
  readonly options: SpeechRouterOptions;
  readonly onError: (error: unknown, context: string) => void;
}

export function createPooledRecognizer(parts: PooledEngineParts<Recognizer>): PooledRecognizer {
  const { clock, options, onError, id } = parts;
  const engine = createPooledEngine(parts, options.final, options.recognition.breaker);
  const refusedLanguages = new Set<string>();
  const lazily: Recognizer = {
    name: id,
    prepare: (vocabulary, signal) => engine.part().prepare(vocabulary, signal),
    open: (open, onEvent) => engine.part().open(open, onEvent),
    close: async () => {},
  };
  const onNotReady = (error: FallbackError) => onError(error, 'a recogniser');
  let readiness: Readiness | undefined;
  return extend(engine, {
    get readiness() {
      readiness ??= createReadiness([lazily], clock, options.recognition, onNotReady);
      return readiness;
    },
    refusedLanguages,
    drop() {
      // Another one knows none of the words.
      readiness?.close();
      readiness = undefined;
      return engine.drop();
    },
  });
}

export function createPooledVoice(parts: PooledEngineParts<Synthesizer>): PooledVoice {
  const { clock, options, onError, id } = parts;
  const engine = createPooledEngine(parts, options.firstAudio, options.synthesis.breaker);
  let warmAgainAtMs = Number.NEGATIVE_INFINITY;
  return extend(engine, {
    paces: createPaces(),
    warm(language: string) {
      if (clock.nowMs() < warmAgainAtMs || engine.inUse > 0 || engine.breaker.state !== 'closed') return;
      warmAgainAtMs = clock.nowMs() + warmForMs;
      try {
        engine.part().warm?.(language);
      } catch (error) {
        onError(error, `warming ${id}`);
      }
    },
  });
}

/** Connections that nobody uses are kept open for about as long. */
const warmForMs = 4000;

function createPooledEngine<Part>(
  parts: PooledEngineParts<Part>,
  times: SpeechRouterOptions['final'],
  breakerOptions: BreakerOptions,
): PooledEngine<Part> {
  const { kind, id, key, provider, isKept, limiter, clock, options, onError } = parts;
  const breaker = createBreaker(clock, breakerOptions);
  let made: Part | undefined;
  let inUse = 0;
  let idleSinceMs = clock.nowMs();
  return {
    kind,
    id,
    key,
    provider,
    isKept,
    breaker,
    limiter,
    times: createMeasuredTimes(times),
    get inUse() {
      return inUse;
    },
    get idleSinceMs() {
      return idleSinceMs;
    },
    get isOpen() {
      return made !== undefined;
    },
    part() {
      if (made === undefined) {
        made = parts.make();
        idleSinceMs = clock.nowMs();
        parts.onMade();
      }
      return made;
    },
    use() {
      inUse += 1;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        inUse -= 1;
        idleSinceMs = clock.nowMs();
      };
    },
    noteFailure(code, message, retryAfterMs) {
      if (code === 'provider_rate_limited') return breaker.leaveAlone(retryAfterMs ?? options.rateLimitedMs);
      if (code !== 'provider_unauthorized') return;
      if (breaker.state !== 'open') onError(new ProviderError({ code, message }), `the account of ${provider}`);
      breaker.leaveAlone(options.unauthorizedMs);
    },
    drop() {
      const dropped = made;
      made = undefined;
      return dropped;
    },
  };
}

/** An object spread would copy what getters say now. */
function extend<Base extends object, More extends object>(base: Base, more: More): Base & More {
  return Object.create(base, Object.getOwnPropertyDescriptors(more));
}
