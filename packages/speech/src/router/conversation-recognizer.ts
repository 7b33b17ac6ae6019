import { createFallbackEar } from '@parley/engine/fallback/fallback-ear.ts';
import { createRotation, type Rotation } from '@parley/engine/fallback/rotation.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type {
  Recognizer,
  RecognizerEvent,
  RecognizerOptions,
  RecognizerStream,
  RecognizerVocabulary,
} from '@parley/engine/ports/recognizer.ts';
import { createMeteredRecognizer, deaf } from './metered-recognizer.ts';
import type { PlannedEngine } from './plan.ts';
import type { PooledRecognizer } from './pooled-engine.ts';
import { type Reachable, reachableEngines } from './reachable-engines.ts';
import { type ConversationSpeechParts, inWords, lineOf, namesOf, retryOf, type SpeechScope } from './speech-scope.ts';
import { costOf } from './usage.ts';

/**
 * What listens in one conversation. Costs nothing until a stream is opened; holds nothing of its own.
 * @param onVoice the caller begins to speak: somebody will have to answer
 */
export function createConversationRecognizer(
  parts: ConversationSpeechParts,
  scope: SpeechScope,
  onVoice: () => void = () => {},
): Recognizer {
  const { pool, clock, options, onError, ears, vocabularies } = parts;
  const { recognizers } = scope.plan;
  const reach = reachableEngines(recognizers, (planned) => pool.recognizer(planned, scope));
  const finalTimeoutMs = (engine: PooledRecognizer, isAlone: boolean) =>
    isAlone ? options.alone.finalTimeoutMs : engine.times.timeoutMs;
  let known: { readonly of: ReturnType<typeof reach>; readonly rotation: Rotation<Recognizer> } | undefined;

  const metered = ({ planned, engine }: Reachable<PlannedEngine, PooledRecognizer>, isAlone: boolean) =>
    createMeteredRecognizer({
      engine,
      name: planned.id,
      clock,
      finalTimeoutMs: () => finalTimeoutMs(engine(), isAlone),
      onUsed: (audioMs) =>
        scope.onUsage({
          kind: 'recognition',
          engine: planned.id,
          provider: planned.provider,
          requests: 1,
          audioMs,
          cost: costOf(scope.prices, planned.id, { audioMs }),
        }),
    });

  /** Behind: an engine that is late is left out until then. */
  const makeReady = ({ readiness }: PooledRecognizer, vocabularyId: string, signal: AbortSignal) => {
    readiness.refresh(vocabularyId);
    const vocabulary = vocabularies.get(vocabularyId);
    if (vocabulary === undefined || readiness.knows(vocabularyId)) return;
    // What goes wrong is told by the readiness itself.
    readiness.prepare(vocabulary, signal).catch(() => {});
  };

  const openEar = (open: RecognizerOptions, onEvent: (event: RecognizerEvent) => void): RecognizerStream => {
    const { language, vocabularyId } = open;
    const engines = reach();
    const isAlone = engines.length === 1;
    for (const { engine } of engines) makeReady(engine(), vocabularyId, open.signal);
    if (known?.of !== engines) {
      const rotation = createRotation(
        engines.map((one) => metered(one, isAlone)),
        clock,
        options.recognition.breaker,
        engines.map(({ engine }) => engine().breaker),
      );
      known = { of: engines, rotation };
    }
    const { rotation } = known;
    const ear = createFallbackEar(
      {
        rotation,
        options: options.recognition,
        clock,
        onError: (error) => onError(error, 'a recogniser'),
        isUsable(index) {
          const engine = engines[index]?.engine();
          return engine?.readiness.isReady(0, vocabularyId) === true && !engine.refusedLanguages.has(language);
        },
        onRefused(index, code) {
          const engine = engines[index]?.engine();
          if (code === 'vocabulary_not_prepared') engine?.readiness.forget(0, vocabularyId);
          else if (code === 'language_not_supported') remember(engine?.refusedLanguages, language);
        },
        onOver: () => ears.delete(ear),
        finalTimeoutMs(index) {
          const engine = engines[index]?.engine();
          return engine === undefined ? options.recognition.finalTimeoutMs : finalTimeoutMs(engine, isAlone);
        },
        retry: retryOf(parts),
      },
      { ...open, ...lineOf(open, scope) },
      onEvent,
    );
    if (open.signal.aborted) return ear;
    ears.add(ear);
    onVoice();
    return {
      expect: ear.expect,
      utteranceStarted(preRoll) {
        onVoice();
        ear.utteranceStarted(preRoll);
      },
      write: ear.write,
      utteranceEnded: ear.utteranceEnded,
    };
  };

  return {
    name: namesOf(recognizers),
    async prepare(vocabulary, signal) {
      vocabularies.add(vocabulary);
      const engines = reach();
      if (engines.some(({ engine }) => engine().readiness.isReady(0, vocabulary.id))) {
        // Nobody waits for the others, call after call, when one of them cannot be made ready.
        for (const { engine } of engines) makeReady(engine(), vocabulary.id, signal);
        return;
      }
      await prepareAll(engines, vocabulary, signal, clock, options.recognition.prepareGraceMs);
    },
    open(open, onEvent) {
      try {
        return openEar(open, onEvent);
      } catch (error) {
        const { code, message } = inWords(error, 'recognizer_threw');
        queueMicrotask(() => {
          if (!open.signal.aborted) onEvent({ type: 'failed', code, message });
        });
        return deaf;
      }
    },
    // The engines are the pool's; streams end by their signals.
    close: async () => {},
  };
}

function remember(languages: Set<string> | undefined, language: string): void {
  if (languages !== undefined && languages.size < maxRefusedLanguages) languages.add(language);
}

/** What is beyond is found out anew for each stream. */
const maxRefusedLanguages = 64;

/** Resolves when one knows the words and the others had their grace; rejects with the first reason when none does. */
async function prepareAll(
  engines: readonly Pick<Reachable<PlannedEngine, PooledRecognizer>, 'engine'>[],
  vocabulary: RecognizerVocabulary,
  signal: AbortSignal,
  clock: Clock,
  graceMs: number,
): Promise<void> {
  const preparing = engines.map(async ({ engine }) => engine().readiness.prepare(vocabulary, signal));
  try {
    await Promise.any(preparing);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
  const grace = Promise.withResolvers<void>();
  const cancel = clock.wakeAt(clock.nowMs() + graceMs, grace.resolve);
  try {
    await Promise.race([Promise.allSettled(preparing), grace.promise]);
  } finally {
    cancel();
  }
}
