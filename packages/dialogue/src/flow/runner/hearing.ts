import type { IntentGuess } from '../../nlu/intent-classifier.ts';
import type { Json } from '../../tools/tool.ts';

/** A value that was said. */
export interface HeardValue {
  readonly value: Json;
  readonly text: string;
}

/** What the caller was understood to say. */
export interface Heard {
  readonly text: string;
  readonly modality: 'voice' | 'text' | 'digits';
  readonly guess: IntentGuess;
  /** The guess can be acted on: sure enough, and well before the next one. */
  readonly clear: boolean;
  readonly yesNo: 'yes' | 'no' | undefined;
  /** The recogniser could not make it out: nothing of it is to be acted on. */
  readonly unreliable: boolean;
  /** Values for those of the slots that were said; `asked` is the one whose question was open. */
  values(slots: readonly string[], asked: string | undefined): ReadonlyMap<string, HeardValue>;
  /** The slot was told in part ("four one five"); what has been told of it so far, as it is said back. */
  partial(slot: string): { readonly soFar: string; readonly text: string } | undefined;
  /** Values of a list slot that may have been meant, when the words do not decide: two payees are called Anna. */
  candidates(slot: string): readonly string[];
  /** A value that the slot could have was said not to be meant: "Friday doesn't work". */
  refuses(slot: string): boolean;
  /** Slots that are named, not told: "change the day". */
  named(slots: readonly string[]): readonly string[];
  /** The same, had it been said in these words. */
  inWords(text: string): Heard;
}
