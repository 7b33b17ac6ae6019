import type { Random } from '../../simulation/random.ts';
import { exactWords, featureBuckets, featuresOf, judgedWords } from '../completeness/features.ts';
import { type Example, weightOf } from './examples.ts';

/** Weights of the model as they are shipped: `value * scale` is the log odds of one feature. */
export interface TrainedModel {
  readonly scale: number;
  readonly values: Int8Array;
}

/** Passes over the examples; with four or eight, unseen sentences are judged worse and with too much certainty. */
const epochs = 2;
/** A feature of fewer examples is one sentence's, not the language's; 4 to 20 were tried. */
const leastSeen = 10;
/** Share of the features that an example does without, so that no single one is relied on. */
const dropout = 0.25;
/** Step of AdaGrad; 0.015 to 0.2 were tried. */
const step = 0.06;
/** Step of the feature that is a short text by itself. */
const exactStep = 0.1;
/** Pull of every used weight towards 0, so that a feature seen once does not decide. */
const decay = 2e-5;

/** Logistic regression by AdaGrad; the same examples and the same randomness give the same model. */
export function train(examples: readonly Example[], random: Random): TrainedModel {
  const weights = new Float64Array(featureBuckets);
  const squares = new Float64Array(featureBuckets).fill(1e-2);
  const seen = new Uint32Array(featureBuckets);
  const prepared = examples.map((example) => {
    const judged = judgedWords(example.text);
    const features = [...featuresOf(judged)];
    // The whole of a short text is known by itself however seldom it is said, and learnt faster.
    const exact = judged.length <= exactWords ? features.pop() : undefined;
    for (const bucket of features) seen[bucket] = (seen[bucket] ?? 0) + 1;
    return { features, exact, done: example.done, weight: weightOf(example) };
  });
  const total = (isDone: boolean) =>
    prepared.reduce((sum, { done, weight }) => sum + (done > 0 === isDone ? weight : 0), 0);
  // Of a sentence most beginnings are unfinished; at a pause as many speakers are done as are not.
  const doneWeight = total(false) / total(true);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(prepared, random);
    for (const { features: all, exact, done, weight: share } of prepared) {
      const features = all.filter((bucket) => (seen[bucket] ?? 0) >= leastSeen && !random.chance(dropout));
      // Half of the time, so that the others learn from it too.
      const known = exact !== undefined && random.chance(0.5) ? exact : undefined;
      let sum = known === undefined ? 0 : (weights[known] ?? 0);
      for (const bucket of features) sum += weights[bucket] ?? 0;
      const guess = 1 / (1 + Math.exp(-sum));
      const error = (guess - done) * (done > 0 ? doneWeight : 1) * share;
      if (known !== undefined) weights[known] = (weights[known] ?? 0) - exactStep * Math.max(-1, Math.min(1, error));
      for (const bucket of features) {
        const weight = weights[bucket] ?? 0;
        const gradient = error + decay * weight;
        const square = (squares[bucket] ?? 0) + gradient * gradient;
        squares[bucket] = square;
        weights[bucket] = weight - (step * gradient) / Math.sqrt(square);
      }
    }
  }
  return quantized(weights);
}

/** To 8 bits. The few largest of the weights are cut off, so that the many small ones keep their difference. */
function quantized(weights: Float64Array): TrainedModel {
  const sizes = weights.map(Math.abs).sort();
  const largest = sizes[Math.floor(sizes.length * 0.9995)] ?? 1;
  const scale = Number((largest / 127).toPrecision(6));
  return {
    scale,
    values: Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / scale)))),
  };
}

function shuffle<Item>(items: Item[], random: Random): void {
  for (let index = items.length - 1; index > 0; index -= 1) {
    const other = random.int(0, index);
    const a = items[index];
    const b = items[other];
    if (a === undefined || b === undefined) continue;
    items[index] = b;
    items[other] = a;
  }
}
