import { featuresOf, judgedWords } from '../completeness/features.ts';
import type { JudgedPause } from './evaluate.ts';
import type { TrainedModel } from './train.ts';

/** What is added to and multiplied with the model's log odds so that its probabilities are those of real pauses. */
export interface Calibration {
  readonly factor: number;
  readonly offset: number;
}

const rounds = 4000;
const step = 0.05;

/** Platt's scaling: a logistic line through the log odds of pauses that were never trained on. */
export function calibrate({ scale, values }: TrainedModel, pauses: readonly JudgedPause[]): Calibration {
  const judged = pauses.map(({ text, done }) => {
    const sum = featuresOf(judgedWords(text)).reduce((total, bucket) => total + (values[bucket] ?? 0), 0);
    return { logOdds: sum * scale, done: Number(done) };
  });
  let factor = 1;
  let offset = 0;
  for (let round = 0; round < rounds; round += 1) {
    let factorGradient = 0;
    let offsetGradient = 0;
    for (const { logOdds, done } of judged) {
      const error = 1 / (1 + Math.exp(-(factor * logOdds + offset))) - done;
      factorGradient += error * logOdds;
      offsetGradient += error;
    }
    factor -= (step * factorGradient) / judged.length;
    offset -= (step * offsetGradient) / judged.length;
  }
  return { factor, offset };
}
