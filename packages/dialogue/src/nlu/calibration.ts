import { logistic } from './confidence.ts';

/** A guess of the cross-validation. */
export interface Trial {
  readonly signals: Float64Array;
  readonly outcome: 'right' | 'wrong' | 'out_of_scope';
}

export interface Calibration {
  /** Of the signals of a guess; their logistic is the probability that it is right. */
  readonly weights: readonly number[];
  /** Below this probability it is likelier that none of the intents was meant. */
  readonly rejectBelow: number;
}

export interface CalibrationOptions {
  /**
   * Share of what callers say that no intent is for. Held-out intents are weighted to make up this much, however many there are.
   * One in eight is between an agent that is asked for what it does, where none is, and one that is open to the world.
   */
  readonly outOfScopeShare: number;
  /** How many trials it takes to outweigh the weights that are usual. */
  readonly priorTrials: number;
  /** What is usual: about what is found on this project's own sets when they are drawn from at random. */
  readonly usual: Calibration;
}

export const defaultCalibrationOptions: CalibrationOptions = {
  outOfScopeShare: 0.125,
  priorTrials: 3,
  usual: { weights: [-1, 1.8, 1.5, 0.6, 0.6, 0, 1.2, 0], rejectBelow: 0.4 },
};

/**
 * Find what makes guesses right: a logistic regression on the trials, by Newton's method, drawn towards the usual weights so
 * that few trials move them little.
 */
export function calibrate(
  trials: readonly Trial[],
  options: CalibrationOptions = defaultCalibrationOptions,
): Calibration {
  const { outOfScopeShare, priorTrials, usual } = options;
  const foreign = trials.filter(({ outcome }) => outcome === 'out_of_scope').length;
  const own = trials.length - foreign;
  const foreignWeight = foreign === 0 ? 0 : (own * outOfScopeShare) / (1 - outOfScopeShare) / foreign;
  const samples = trials.map(({ signals, outcome }) => ({
    signals,
    label: outcome === 'right' ? 1 : 0,
    weight: outcome === 'out_of_scope' ? foreignWeight : 1,
  }));
  const weights = fit(samples, usual.weights, priorTrials);
  return { weights, rejectBelow: thresholdOf(trials, weights, usual.rejectBelow) };
}

interface Sample {
  readonly signals: Float64Array;
  readonly label: number;
  readonly weight: number;
}

const newtonSteps = 25;

function fit(samples: readonly Sample[], usual: readonly number[], priorTrials: number): number[] {
  const size = usual.length;
  let weights = [...usual];
  let loss = lossOf(samples, weights, usual, priorTrials);
  for (let step = 0; step < newtonSteps; step += 1) {
    const gradient = weights.map((weight, at) => priorTrials * (weight - (usual[at] ?? 0)));
    const hessian = weights.map((_, row) => weights.map((_, column) => (row === column ? priorTrials : 0)));
    for (const { signals, label, weight } of samples) {
      const probability = logistic(weights, signals);
      const slope = weight * (probability - label);
      const bend = weight * probability * (1 - probability);
      for (let row = 0; row < size; row += 1) {
        const signal = signals[row] ?? 0;
        gradient[row] = (gradient[row] ?? 0) + slope * signal;
        const line = hessian[row] ?? [];
        for (let column = 0; column < size; column += 1)
          line[column] = (line[column] ?? 0) + bend * signal * (signals[column] ?? 0);
      }
    }
    const direction = solve(hessian, gradient);
    let scale = 1;
    let next = weights;
    let nextLoss = loss;
    do {
      next = weights.map((weight, at) => weight - scale * (direction[at] ?? 0));
      nextLoss = lossOf(samples, next, usual, priorTrials);
      scale /= 2;
    } while (nextLoss > loss && scale > 1e-4);
    if (nextLoss > loss) break;
    const gain = loss - nextLoss;
    weights = next;
    loss = nextLoss;
    if (gain < 1e-7 * (1 + loss)) break;
  }
  return weights;
}

function lossOf(
  samples: readonly Sample[],
  weights: readonly number[],
  usual: readonly number[],
  priorTrials: number,
): number {
  let loss = 0;
  for (const { signals, label, weight } of samples) {
    const probability = Math.min(Math.max(logistic(weights, signals), 1e-12), 1 - 1e-12);
    loss -= weight * Math.log(label === 1 ? probability : 1 - probability);
  }
  for (const [at, weight] of weights.entries()) loss += (priorTrials / 2) * (weight - (usual[at] ?? 0)) ** 2;
  return loss;
}

/** Gaussian elimination with pivots; the matrix is positive definite thanks to the prior. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((line, at) => [...line, right[at] ?? 0]);
  const size = rows.length;
  for (let at = 0; at < size; at += 1) {
    let pivot = at;
    for (let row = at + 1; row < size; row += 1) {
      if (Math.abs(rows[row]?.[at] ?? 0) > Math.abs(rows[pivot]?.[at] ?? 0)) pivot = row;
    }
    const top = rows[pivot] ?? [];
    rows[pivot] = rows[at] ?? [];
    rows[at] = top;
    for (let row = at + 1; row < size; row += 1) {
      const line = rows[row] ?? [];
      const factor = (line[at] ?? 0) / (top[at] ?? 1);
      for (let column = at; column <= size; column += 1)
        line[column] = (line[column] ?? 0) - factor * (top[column] ?? 0);
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let at = size - 1; at >= 0; at -= 1) {
    const line = rows[at] ?? [];
    let sum = line[size] ?? 0;
    for (let column = at + 1; column < size; column += 1) sum -= (line[column] ?? 0) * (solution[column] ?? 0);
    solution[at] = sum / (line[at] ?? 1);
  }
  return solution;
}

/**
 * What a right guess kept is worth against a foreign text turned away. Most of what callers say is in scope, and held-out intents
 * are nearer to the others than what is truly foreign: that is turned away more often than they are.
 */
const keptWorth = 3;

/** Fewer held-out guesses than this say too little to move the usual threshold by. */
const leastForeign = 30;

/**
 * Where the share of right guesses kept and the share of foreign ones turned away are worth most together. What is near a peak is
 * as good: the middle of all within half a hundredth of it is taken, for the peak itself is chance.
 */
function thresholdOf(trials: readonly Trial[], weights: readonly number[], usual: number): number {
  const right: number[] = [];
  const foreign: number[] = [];
  for (const { signals, outcome } of trials) {
    if (outcome === 'right') right.push(logistic(weights, signals));
    if (outcome === 'out_of_scope') foreign.push(logistic(weights, signals));
  }
  if (right.length < leastForeign || foreign.length < leastForeign) return usual;
  const gains: number[] = [];
  for (let threshold = lowestThreshold; threshold <= highestThreshold; threshold += 0.01) {
    const kept = right.filter((confidence) => confidence >= threshold).length / right.length;
    const turnedAway = foreign.filter((confidence) => confidence < threshold).length / foreign.length;
    gains.push((keptWorth * kept + turnedAway) / (keptWorth + 1));
  }
  const peak = Math.max(...gains);
  const near = gains.flatMap((gain, at) => (gain >= peak - 0.005 ? [lowestThreshold + at / 100] : []));
  return near.reduce((sum, threshold) => sum + threshold, 0) / near.length;
}

/** What is right less often than one time in four is not worth telling, whatever else could be meant. */
const lowestThreshold = 0.25;
const highestThreshold = 0.7;
