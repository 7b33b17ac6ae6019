import type { RivaAlternative } from './riva-wire.ts';

/**
 * How sure the server is of what it heard, 0–1.
 *
 * What it tells is roughly a natural-log probability: of a word the least of its sounds (greedy decoder) or their sum (beam search with
 * a language model), of the whole the words' mean or again a sum, which falls with every word. So the words' own values are averaged and
 * the exponent of that is taken: the geometric mean of the words' probabilities, the same scale for short and long answers. Language
 * models push values above 0 at times: that counts as sure. Servers of which no value is negative tell probabilities, and 0 is no value.
 *
 * @param temperature what the logarithms are divided by, for decoders that sum: 1 takes them as they are
 * @returns undefined when the server does not tell
 */
export function confidenceOf(alternatives: readonly RivaAlternative[], temperature: number): number | undefined {
  const ofWords = alternatives.flatMap(({ words }) => told(words));
  const values = ofWords.length > 0 ? ofWords : told(alternatives);
  if (values.length === 0) return undefined;
  if (values.every((value) => value > 0)) return mean(values.map((value) => Math.min(value, 1)));
  return Math.exp(mean(values.map((value) => Math.min(value, 0))) / temperature);
}

function told(those: readonly { readonly confidence: number }[]): number[] {
  return those.map(({ confidence }) => confidence).filter((value) => value !== 0 && Number.isFinite(value));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
