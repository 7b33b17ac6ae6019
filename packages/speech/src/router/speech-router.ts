import type { FallbackEar } from '@parley/engine/fallback/fallback-ear.ts';
import type { Recognizer, RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { EngineContext } from '../provider/provider.ts';
import type { Accounts } from '../registry.ts';
import { parseEngineChoice } from '../registry.ts';
import { createConversationRecognizer } from './conversation-recognizer.ts';
import { createConversationVoice } from './conversation-voice.ts';
import { type EngineDirectory, type EngineMakers, type SpeechKind, writeEngineChoice } from './engine-directory.ts';
import { type AccountUse, createEnginePool } from './engine-pool.ts';
import { createKeptSentences, type KeptScope } from './kept-sentences.ts';
import { planSpeech, type SpeechLayers, type SpeechPlan } from './plan.ts';
import { registryEngines } from './registry-engines.ts';
import { type SpeechRouterOptions, speechRouterDefaults } from './router-options.ts';
import type { SpeechCache } from './speech-cache.ts';
import type { ConversationSpeechParts, SpeechScope, Vocabularies } from './speech-scope.ts';
import { type WarmUp, warmUp } from './warm-up.ts';

export interface SpeechRouterParts extends EngineContext {
  /** The server's own engines as people write them, and its accounts: these engines stay open. */
  readonly server: SpeechLayers['server'] & { readonly accounts: Accounts };
  /** Left out: no sentence is kept. Closed with the router. */
  readonly cache?: SpeechCache | undefined;
  /** Whether a text holds what is personal: such a sentence is never kept. */
  readonly isPersonal: (text: string, scope: KeptScope) => boolean;
  readonly options?: SpeechRouterOptions;
  /** Left out: those of the registry. */
  readonly engines?: EngineDirectory & EngineMakers;
  /** 0–1, for pauses that are not the same for all; left out: `Math.random`. */
  readonly random?: () => number;
}

/** The one way to engines that listen and speak: plans who does it, lets them stand in for one another, shares, measures, counts. */
export interface SpeechRouter {
  /** Who listens and speaks, from what agent, organization and server say. @throws SpeechError as `planSpeech` */
  plan(layers: Pick<SpeechLayers, 'organization' | 'agent'>, language: string, accounts: Accounts): SpeechPlan;
  /**
   * Ear and voice of one conversation, light: engines are made on first use, and shared. Streams and sentences end by their signals;
   * there is nothing else to close.
   */
  forConversation(scope: SpeechScope): { readonly recognizer: Recognizer; readonly synthesizer: Synthesizer };
  /**
   * Lets the recognisers of these plans learn an agent's words before its first call. Resolves when each plan has one that knows them
   * and the others had their grace. @throws FallbackError `parts_exhausted`, SpeechError, or the signal's reason
   */
  prepare(
    vocabulary: RecognizerVocabulary,
    plans: readonly { readonly plan: SpeechPlan; readonly use: AccountUse }[],
    signal: AbortSignal,
  ): Promise<void>;
  /** Makes sentences that are fixed before they are said, behind all calls. Never rejects but for the signal's reason. */
  warm(
    sentences: WarmUp,
    scope: SpeechScope,
    signal: AbortSignal,
  ): Promise<{ readonly made: number; readonly failed: number }>;
  snapshot(): readonly EngineSnapshot[];
  /** Fails what is open and closes all engines. Never rejects. */
  close(): Promise<void>;
}

/** An engine as it is now, for metrics and readiness. */
export interface EngineSnapshot {
  readonly kind: SpeechKind;
  readonly engine: string;
  readonly provider: string;
  /** Of the server's own engines and accounts. */
  readonly isServers: boolean;
  readonly breaker: 'closed' | 'open' | 'halfOpen';
  /** Until it is tried again; 0 when it may be. */
  readonly leftAloneMs: number;
  /** Streams, or sentences. */
  readonly open: number;
  /** Waiting for a place in the account's limit. */
  readonly waiting: number;
  /** To the final, or to the first sound; undefined while too little is known. */
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly timeoutMs: number;
  readonly samples: number;
}

export function createSpeechRouter(parts: SpeechRouterParts): SpeechRouter {
  const { clock, onError, server, cache, isPersonal } = parts;
  const options = parts.options ?? speechRouterDefaults;
  const engines = parts.engines ?? registryEngines;
  const ids = new Set([...server.recognizers, ...server.voices].map((id) => writeEngineChoice(parseEngineChoice(id))));
  const pool = createEnginePool({
    engines,
    context: { clock, onError },
    options,
    server: { ids, accounts: server.accounts },
  });
  const ears = new Set<FallbackEar>();
  const { cacheTimeoutMs: timeoutMs, maxCachedCharacters: maxCharacters } = options;
  const shared: ConversationSpeechParts = {
    pool,
    kept: cache && createKeptSentences({ cache, clock, timeoutMs, maxCharacters, isPersonal, onError }),
    clock,
    options,
    random: parts.random ?? Math.random,
    onError,
    ears,
    vocabularies: createVocabularies(),
  };
  let closing: Promise<void> | undefined;

  return {
    plan: (layers, language, accounts) => planSpeech({ ...layers, server }, language, accounts, engines),
    forConversation(scope) {
      const synthesizer = createConversationVoice(shared, scope);
      const warm = () => synthesizer.warm?.(scope.plan.language);
      return { recognizer: createConversationRecognizer(shared, scope, warm), synthesizer };
    },
    async prepare(vocabulary, plans, signal) {
      await Promise.all(
        plans.map(({ plan, use }) =>
          createConversationRecognizer(shared, { ...nobody, ...use, plan }).prepare(vocabulary, signal),
        ),
      );
    },
    warm: (sentences, scope, signal) =>
      warmUp(createConversationVoice(shared, scope, 'warmUp'), sentences, scope.plan.language, signal),
    snapshot: () =>
      pool.all.map(({ kind, id, provider, isKept, breaker, inUse, limiter, times }) => ({
        kind,
        engine: id,
        provider,
        isServers: isKept,
        breaker: breaker.state,
        leftAloneMs: Math.max(0, breaker.retryAtMs - clock.nowMs()),
        open: inUse,
        waiting: limiter.waiting,
        p50Ms: times.p50Ms,
        p95Ms: times.p95Ms,
        timeoutMs: times.timeoutMs,
        samples: times.count,
      })),
    close() {
      closing ??= (async () => {
        // Before the engines say that they are closed.
        for (const ear of [...ears]) ear.fail('recognizer_closed', 'The recogniser was closed.');
        await pool.close();
        try {
          await cache?.close();
        } catch (error) {
          onError(error, 'closing the cache of sentences');
        }
      })();
      return closing;
    },
  };
}

function createVocabularies(): Vocabularies {
  const known = new Map<string, RecognizerVocabulary>();
  return {
    get: (id) => known.get(id),
    add(vocabulary) {
      known.delete(vocabulary.id);
      known.set(vocabulary.id, vocabulary);
      for (const oldest of known.keys()) {
        if (known.size <= maxVocabularies) break;
        known.delete(oldest);
      }
    },
  };
}

/** Agents that are called in one process within a few minutes. */
const maxVocabularies = 1000;

/** Learning words is of no conversation, and costs nothing. */
const nobody = {
  organizationId: '',
  conversationId: undefined,
  agentId: undefined,
  onUsage: () => {},
};
