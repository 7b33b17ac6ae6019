import type { IntentExample } from './agent-intents.ts';
import { type Calibration, calibrate, defaultCalibrationOptions, type Trial } from './calibration.ts';
import { logistic } from './confidence.ts';
import type { IntentClassifier, IntentGuess } from './intent-classifier.ts';
import { randomOf } from './linear-svm.ts';
import { NluError } from './nlu-error.ts';
import { contextOf, rerank } from './rerank.ts';
import type { SentenceEmbedder } from './sentence-embedder.ts';
import { defaultFallbackOptions, type FallbackOptions, withFallback } from './with-fallback.ts';

export interface EmbeddingClassifierOptions extends FallbackOptions {
  /** Vectors of what was said lately that are kept: callers say the same things. */
  readonly cachedTexts: number;
}

export const defaultEmbeddingClassifierOptions: EmbeddingClassifierOptions = {
  ...defaultFallbackOptions,
  cachedTexts: 1000,
};

/** What a difference in nearness (cosine) is divided by before it is one of log probability. */
const temperature = 0.05;

/** Examples tried for calibration, at most: each is compared with all. */
const maxTrials = 400;

/** Before there are trials: near means right, and by how much it is nearer than the next. */
const usual: Calibration = { weights: [-3, 4, 8, 0.5], rejectBelow: 0.4 };

const rankingLength = 5;

/**
 * A classifier by nearness of meaning: as near as a text is to an intent's nearest example and to the middle of them. Embeds the
 * examples once, which takes seconds for thousands of them. When the embedder fails or is slow later, `fallback` answers.
 *
 * @param signal ends the embedding of the examples
 * @throws NluError when the examples could not be embedded
 */
export async function trainEmbeddingClassifier(
  examples: readonly IntentExample[],
  embedder: SentenceEmbedder,
  fallback: IntentClassifier,
  signal: AbortSignal,
  options: Partial<EmbeddingClassifierOptions> = {},
): Promise<IntentClassifier> {
  const settings = { ...defaultEmbeddingClassifierOptions, ...options };
  if (examples.length === 0) throw new NluError('examples_missing', 'There are no examples.');
  const vectors = await embedder.embed(
    examples.map(({ text }) => text),
    signal,
  );
  const intents = [...new Set(examples.map(({ intent }) => intent))];
  const places = new Map(intents.map((intent, at) => [intent, at]));
  const classOf = examples.map(({ intent }) => places.get(intent) ?? 0);
  const space = spaceOf(vectors, classOf, intents.length);
  const calibration = calibrate(trialsOf(space), { ...defaultCalibrationOptions, usual });
  const readContext = contextOf(intents);
  const cache = new Map<string, Float32Array>();
  return withFallback(
    'embedding',
    async (text, context, signal) => {
      const vector = cache.get(text) ?? (await embedder.embed([text], signal))[0];
      if (vector === undefined || vector.length !== vectors[0]?.length) {
        throw new NluError('answer_invalid', `${embedder.name} gave a vector of another length than for the examples.`);
      }
      remember(cache, text, vector, settings.cachedTexts);
      const { scores, adjust } = rerank(nearness(space, vector, -1, false), temperature, readContext(context));
      return guess(intents, scores, adjust(logistic(calibration.weights, signalsOf(scores))), calibration.rejectBelow);
    },
    fallback,
    settings,
  );
}

interface Space {
  readonly vectors: readonly Float32Array[];
  readonly classOf: readonly number[];
  /** Sum of the vectors of each intent. */
  readonly sums: readonly Float32Array[];
  readonly counts: readonly number[];
}

function spaceOf(vectors: readonly Float32Array[], classOf: readonly number[], classes: number): Space {
  const sums = Array.from({ length: classes }, () => new Float32Array(vectors[0]?.length ?? 0));
  const counts = new Array<number>(classes).fill(0);
  for (const [at, vector] of vectors.entries()) {
    const ofClass = classOf[at] ?? 0;
    counts[ofClass] = (counts[ofClass] ?? 0) + 1;
    add(sums[ofClass], vector, 1);
  }
  return { vectors, classOf, sums, counts };
}

/** Of each intent, half its nearest example and half the middle of them; as if the example `without` (or its intent) were not there. */
function nearness(space: Space, vector: Float32Array, without: number, withoutIntent: boolean): Float32Array {
  const { vectors, classOf, sums, counts } = space;
  const nearest = new Float32Array(sums.length).fill(Number.NEGATIVE_INFINITY);
  for (const [at, example] of vectors.entries()) {
    if (at === without) continue;
    const ofClass = classOf[at] ?? 0;
    nearest[ofClass] = Math.max(nearest[ofClass] ?? 0, dot(vector, example));
  }
  const own = classOf[without] ?? -1;
  for (const [ofClass, sum] of sums.entries()) {
    const rest = ofClass === own ? add(Float32Array.from(sum), vector, -1) : sum;
    const left = (counts[ofClass] ?? 0) - (ofClass === own ? 1 : 0);
    const gone = left === 0 || (withoutIntent && ofClass === own);
    const length = Math.sqrt(dot(rest, rest)) || 1;
    nearest[ofClass] = gone ? Number.NEGATIVE_INFINITY : ((nearest[ofClass] ?? 0) + dot(vector, rest) / length) / 2;
  }
  return nearest;
}

/** Each example guessed from the others, and from all but its intent's, when it should be seen that none fits. */
function trialsOf(space: Space): Trial[] {
  const trials: Trial[] = [];
  const next = randomOf(1);
  const share = maxTrials / space.vectors.length;
  for (const [at, vector] of space.vectors.entries()) {
    if (next() >= share) continue;
    const own = space.classOf[at] ?? 0;
    if ((space.counts[own] ?? 0) > 1) {
      const scores = nearness(space, vector, at, false);
      trials.push({ signals: signalsOf(scores), outcome: topOf(scores)[0] === own ? 'right' : 'wrong' });
    }
    if (space.sums.length > 2) {
      trials.push({ signals: signalsOf(nearness(space, vector, at, true)), outcome: 'out_of_scope' });
    }
  }
  return trials;
}

function signalsOf(scores: Float32Array): Float64Array {
  const [first = 0, second] = topOf(scores);
  const best = scores[first] ?? 0;
  const margin = second === undefined ? 1 : Math.min(best - (scores[second] ?? 0), 1);
  return Float64Array.of(1, best, margin, -Math.log(sumOf(scores, best)));
}

function guess(intents: readonly string[], scores: Float32Array, confidence: number, rejectBelow: number): IntentGuess {
  const order = topOf(scores).slice(0, rankingLength);
  const best = scores[order[0] ?? 0] ?? 0;
  const others = sumOf(scores, best) - 1;
  const ranking = order.map((at, place) => {
    const share = Math.exp(((scores[at] ?? 0) - best) / temperature);
    const left = others > 0 ? ((1 - confidence) * share) / others : 0;
    return { intent: intents[at] ?? '', confidence: place === 0 ? confidence : Math.min(confidence * share, left) };
  });
  return { intent: confidence >= rejectBelow ? ranking[0]?.intent : undefined, confidence, ranking };
}

function sumOf(scores: Float32Array, best: number): number {
  let sum = 0;
  for (const score of scores) sum += Math.exp((score - best) / temperature);
  return sum;
}

function topOf(scores: Float32Array): number[] {
  return [...scores.keys()]
    .filter((at) => scores[at] !== Number.NEGATIVE_INFINITY)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) sum += (left[at] ?? 0) * (right[at] ?? 0);
  return sum;
}

function add(sum: Float32Array | undefined, vector: Float32Array, times: number): Float32Array {
  const result = sum ?? new Float32Array(vector.length);
  for (let at = 0; at < vector.length; at += 1) result[at] = (result[at] ?? 0) + times * (vector[at] ?? 0);
  return result;
}

/** The ones used longest ago are forgotten first. */
function remember(cache: Map<string, Float32Array>, text: string, vector: Float32Array, most: number): void {
  cache.delete(text);
  cache.set(text, vector);
  for (const oldest of cache.keys()) {
    if (cache.size <= most) return;
    cache.delete(oldest);
  }
}
