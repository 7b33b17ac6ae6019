import type { IntentExample } from './agent-intents.ts';
import { type CalibrationOptions, calibrate, defaultCalibrationOptions } from './calibration.ts';
import { corpusOf, weigh, weighRows } from './corpus.ts';
import { crossValidate } from './cross-validation.ts';
import { textKey } from './features.ts';
import type { IntentModel } from './intent-model.ts';
import { tellingNames, wordsOfName } from './intent-name.ts';
import { trainOneVersusRest } from './linear-svm.ts';
import { NluError } from './nlu-error.ts';
import { WeightKeeper } from './weight-keeper.ts';
import { maxTextLength, wordsOf } from './words.ts';

export interface TrainingOptions {
  /** The same seed and examples give the same model. */
  readonly seed: number;
  /** Largest model, serialised; the least of its weights are dropped until it fits. */
  readonly maxModelBytes: number;
  /** Weights have at least so much room, however many features and examples there are. */
  readonly leastRoomBytes: number;
  readonly calibration: CalibrationOptions;
}

export const defaultTrainingOptions: TrainingOptions = {
  seed: 1,
  // 150 intents with 100 examples each come to about 3.5 MB of their own accord; more is slow to load and to send to replicas.
  maxModelBytes: 4_500_000,
  leastRoomBytes: 1_000_000,
  calibration: defaultCalibrationOptions,
};

/** Bounds the memory and the time that one agent's training may take. */
const maxIntents = 2000;
const maxExamples = 100_000;

/** From so many examples an intent, what is rare is seen often enough: errors cost more and fewer rounds do. */
const manyExamples = 50;
const fewExamplesSvm = { cost: 1, epochs: 15 };
const manyExamplesSvm = { cost: 3, epochs: 8 };

/** What a feature and an example take in a serialised model beside the weights. */
const bytesAFeature = 10;
const bytesAnExample = 6;

/** Learning from four fifths is near to learning from all. */
const folds = 5;

/** From so many examples in all, two of the folds hold more than enough guesses to calibrate by. */
const largeSet = 4000;

/**
 * Learn intents from examples: a linear model of words, pairs of words and letters in a row, and a confidence that is calibrated by
 * cross-validation, with whole intents left out as what no intent is for. A few hundred examples take a fraction of a second on one
 * core, 15,000 of 150 intents some ten.
 *
 * @throws NluError when there are no examples, or more than can be learnt
 */
export function trainIntentModel(
  examples: readonly IntentExample[],
  options: Partial<TrainingOptions> = {},
): IntentModel {
  const { seed, maxModelBytes, leastRoomBytes, calibration } = { ...defaultTrainingOptions, ...options };
  const { intents, texts, classOf, groupOf } = read(examples);
  const exampleCount = groupOf.length;
  const svm = { ...(exampleCount / intents.length > manyExamples ? manyExamplesSvm : fewExamplesSvm), seed };
  const corpus = corpusOf(texts);
  const foldsTried = exampleCount > largeSet ? 2 : folds;
  const leastRows = 1;
  const { temperature, trials } = crossValidate(corpus, classOf, groupOf, intents.length, {
    svm,
    folds,
    foldsTried,
    leastRows,
  });
  const rows = Uint32Array.from(texts.keys());
  const weighing = weigh(corpus, rows, leastRows);
  const keeper = new WeightKeeper(corpus.keys.length, intents.length);
  const classes = intents.map((_, at) => at);
  trainOneVersusRest(weighRows(corpus, weighing), rows, classOf, classes, svm, (ofClass, trained) =>
    keeper.keep(ofClass, trained),
  );
  const known = exampleKeys(texts.slice(0, exampleCount), classOf);
  return {
    intents,
    keys: corpus.keys,
    idf: weighing.idf,
    unseenIdf: weighing.unseenIdf,
    ...keeper.kept(
      Math.max(maxModelBytes - corpus.keys.length * bytesAFeature - exampleCount * bytesAnExample, leastRoomBytes),
    ),
    temperature,
    calibration: calibrate(trials, calibration),
    exampleKeys: Uint32Array.from(known.keys()),
    exampleClasses: Uint16Array.from(known.values()),
  };
}

/** Words, intents and groups of the examples, each once; then the words of the intents' names that may serve as examples. */
function read(examples: readonly IntentExample[]) {
  if (examples.length > maxExamples) throw new NluError('too_many_examples', `There are ${examples.length} examples.`);
  const numbers = new Map<string, number>();
  const texts: string[][] = [];
  const classes: number[] = [];
  const byIntent: string[][][] = [];
  const groups: number[] = [];
  const numberOfGroup = new Map<string, number>();
  const seen = new Set<string>();
  for (const { text, intent, origin } of examples) {
    if (text.length > maxTextLength)
      throw new NluError('too_many_examples', `One of ${intent} has ${text.length} characters.`);
    const words = wordsOf(text);
    const key = JSON.stringify([intent, ...words]);
    if (words.length === 0 || seen.has(key)) continue;
    seen.add(key);
    const number = numbers.get(intent) ?? numbers.size;
    numbers.set(intent, number);
    texts.push(words);
    classes.push(number);
    const group = origin === undefined ? key : JSON.stringify({ intent, origin });
    const groupNumber = numberOfGroup.get(group) ?? numberOfGroup.size;
    numberOfGroup.set(group, groupNumber);
    groups.push(groupNumber);
    const ofIntent = byIntent[number] ?? [];
    ofIntent.push(words);
    byIntent[number] = ofIntent;
  }
  const intents = [...numbers.keys()];
  if (intents.length === 0) throw new NluError('examples_missing', 'No example has words.');
  if (intents.length > maxIntents) throw new NluError('too_many_intents', `There are ${intents.length} intents.`);
  const names = intents.map(wordsOfName);
  for (const [number, telling] of tellingNames(byIntent, names).entries()) {
    const name = names[number];
    if (!telling || name === undefined) continue;
    texts.push(name);
    classes.push(number);
  }
  return { intents, texts, classOf: Uint16Array.from(classes), groupOf: Uint32Array.from(groups) };
}

/** A text given for two intents stands for neither. */
function exampleKeys(texts: readonly (readonly string[])[], classOf: Uint16Array): Map<number, number> {
  const known = new Map<number, number>();
  const doubtful = new Set<number>();
  for (const [row, words] of texts.entries()) {
    const key = textKey(words);
    const ofClass = classOf[row] ?? 0;
    if ((known.get(key) ?? ofClass) !== ofClass) doubtful.add(key);
    known.set(key, ofClass);
  }
  for (const key of doubtful) known.delete(key);
  return known;
}
