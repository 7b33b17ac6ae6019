import type { Trial } from './calibration.ts';
import { type Familiarity, FamiliarityCount, signalsOf } from './confidence.ts';
import { type Corpus, type Weighing, weigh, weighRows } from './corpus.ts';
import { featureKinds } from './features.ts';
import { randomOf, type SvmOptions, trainOneVersusRest } from './linear-svm.ts';

export interface CrossValidationOptions {
  readonly svm: SvmOptions;
  readonly folds: number;
  /** Of those, how many are gone through. */
  readonly foldsTried: number;
  /** See `weigh`. */
  readonly leastRows: number;
}

export interface CrossValidation {
  readonly temperature: number;
  readonly trials: readonly Trial[];
}

/** One intent in five is left out at a time: fewer tell little of what is foreign, more leave too few to be confused among. */
const leftOutParts = 5;

/** Texts tried in one fold, at most: enough for eight weights, and bounds the memory for scores. */
const maxTrialsAFold = 4000;

/**
 * Learn from part of the examples and guess the rest, in turns. Each turn some intents are left out as well: their examples are what
 * callers will say that the agent has no intent for, and the model must be seen not knowing them.
 *
 * @param groupOf the group of each example: those of one group are guessed together. Rows beyond are never guessed, only learnt
 *   from: the names of the intents
 */
export function crossValidate(
  corpus: Corpus,
  classOf: Uint16Array,
  groupOf: Uint32Array,
  classCount: number,
  options: CrossValidationOptions,
): CrossValidation {
  const { folds, foldsTried } = options;
  const next = randomOf(options.svm.seed ^ 0x5eed);
  const foldOf = foldsOf(classOf, groupOf, classCount, folds, next);
  const leftOutIn = classCount < 3 ? new Uint8Array(classCount).fill(255) : turns(classCount, leftOutParts, next);
  const trials: Trial[] = [];
  let temperature: number | undefined;
  for (let fold = 0; fold < Math.min(folds, foldsTried); fold += 1) {
    const isLeftOut = (ofClass: number) => leftOutIn[ofClass] === fold % leftOutParts;
    const learnt: number[] = [];
    const tried: number[] = [];
    for (const [row, ofClass] of classOf.entries()) {
      if (row < groupOf.length && foldOf[row] === fold) tried.push(row);
      else if (!isLeftOut(ofClass)) learnt.push(row);
    }
    const classes = [...new Set(learnt.map((row) => classOf[row] ?? 0))];
    const known = new Set(classes);
    // An intent with one example is neither known nor left out while that one is tried.
    const fair = tried.filter((row) => known.has(classOf[row] ?? 0) || isLeftOut(classOf[row] ?? 0));
    const chosen = fair.length <= maxTrialsAFold ? fair : sample(fair, maxTrialsAFold, next);
    if (classes.length === 0 || chosen.length === 0) continue;
    const rows = Uint32Array.from(learnt);
    const weighing = weigh(corpus, rows, options.leastRows);
    const scores = scoresOf(corpus, weighing, rows, chosen, classOf, classes, classCount, options.svm);
    const familiarities = chosen.map((row) => familiarityOf(corpus, weighing, row));
    temperature ??= temperatureOf(
      scores,
      chosen.map((row) => (isLeftOut(classOf[row] ?? 0) ? -1 : (classOf[row] ?? 0))),
    );
    for (const [at, row] of chosen.entries()) {
      const line = scores[at];
      const familiarity = familiarities[at];
      if (line === undefined || familiarity === undefined) continue;
      const outcome = isLeftOut(classOf[row] ?? 0)
        ? 'out_of_scope'
        : largestOf(line) === classOf[row]
          ? 'right'
          : 'wrong';
      trials.push({ signals: signalsOf(line, familiarity, temperature), outcome });
    }
  }
  return { temperature: temperature ?? usualTemperature, trials };
}

/** Each intent's groups of examples spread evenly over the folds. */
function foldsOf(
  classOf: Uint16Array,
  groupOf: Uint32Array,
  classCount: number,
  folds: number,
  next: () => number,
): Uint8Array {
  const ofGroup = new Map<number, number>();
  const turn = Array.from({ length: classCount }, () => Math.floor(next() * folds));
  for (const row of shuffled(groupOf.length, next)) {
    const group = groupOf[row] ?? 0;
    if (ofGroup.has(group)) continue;
    const ofClass = classOf[row] ?? 0;
    ofGroup.set(group, (turn[ofClass] ?? 0) % folds);
    turn[ofClass] = (turn[ofClass] ?? 0) + 1;
  }
  return Uint8Array.from(groupOf, (group) => ofGroup.get(group) ?? 0);
}

function turns(count: number, folds: number, next: () => number): Uint8Array {
  const turn = new Uint8Array(count);
  for (const [place, at] of shuffled(count, next).entries()) turn[at] = place % folds;
  return turn;
}

function shuffled(count: number, next: () => number): Uint32Array {
  const order = new Uint32Array(count);
  for (let at = 0; at < count; at += 1) order[at] = at;
  for (let at = count - 1; at > 0; at -= 1) {
    const other = Math.floor(next() * (at + 1));
    const held = order[at] ?? 0;
    order[at] = order[other] ?? 0;
    order[other] = held;
  }
  return order;
}

function sample(rows: readonly number[], count: number, next: () => number): number[] {
  return [...shuffled(rows.length, next).subarray(0, count)].map((at) => rows[at] ?? 0);
}

/** Of each row tried, the score of each class; -Infinity for classes that were not learnt. */
function scoresOf(
  corpus: Corpus,
  weighing: Weighing,
  rows: Uint32Array,
  tried: readonly number[],
  classOf: Uint16Array,
  classes: readonly number[],
  classCount: number,
  svm: SvmOptions,
): Float32Array[] {
  const matrix = weighRows(corpus, weighing);
  const scores = tried.map(() => new Float32Array(classCount).fill(Number.NEGATIVE_INFINITY));
  trainOneVersusRest(matrix, rows, classOf, classes, svm, (ofClass, { weights, bias }) => {
    for (const [at, row] of tried.entries()) {
      let sum = bias;
      for (let index = matrix.starts[row] ?? 0; index < (matrix.starts[row + 1] ?? 0); index += 1) {
        sum += (weights[matrix.columns[index] ?? 0] ?? 0) * (matrix.values[index] ?? 0);
      }
      const line = scores[at];
      if (line !== undefined) line[ofClass] = sum;
    }
  });
  return scores;
}

function familiarityOf(corpus: Corpus, { idf, unseenIdf }: Weighing, row: number): Familiarity {
  const count = new FamiliarityCount();
  let words = 0;
  for (let at = corpus.starts[row] ?? 0; at < (corpus.starts[row + 1] ?? 0); at += 1) {
    const column = corpus.columns[at] ?? 0;
    const kind = corpus.kinds[column] ?? 0;
    count.add(kind, idf[column] ?? 0, unseenIdf);
    if (kind === featureKinds.word || kind === featureKinds.number) words += 1;
  }
  return count.of(words);
}

const usualTemperature = 0.2;
const temperatures = [0.06, 0.08, 0.1, 0.12, 0.15, 0.18, 0.22, 0.27, 0.33, 0.4, 0.5];

/** The one under which the right classes are likeliest. */
function temperatureOf(scores: readonly Float32Array[], right: readonly number[]): number {
  let best = usualTemperature;
  let least = Number.POSITIVE_INFINITY;
  for (const temperature of temperatures) {
    let loss = 0;
    for (const [at, line] of scores.entries()) {
      const ofClass = right[at] ?? -1;
      if (ofClass < 0) continue;
      const top = line[largestOf(line)] ?? 0;
      let sum = 0;
      for (const score of line) sum += Math.exp((score - top) / temperature);
      loss += Math.log(sum) - ((line[ofClass] ?? 0) - top) / temperature;
    }
    if (loss > 0 && loss < least) {
      least = loss;
      best = temperature;
    }
  }
  return best;
}

function largestOf(line: Float32Array): number {
  let best = 0;
  for (let at = 1; at < line.length; at += 1) if ((line[at] ?? 0) > (line[best] ?? 0)) best = at;
  return best;
}
