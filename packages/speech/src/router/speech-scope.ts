import type { FallbackEar } from '@parley/engine/fallback/fallback-ear.ts';
import { FallbackError } from '@parley/engine/fallback/fallback-error.ts';
import type { LineFormat } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { SpeechError } from '../speech-error.ts';
import type { AccountUse, EnginePool } from './engine-pool.ts';
import type { KeptSentences } from './kept-sentences.ts';
import type { PlannedEngine, SpeechPlan } from './plan.ts';
import type { SpeechRouterOptions } from './router-options.ts';
import type { Prices, SpeechUsage } from './usage.ts';

/** One conversation, as the router needs to know it. */
export interface SpeechScope extends AccountUse {
  readonly organizationId: string;
  /** Undefined for a use outside of conversations, such as a request of the API. */
  readonly conversationId: string | undefined;
  readonly agentId: string | undefined;
  readonly plan: SpeechPlan;
  /** What the caller's line carries, for requests that do not say. */
  readonly line?: LineFormat | undefined;
  readonly prices?: Prices | undefined;
  /** Told after each utterance and with each sentence, never from inside a call of a channel. */
  readonly onUsage: (usage: SpeechUsage) => void;
}

export interface ConversationSpeechParts {
  readonly pool: EnginePool;
  readonly kept: KeptSentences | undefined;
  readonly clock: Clock;
  readonly options: SpeechRouterOptions;
  readonly random: () => number;
  readonly onError: (error: unknown, context: string) => void;
  /** Streams open; whoever closes the router fails them. */
  readonly ears: Set<FallbackEar>;
  readonly vocabularies: Vocabularies;
}

/** What agents' callers say, for an engine that was closed for being idle and is made again. Bounded. */
export interface Vocabularies {
  get(id: string): RecognizerVocabulary | undefined;
  add(vocabulary: RecognizerVocabulary): void;
}

export function namesOf(planned: readonly PlannedEngine[]): string {
  return planned.map(({ id }) => id).join(',');
}

export function lineOf(asked: { readonly line?: LineFormat }, { line }: SpeechScope): { readonly line?: LineFormat } {
  const known = asked.line ?? line;
  return known === undefined ? {} : { line: known };
}

/** Pauses that are not the same for all who failed at once. */
export function retryOf({ options: { retry }, random }: ConversationSpeechParts) {
  const { rounds, minDelayMs, maxDelayMs } = retry;
  return { rounds, delayMs: () => minDelayMs + random() * (maxDelayMs - minDelayMs) };
}

/** Of an exception, for those who are told by an event. */
export function inWords(error: unknown, otherwise: string): { readonly code: string; readonly message: string } {
  if (error instanceof SpeechError || error instanceof FallbackError) {
    return { code: error.code, message: error.message };
  }
  return { code: otherwise, message: String(error) };
}
