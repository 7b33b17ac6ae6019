import { FamiliarityCount, logistic, signalsOf } from './confidence.ts';
import { weightOfCount } from './corpus.ts';
import { eachFeature, featureKinds, textKey } from './features.ts';
import type { IntentContext, IntentGuess } from './intent-classifier.ts';
import type { IntentModel } from './intent-model.ts';
import { KeyTable } from './key-table.ts';
import { contextOf, type ReadContext, rerank } from './rerank.ts';
import { wordsOf } from './words.ts';

/** Tells what was meant, at once. */
export type PredictIntent = (text: string, context?: IntentContext) => IntentGuess;

/** Of these many likeliest the rest is told. */
const rankingLength = 5;

/** An example word for word is meant as what it is an example of, if examples are any good. */
const exampleConfidence = 0.97;

const nothing: IntentGuess = { intent: undefined, confidence: 0, ranking: [] };

/** Make a model ready to be asked. Not re-entrant and needs not be: it is synchronous, and keeps its working memory. */
export function createPredictor(model: IntentModel): PredictIntent {
  const table = KeyTable.of(model.keys);
  const examples = new Map<number, number>();
  for (const [at, key] of model.exampleKeys.entries()) examples.set(key, model.exampleClasses[at] ?? 0);
  const readContext = contextOf(model.intents);
  const score = scorer(model, table);
  return (text, context) => {
    const words = wordsOf(text);
    if (words.length === 0) return nothing;
    const { scores, familiarity } = score(words);
    const reading = readContext(context);
    const example = examples.get(textKey(words));
    if (example !== undefined) return wordForWord(model, scores, example);
    return guess(model, scores, familiarity, reading);
  };
}

function scorer(model: IntentModel, table: KeyTable) {
  const { starts, classes, weights, idf, unseenIdf, scales, biases } = model;
  const counts = new Uint16Array(model.keys.length);
  const kinds = new Uint8Array(model.keys.length);
  const touched: number[] = [];
  const unseen = new Map<number, number>();
  const scores = new Float32Array(model.intents.length);
  const count = new FamiliarityCount();
  return (words: readonly string[]) => {
    touched.length = 0;
    unseen.clear();
    count.clear();
    let distinctWords = 0;
    eachFeature(words, (key, kind) => {
      const id = table.find(key);
      if (id === -1) {
        unseen.set(key, kind);
        return;
      }
      if (counts[id] === 0) {
        touched.push(id);
        kinds[id] = kind;
      }
      counts[id] = Math.min((counts[id] ?? 0) + 1, 65_535);
    });
    for (const kind of unseen.values()) {
      count.add(kind, 0, unseenIdf);
      if (kind === featureKinds.word || kind === featureKinds.number) distinctWords += 1;
    }
    scores.fill(0);
    let square = 0;
    for (const id of touched) {
      const kind = kinds[id] ?? 0;
      const says = idf[id] ?? 0;
      count.add(kind, says, unseenIdf);
      if (kind === featureKinds.word || kind === featureKinds.number) distinctWords += 1;
      const value = weightOfCount(counts[id] ?? 1, kind) * Math.sqrt(says);
      counts[id] = 0;
      square += value * value;
      const to = starts[id + 1] ?? 0;
      for (let at = starts[id] ?? 0; at < to; at += 1) {
        const ofClass = classes[at] ?? 0;
        scores[ofClass] = (scores[ofClass] ?? 0) + value * (weights[at] ?? 0);
      }
    }
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let at = 0; at < scores.length; at += 1) {
      scores[at] = (scores[at] ?? 0) * scale * (scales[at] ?? 0) + (biases[at] ?? 0);
    }
    return { scores, familiarity: count.of(distinctWords) };
  };
}

function guess(
  model: IntentModel,
  scores: Float32Array,
  familiarity: ReturnType<FamiliarityCount['of']>,
  reading: ReadContext,
): IntentGuess {
  const ranked = rerank(scores, model.temperature, reading);
  const plain = logistic(model.calibration.weights, signalsOf(ranked.scores, familiarity, model.temperature));
  // Nothing of the text is known: whatever is said of it is made up.
  const confidence = familiarity.word === 0 && familiarity.letters === 0 ? 0 : ranked.adjust(plain);
  return tell(model, ranked.scores, confidence, confidence >= model.calibration.rejectBelow);
}

function wordForWord(model: IntentModel, scores: Float32Array, example: number): IntentGuess {
  const raised = Float32Array.from(scores);
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) most = Math.max(most, score);
  raised[example] = Math.max(scores[example] ?? 0, most + 4 * model.temperature);
  return tell(model, raised, exampleConfidence, true);
}

/** The others' shares: as much less likely as their scores say, and together no more than is left. */
function tell(model: IntentModel, scores: Float32Array, confidence: number, accepted: boolean): IntentGuess {
  const order = topOf(scores, rankingLength);
  const first = order[0] ?? 0;
  const best = scores[first] ?? 0;
  let sum = 0;
  for (const score of scores) sum += Math.exp((score - best) / model.temperature);
  const others = sum - 1;
  const ranking = order.map((at) => {
    const share = Math.exp(((scores[at] ?? 0) - best) / model.temperature);
    const left = others > 0 ? ((1 - confidence) * share) / others : 0;
    return {
      intent: model.intents[at] ?? '',
      confidence: at === first ? confidence : Math.min(confidence * share, left),
    };
  });
  return { intent: accepted ? model.intents[first] : undefined, confidence, ranking };
}

/** Places of the largest, largest first. */
function topOf(scores: Float32Array, count: number): number[] {
  const top: number[] = [];
  for (let at = 0; at < scores.length; at += 1) {
    const score = scores[at] ?? 0;
    if (top.length === count && score <= (scores[top[count - 1] ?? 0] ?? 0)) continue;
    let place = top.length;
    while (place > 0 && (scores[top[place - 1] ?? 0] ?? 0) < score) place -= 1;
    top.splice(place, 0, at);
    if (top.length > count) top.pop();
  }
  return top;
}
