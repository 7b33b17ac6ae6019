import { featureBuckets, featuresOf, judgedWords } from './features.ts';
import { type CompletenessLanguage, trainedWeights } from './weights.ts';

/**
 * How likely is the speaker done after these words, 0–1? A logistic model over hashed features of the words, trained by
 * `npm run train -- completeness`; some five microseconds. Undefined for a language that it was not trained for.
 *
 * @param language BCP 47
 */
export function doneProbability(text: string, language: string): number | undefined {
  const weights = weightsOf(language);
  if (weights === undefined) return undefined;
  const judged = judgedWords(text);
  if (judged.length === 0) return undefined;
  let sum = 0;
  for (const bucket of featuresOf(judged)) sum += weights.values[bucket] ?? 0;
  return 1 / (1 + Math.exp(-(sum * weights.scale + weights.offset)));
}

interface Weights {
  /** What one step of a weight stands for, in log odds. */
  readonly scale: number;
  /** Log odds of a pause of which nothing is known. */
  readonly offset: number;
  readonly values: Int8Array;
}

const decoded = new Map<string, Weights>();

/** Unpacked at the first call in the language: under a millisecond. */
function weightsOf(language: string): Weights | undefined {
  const code = language.toLowerCase().split('-')[0];
  if (code !== 'en' && code !== 'vi') return undefined;
  const known = decoded.get(code);
  if (known !== undefined) return known;
  const weights = decode(code);
  decoded.set(code, weights);
  return weights;
}

function decode(code: CompletenessLanguage): Weights {
  const { scale, offset, base64 } = trainedWeights[code];
  const values = new Int8Array(featureBuckets);
  const bytes = atob(base64);
  for (let index = 0; index < featureBuckets; index += 1) values[index] = bytes.charCodeAt(index);
  return { scale, offset, values };
}
