import type { IntentClassifier, IntentGuess } from './intent-classifier.ts';
import type { PredictIntent } from './predict-intent.ts';

/** A text of a test; `null` when no intent is for it. */
export interface IntentTest {
  readonly text: string;
  readonly intent: string | null;
}

/** Shares are 0–1; undefined where the test has nothing to tell them by. */
export interface IntentFigures {
  readonly inScope: number;
  readonly outOfScope: number;
  /** Of those in scope, the likeliest intent is the right one, whatever the confidence. */
  readonly accuracyRaw: number | undefined;
  /** Of those in scope, the right intent was told at the default threshold. */
  readonly accuracyInScope: number | undefined;
  /** Of those out of scope, no intent was told at the default threshold. */
  readonly outOfScopeRecall: number | undefined;
  /** How often a text in scope has the greater confidence of a pair with one out of scope. */
  readonly auroc: number | undefined;
  /** Distance between confidence and the share that is right, over ten bins; a guess out of scope is wrong. */
  readonly expectedCalibrationError: number;
  /** The same over the texts in scope alone. */
  readonly expectedCalibrationErrorInScope: number | undefined;
  readonly p50Us: number;
  readonly p99Us: number;
  /** The pairs of intents most often taken for one another. */
  readonly confusions: readonly { readonly intent: string; readonly takenFor: string; readonly count: number }[];
}

/** How often all texts are run through before time is taken: the first thousands run in an interpreter. */
const warmUpPredictions = 5000;
const bins = 10;
const confusionsTold = 10;

/** Ask for each text of a test and tell how well it went. Takes the time of each prediction alone. */
export function evaluateIntents(predict: PredictIntent, tests: readonly IntentTest[]): IntentFigures {
  for (let at = 0; at < warmUpPredictions && tests.length > 0; at += 1) predict(tests[at % tests.length]?.text ?? '');
  return figuresOf(
    tests.map(({ text, intent }) => {
      const startedAt = performance.now();
      const guess = predict(text);
      return { intent, guess, tookUs: (performance.now() - startedAt) * 1000 };
    }),
  );
}

/**
 * The same of a classifier that takes its time, such as a service: one text after the other, as calls ask.
 *
 * @param signal ends it
 */
export async function evaluateClassifier(
  classifier: IntentClassifier,
  tests: readonly IntentTest[],
  signal: AbortSignal,
): Promise<IntentFigures> {
  const answers: Answer[] = [];
  for (const { text, intent } of tests) {
    const startedAt = performance.now();
    const guess = await classifier.classify(text, { expectedIntents: [], slotAsked: undefined }, signal);
    answers.push({ intent, guess, tookUs: (performance.now() - startedAt) * 1000 });
  }
  return figuresOf(answers);
}

interface Answer {
  /** What was right. */
  readonly intent: string | null;
  readonly guess: IntentGuess;
  readonly tookUs: number;
}

function figuresOf(answers: readonly Answer[]): IntentFigures {
  const timesUs = Float64Array.from(answers, ({ tookUs }) => tookUs);
  const guesses = answers.map(({ intent, guess }) => {
    const likeliest = guess.ranking[0]?.intent;
    return {
      intent,
      told: guess.intent,
      likeliest,
      confidence: guess.confidence,
      right: intent !== null && likeliest === intent,
    };
  });
  timesUs.sort();
  const own = guesses.filter(({ intent }) => intent !== null);
  const foreign = guesses.filter(({ intent }) => intent === null);
  return {
    inScope: own.length,
    outOfScope: foreign.length,
    accuracyRaw: share(own, ({ right }) => right),
    accuracyInScope: share(own, ({ told, intent }) => told === intent),
    outOfScopeRecall: share(foreign, ({ told }) => told === undefined),
    auroc: aurocOf(
      own.map(({ confidence }) => confidence),
      foreign.map(({ confidence }) => confidence),
    ),
    expectedCalibrationError: calibrationError(guesses),
    expectedCalibrationErrorInScope: own.length === 0 ? undefined : calibrationError(own),
    p50Us: quantile(timesUs, 0.5),
    p99Us: quantile(timesUs, 0.99),
    confusions: confusionsOf(own),
  };
}

function share<Item>(items: readonly Item[], holds: (item: Item) => boolean): number | undefined {
  return items.length === 0 ? undefined : items.filter(holds).length / items.length;
}

/** By ranks (Mann and Whitney); equal ones count half. */
export function aurocOf(positives: readonly number[], negatives: readonly number[]): number | undefined {
  if (positives.length === 0 || negatives.length === 0) return undefined;
  const all = [
    ...positives.map((value) => ({ value, positive: 1 })),
    ...negatives.map((value) => ({ value, positive: 0 })),
  ];
  all.sort((a, b) => a.value - b.value);
  let rankSum = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    let count = 0;
    while (to < all.length && all[to]?.value === all[from]?.value) {
      count += all[to]?.positive ?? 0;
      to += 1;
    }
    rankSum += (count * (from + 1 + to)) / 2;
    from = to;
  }
  return (rankSum - (positives.length * (positives.length + 1)) / 2) / (positives.length * negatives.length);
}

/** Bins of equal width; each counts by how many guesses fall into it. */
export function calibrationError(guesses: readonly { readonly confidence: number; readonly right: boolean }[]): number {
  const confidence = new Float64Array(bins);
  const right = new Float64Array(bins);
  for (const guess of guesses) {
    const bin = Math.min(bins - 1, Math.floor(guess.confidence * bins));
    confidence[bin] = (confidence[bin] ?? 0) + guess.confidence;
    right[bin] = (right[bin] ?? 0) + (guess.right ? 1 : 0);
  }
  let error = 0;
  for (let bin = 0; bin < bins; bin += 1) error += Math.abs((confidence[bin] ?? 0) - (right[bin] ?? 0));
  return guesses.length === 0 ? 0 : error / guesses.length;
}

function quantile(sorted: Float64Array, at: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0;
}

function confusionsOf(guesses: readonly { intent: string | null; likeliest: string | undefined; right: boolean }[]) {
  const counts = new Map<string, { intent: string; takenFor: string; count: number }>();
  for (const { intent, likeliest, right } of guesses) {
    if (right || intent === null || likeliest === undefined) continue;
    const key = JSON.stringify([intent, likeliest]);
    const seen = counts.get(key) ?? { intent, takenFor: likeliest, count: 0 };
    counts.set(key, { ...seen, count: seen.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).slice(0, confusionsTold);
}
