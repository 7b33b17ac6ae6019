import type { IntentContext } from './intent-classifier.ts';
import { wordsOfName } from './intent-name.ts';

/** How much likelier, as odds, an intent is that the dialogue is waiting for. Three: it decides between near ones, not against clear ones. */
const expectedOdds = 3;

/** How much less likely a guess is right, as odds, when the dialogue waits for something else. */
const unexpectedOdds = 0.7;

/** The same while a slot was asked for: a short answer is rather the value than a wish. */
const besideSlotOdds = 0.6;

/** What the context says of the intents of a model. */
export interface ReadContext {
  /** By the intents' places; empty when nothing is expected. */
  readonly expected: ReadonlySet<number>;
  readonly slotAsked: boolean;
}

export interface Reranked {
  readonly scores: Float32Array;
  /** The probability of a guess with the context taken into account. */
  adjust(confidence: number): number;
}

const noContext: ReadContext = { expected: new Set(), slotAsked: false };

/** Read contexts for a model's intents: expected are those named, and those named after the slot that was asked for. */
export function contextOf(intents: readonly string[]): (context: IntentContext | undefined) => ReadContext {
  const places = new Map(intents.map((intent, at) => [intent, at]));
  const names = intents.map((intent) => wordsOfName(intent));
  return (context) => {
    if (context === undefined) return noContext;
    const expected = new Set(context.expectedIntents.flatMap((intent) => places.get(intent) ?? []));
    const slot = context.slotAsked === undefined ? [] : wordsOfName(context.slotAsked);
    if (slot.length > 0) {
      for (const [at, name] of names.entries()) if (slot.every((word) => name.includes(word))) expected.add(at);
    }
    return { expected, slotAsked: context.slotAsked !== undefined };
  };
}

/** Raise what is expected by its odds; without a context all stays as it is. */
export function rerank(scores: Float32Array, temperature: number, { expected, slotAsked }: ReadContext): Reranked {
  if (expected.size === 0)
    return { scores, adjust: (confidence) => (slotAsked ? byOdds(confidence, besideSlotOdds) : confidence) };
  const raised = Float32Array.from(scores);
  for (const at of expected) raised[at] = (raised[at] ?? 0) + temperature * Math.log(expectedOdds);
  let best = 0;
  for (let at = 1; at < raised.length; at += 1) if ((raised[at] ?? 0) > (raised[best] ?? 0)) best = at;
  const odds = expected.has(best) ? 1 : slotAsked ? besideSlotOdds : unexpectedOdds;
  return { scores: raised, adjust: (confidence) => byOdds(confidence, odds) };
}

function byOdds(probability: number, odds: number): number {
  return (probability * odds) / (probability * odds + 1 - probability);
}
