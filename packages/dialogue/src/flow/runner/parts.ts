import type { HistoryLine } from '@parley/engine/ports/agent.ts';
import type { IntentClassifier } from '../../nlu/intent-classifier.ts';
import type { AnyTool, Json, JsonObject } from '../../tools/tool.ts';

/** What a flow needs from outside; each part is optional as long as no node needs it. */
export interface FlowParts {
  readonly tools: readonly AnyTool[];
  /** By base language (`en`); tells what was meant. */
  readonly classifiers: ReadonlyMap<string, IntentClassifier>;
  readonly model?: ModelStep;
  readonly code?: CodeRunner;
  readonly handOff?: HandOff;
}

/** A language model that takes a step of a flow. */
export type ModelStep = (request: ModelStepRequest, signal: AbortSignal) => AsyncIterable<ModelStepOutput>;

export interface ModelStepRequest {
  readonly instructions: string;
  readonly history: readonly HistoryLine[];
  /** What the caller said last; empty when the step begins without words of theirs. */
  readonly text: string;
  readonly tools: readonly AnyTool[];
  /** Slots that it may fill, with a description of their values each. */
  readonly extract: Readonly<Record<string, string>>;
  readonly slots: JsonObject;
  /** It may go on talking with the caller, and says itself when it is done. */
  readonly converses: boolean;
  readonly conversationId: string;
  readonly turnNumber: number;
  readonly language: string;
  readonly nowEpochMs: number;
  readonly timeZone: string;
  /** See the engine's `AgentRequest`. */
  commit(): Promise<void>;
}

export type ModelStepOutput =
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'acted'; readonly name: string; readonly data: JsonObject }
  | { readonly type: 'done'; readonly slots: JsonObject; readonly finished: boolean }
  | { readonly type: 'failed'; readonly code: string };

/** Runs a code step. Never throws or rejects for what the code does. */
export interface CodeRunner {
  run(source: string, input: JsonObject, limits: { readonly deadlineMs: number }): CodeOutcome | Promise<CodeOutcome>;
}

export type CodeOutcome =
  | { readonly kind: 'done'; readonly value: Json }
  | { readonly kind: 'failed'; readonly code: string };

/** Asks for a person. Resolves once it is known whether one takes over: what is said is what is done. */
export interface HandOff {
  (request: HandOffRequest, signal: AbortSignal): Promise<HandOffOutcome>;
  /**
   * The longest that it may take, in milliseconds, where somebody has to be rung; undefined where it is known at once. Callers are told
   * that they wait, and hear something meanwhile.
   */
  takesUpToMs?(request: HandOffRequest): number | undefined;
}

export interface HandOffRequest {
  readonly conversationId: string;
  readonly to: HandOffTarget;
  /** What was said, for whoever reads it. */
  readonly summary: string;
  /** The same in a sentence or two, for whoever hears it. */
  readonly brief: string;
  readonly reason: 'asked' | 'stuck' | 'flow';
  /** Warm: the person hears the brief first, and may refuse. Cold: the caller is put through. Left out: as the house has it. */
  readonly mode?: 'warm' | 'cold';
  /** BCP 47, of the brief. */
  readonly language: string;
}

/** Why nobody took over, as far as it is known, so that the agent can say so. */
export type HandOffOutcome = 'accepted' | 'unavailable' | 'busy' | 'no_answer' | 'refused';

export type HandOffTarget =
  | { readonly kind: 'inbox' }
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'sip'; readonly address: string };
