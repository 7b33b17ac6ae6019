import { createFallbackSynthesizer } from '@parley/engine/fallback/fallback-synthesizer.ts';
import type { SynthesisRequest, SynthesisSink, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { SpeechError } from '../speech-error.ts';
import { sayKept } from './kept-sentences.ts';
import type { Urgency } from './limiter.ts';
import { chosenVoice, createMeteredVoice, voicesOf } from './metered-voice.ts';
import type { PlannedVoice } from './plan.ts';
import type { PooledVoice } from './pooled-engine.ts';
import { type Reachable, reachableEngines } from './reachable-engines.ts';
import { type ConversationSpeechParts, inWords, lineOf, namesOf, retryOf, type SpeechScope } from './speech-scope.ts';
import { costOf } from './usage.ts';

/** What speaks in one conversation. Costs nothing until a sentence is spoken; holds nothing of its own. */
export function createConversationVoice(
  parts: ConversationSpeechParts,
  scope: SpeechScope,
  urgency: Urgency = 'call',
): Synthesizer {
  const { pool, kept, clock, options, onError } = parts;
  const { voices, cache, hedge } = scope.plan;
  const keeps = cache ? kept : undefined;
  const reach = reachableEngines(voices, (planned) => pool.voice(planned, scope));
  const isWarmUp = urgency === 'warmUp';
  let chain: { readonly of: ReturnType<typeof reach>; readonly synthesizer: Synthesizer } | undefined;

  const metered = ({ planned, engine }: Reachable<PlannedVoice, PooledVoice>) =>
    createMeteredVoice({
      engine,
      name: planned.id,
      voice: planned.voice,
      urgency,
      clock,
      onUsed: (characters) =>
        scope.onUsage({
          kind: 'synthesis',
          engine: planned.id,
          provider: planned.provider,
          requests: 1,
          characters,
          cost: costOf(scope.prices, planned.id, { characters }),
        }),
      record: (request) =>
        keeps?.takes(request, scope) ? keeps.record(keeps.keyOf(request, engine().key), isWarmUp) : undefined,
    });

  const createChain = (engines: ReturnType<typeof reach>) => {
    // Those that stand in are made now: not when a caller waits for them.
    for (const { engine } of engines) voicesOf(engine);
    const firstAudioTimeoutMs = (index: number) => {
      if (isWarmUp) return options.warmUpTimeoutMs;
      const isAlone = engines.length === 1;
      return (isAlone ? undefined : engines[index]?.engine().times.timeoutMs) ?? options.alone.firstAudioTimeoutMs;
    };
    return createFallbackSynthesizer(
      engines.map(metered),
      // Which voice of an engine speaks is decided where the engine is asked.
      { ...options.synthesis, voiceFor: (_part, voice) => voice },
      clock,
      (error) => onError(error, 'a voice'),
      {
        breakers: engines.map(({ engine }) => engine().breaker),
        paces: engines.map(({ engine }) => engine().paces),
        patienceOf: (index) => ({
          ...options.synthesis,
          firstAudioTimeoutMs: firstAudioTimeoutMs(index),
        }),
        hedgeAfterMs: (index) => (hedge && !isWarmUp ? engines[index]?.engine().times.p95Ms : undefined),
        retry: retryOf(parts),
      },
    );
  };
  const speak = (request: SynthesisRequest, sink: SynthesisSink) => {
    const engines = reach();
    if (chain?.of !== engines) chain = { of: engines, synthesizer: createChain(engines) };
    chain.synthesizer.synthesize(request, sink);
  };

  const synthesize = (given: SynthesisRequest, sink: SynthesisSink) => {
    const request = { ...given, ...lineOf(given, scope) };
    const { signal, text } = request;
    if (signal.aborted) return;
    // As it would be spoken now; when all are to be left alone, what is kept of the first is heard all the same.
    const engines = reach();
    const next = engines.find(({ engine }) => engine().breaker.state === 'closed') ?? engines[0];
    if (next === undefined || !keeps?.takes(request, scope)) return speak(request, sink);
    const { planned } = next;
    const engine = next.engine();
    const voice = chosenVoice(
      voicesOf(() => engine),
      request.voice,
      planned.voice,
    );
    const key = keeps.keyOf({ ...request, voice }, engine.key);
    keeps.find(
      key,
      signal,
      (speech) => {
        sayKept(speech, signal, sink);
        const { id, provider } = planned;
        scope.onUsage({ kind: 'cachedSynthesis', engine: id, provider, requests: 1, characters: text.length });
      },
      () => speak(request, sink),
    );
  };

  return {
    name: namesOf(voices),
    get voices() {
      return voices.flatMap((planned) => voicesOf(() => pool.voice(planned, scope)));
    },
    synthesize(given, sink) {
      try {
        synthesize(given, sink);
      } catch (error) {
        const { code, message } = inWords(error, 'synthesizer_threw');
        queueMicrotask(() => {
          if (!given.signal.aborted) sink.failed(code, message);
        });
      }
    },
    warm(language) {
      try {
        const next = reach().find(({ engine }) => engine().breaker.state === 'closed');
        next?.engine().warm(language);
      } catch (error) {
        // Told by the sentence that it cannot speak; until then somebody listens.
        if (!(error instanceof SpeechError)) throw error;
      }
    },
    // The engines are the pool's; sentences end by their signals.
    close: async () => {},
  };
}
