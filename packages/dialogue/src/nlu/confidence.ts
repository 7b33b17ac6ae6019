import { featureKinds } from './features.ts';

/** What tells a right guess from a wrong one, in the order of the weights. About 1 in size, so that one prior fits all. */
export const signalCount = 8;

/** How much of a text is known from the examples, 0–1 by what it says, for each kind of feature. */
export interface Familiarity {
  readonly word: number;
  readonly pair: number;
  readonly letters: number;
  readonly words: number;
}

/** Sums by kind while the features of a text are gone through. */
export class FamiliarityCount {
  readonly #known = new Float64Array(4);
  readonly #all = new Float64Array(4);

  clear(): void {
    this.#known.fill(0);
    this.#all.fill(0);
  }

  /** @param idf how much the feature says; 0 when it was never seen */
  add(kind: number, idf: number, unseenIdf: number): void {
    this.#known[kind] = (this.#known[kind] ?? 0) + idf;
    this.#all[kind] = (this.#all[kind] ?? 0) + (idf > 0 ? idf : unseenIdf);
  }

  of(words: number): Familiarity {
    return {
      word: this.#share(featureKinds.word),
      pair: this.#share(featureKinds.pair),
      letters: this.#share(featureKinds.letters),
      words,
    };
  }

  /** A text of figures only is as familiar as can be. */
  #share(kind: number): number {
    const all = this.#all[kind] ?? 0;
    return all === 0 ? 1 : (this.#known[kind] ?? 0) / all;
  }
}

/**
 * @param scores of each class; those of -Infinity are not there
 * @param temperature what a difference in score is divided by before it is one of log probability
 */
export function signalsOf(scores: Float32Array, familiarity: Familiarity, temperature: number): Float64Array {
  let best = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    if (score > best) {
      second = best;
      best = score;
    } else if (score > second) second = score;
  }
  let sum = 0;
  for (const score of scores) sum += Math.exp((score - best) / temperature);
  const margin = second === Number.NEGATIVE_INFINITY ? 1 : Math.min(best - second, 2);
  return Float64Array.of(
    1,
    best,
    margin,
    -Math.log(sum),
    familiarity.word,
    familiarity.pair,
    familiarity.letters,
    Math.log(1 + familiarity.words) / 2,
  );
}

/** Probability, 0–1, from signals and their weights. */
export function logistic(weights: ArrayLike<number>, signals: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < signals.length; at += 1) sum += (weights[at] ?? 0) * (signals[at] ?? 0);
  return 1 / (1 + Math.exp(-sum));
}
