/** What one turn or one conversation may use up. */
export interface Budget {
  /** In and out together. */
  readonly tokens: number;
  /** In the currency of `TokenPrices`; only counted where the price is known. */
  readonly cost: number | undefined;
}

export interface ModelLimits {
  /** Until the first sign of an answer; a retry after "too busy" is within it. */
  readonly firstTokenMs: number;
  /** Between two pieces of an answer. */
  readonly stallMs: number;
  /** For one answer of the model as a whole. */
  readonly stepMs: number;
  /** For one use of a tool. */
  readonly toolMs: number;
  /** Answers of the model in one turn; the last one has to be in words. */
  readonly maxSteps: number;
  readonly maxToolCalls: number;
  /** Hand-offs between agents in one turn; more would be a loop. */
  readonly maxHandOffs: number;
  /** Of one answer of the model. */
  readonly maxOutputTokens: number;
  readonly turn: Budget;
  readonly conversation: Budget;
  /** Of the conversation as the model is shown it; what is older is summarised, or left out. */
  readonly historyCharacters: number;
  /** Tool results that the model is shown again in later turns, all together and one alone. */
  readonly notesCharacters: number;
  readonly noteCharacters: number;
  /** For the summary, after the reply is complete. */
  readonly summaryWaitMs: number;
}

export const modelLimits: ModelLimits = {
  // Below the five seconds after which a fallback agent is asked and the error would be lost; hosted models take 0.3–1.5 s.
  firstTokenMs: 4500,
  // Tokens come every 10–50 ms: after three seconds nothing more comes.
  stallMs: 3000,
  // Nobody listens to more than 600 tokens, which slow models make in ten seconds.
  stepMs: 12_000,
  // With a model's answer before and after it, this stays within the 15 s that the engine gives an agent without a word.
  toolMs: 5000,
  // Look up, look up once more, act, correct oneself, answer; whoever needs more is lost.
  maxSteps: 6,
  maxToolCalls: 12,
  maxHandOffs: 2,
  // About 450 words: two and a half minutes of speech.
  maxOutputTokens: 600,
  // Six steps of a long conversation with tools.
  turn: { tokens: 60_000, cost: undefined },
  // A hundred turns of 6,000 tokens: half an hour of talk.
  conversation: { tokens: 600_000, cost: undefined },
  // About 2,000 tokens in English: the last twenty to thirty turns.
  historyCharacters: 8000,
  notesCharacters: 6000,
  noteCharacters: 1500,
  // The reply is being spoken meanwhile: it costs nobody a wait.
  summaryWaitMs: 2000,
};

/** Money for a million tokens. */
export interface TokenPrices {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
}

export interface Spent {
  readonly steps: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** 0 where no price is known. */
  readonly cost: number;
}

export const nothingSpent: Spent = { steps: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0, cost: 0 };

export function addSpent(a: Spent, b: Spent): Spent {
  return {
    steps: a.steps + b.steps,
    toolCalls: a.toolCalls + b.toolCalls,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cost: a.cost + b.cost,
  };
}

/** What one answer of the model used up. */
export function stepSpent(inputTokens: number, outputTokens: number, prices: TokenPrices | undefined): Spent {
  const cost =
    prices === undefined
      ? 0
      : (inputTokens * prices.inputPerMillion + outputTokens * prices.outputPerMillion) / 1_000_000;
  return { steps: 1, toolCalls: 0, inputTokens, outputTokens, cost };
}

export function isOver(spent: Spent, budget: Budget): boolean {
  if (spent.inputTokens + spent.outputTokens >= budget.tokens) return true;
  return budget.cost !== undefined && spent.cost >= budget.cost;
}

/** Where the provider does not say: three characters a token is on the safe side for English and Vietnamese. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / 3);
}
