/** What is known of the moment in which something is said. */
export interface IntentContext {
  /** Intents that the dialogue is waiting for; others are possible and less likely. */
  readonly expectedIntents: readonly string[];
  /** The slot that was asked for. */
  readonly slotAsked: string | undefined;
}

export interface IntentGuess {
  /** The likeliest; undefined when it is likelier that none of them was meant. */
  readonly intent: string | undefined;
  /** Probability, 0–1, that the likeliest intent is what was meant; calibrated: of guesses with 0.8, four in five are right. */
  readonly confidence: number;
  /** The likeliest ones, first first, with a share of the probability each; at most five. */
  readonly ranking: readonly { readonly intent: string; readonly confidence: number }[];
}

/** Tells what was meant. Trained on examples, or a service; shared by all conversations of an agent. */
export interface IntentClassifier {
  readonly name: string;
  classify(text: string, context: IntentContext, signal: AbortSignal): Promise<IntentGuess>;
}
