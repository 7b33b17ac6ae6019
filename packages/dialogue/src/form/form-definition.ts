import type { Understanding } from '@parley/engine/ports/agent.ts';
import type { z } from 'zod';
import type { Classification } from '../intents/classifier.ts';

/**
 * An agent that fills a form, as data. `Values` is what has been said so far: every property optional, JSON all the
 * way down. The form's slots are some of its properties; others may hold hints (half a telephone number).
 */
export interface FormDefinition<Values extends object> {
  readonly id: string;
  /** BCP 47. */
  readonly language: string;
  readonly voice: string | undefined;
  /** Reads the values back from stored memory. */
  readonly valuesSchema: z.ZodType<Values>;
  /** Asked for in this order. */
  readonly slots: readonly Slot<Values>[];
  /** Intent of an utterance; entities come masked. The names that the form acts on are in `FormIntent`. */
  readonly classify: (utterance: string) => Classification<string>;
  /** Find values in what was said. Pure. */
  readonly hear: (utterance: Utterance<Values>) => Hearing<Values>;
  /** The first thing wrong with the values, if any. */
  readonly check: (values: Values, context: FormContext) => Refusal<Values> | undefined;
  /** The named slots in a few words, to show that they were understood; empty when there is nothing to show. */
  readonly echo: (values: Values, names: readonly SlotName<Values>[], context: FormContext) => string;
  /** All values in one sentence or two, without a question. */
  readonly readBack: (values: Values, context: FormContext) => string;
  /** The outcome in a few words, such as "a haircut on Friday at 3 PM". */
  readonly outcome: (values: Values, context: FormContext) => string;
  /** Questions that are answered at any time, by intent; the form goes on afterwards. */
  readonly answers: Readonly<Record<string, (text: string) => string>>;
  /** What the next form of the same caller starts with. */
  readonly keep: (values: Values) => Values;
  readonly wording: FormWording;
  /** Carry it out. The same key twice is one submission. Rejects when it is not known to be done. */
  readonly submit: (
    values: Values,
    key: string,
    context: FormContext,
    signal: AbortSignal,
  ) => Promise<{ readonly reference: string; readonly acted: Action }>;
  /** Take it back. Harmless when done twice. */
  readonly withdraw: (reference: string, signal: AbortSignal) => Promise<Action>;
}

/** Intents with which callers steer any form. Others are looked up in the form's answers. */
export type FormIntent =
  | 'book'
  | 'cancel'
  | 'help'
  | 'repeat'
  | 'start_over'
  | 'thanks'
  | 'nothing_more'
  | 'goodbye'
  | 'yes'
  | 'no';

export type SlotName<Values> = keyof Values & string;

export interface Slot<Values> {
  readonly name: SlotName<Values>;
  /** The vocabulary context of its answers. */
  readonly expects: string;
  /** Wordings of the question, given what is known. */
  readonly ask: (values: Values) => readonly string[];
  /** Said before asking again, each with more help than the one before. */
  readonly help: readonly [string, ...string[]];
}

/** When and where a turn is. */
export interface FormContext {
  readonly conversationId: string;
  readonly turnNumber: number;
  readonly nowEpochMs: number;
  /** IANA. */
  readonly timeZone: string;
  /** Awaited before anything is done outside: the turn is certain then, and its outcome will be waited for. */
  readonly commit: () => Promise<void>;
}

export interface Utterance<Values> {
  readonly text: string;
  /** The slot that was asked for, if one was. */
  readonly asked: SlotName<Values> | undefined;
  readonly values: Values;
  readonly context: FormContext;
}

export interface Hearing<Values> {
  /** Only what this utterance said. */
  readonly values: Values;
  /** Slots to be asked anew: "change the name". */
  readonly reopened: readonly SlotName<Values>[];
  /** Said instead of the next question when an answer came in part: "4 1 5. Go on." */
  readonly goOn: string | undefined;
  readonly entities: Understanding['entities'];
  /** The utterance with placeholders for entities, for the classifier. */
  readonly masked: string;
}

export interface Refusal<Values> {
  /** Slots whose values cannot stay. */
  readonly slots: readonly SlotName<Values>[];
  /** Why, in words for the caller. */
  readonly reason: string;
}

/** Something done that stays done, named for clients and the record. */
export interface Action {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Sentences that are the agent's own; lists are variations. Each begins shortly: the first sentence is heard first. */
export interface FormWording {
  readonly greeting: readonly string[];
  readonly gotIt: readonly string[];
  readonly confirm: readonly string[];
  readonly confirmHelp: string;
  readonly whatToChange: string;
  readonly submitted: (outcome: string) => string;
  readonly changed: (outcome: string) => string;
  /** A change was refused. */
  readonly stillStands: (outcome: string) => string;
  readonly withdrawn: (outcome: string) => string;
  readonly discarded: string;
  readonly nothingToCancel: string;
  readonly submitFailed: string;
  /** The old one is gone, the new one could not be written. */
  readonly changeFailedHalfway: string;
  readonly withdrawFailed: string;
  readonly tryAgain: string;
  readonly anythingElse: readonly string[];
  readonly whatElse: string;
  readonly startOver: string;
  readonly notUnderstood: readonly string[];
  /** After three misses in a row: another way out. */
  readonly stuck: string;
  readonly welcome: string;
  readonly stillThere: readonly string[];
  readonly goodbye: readonly string[];
  readonly goodbyeUnfinished: string;
  /** Goodbye in the middle of changing what is done. */
  readonly changeUnfinished: string;
  readonly goodbyeSilence: string;
  readonly goodbyeTime: string;
}
