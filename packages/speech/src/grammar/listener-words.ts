import type { WeightedPhrase } from './compile-grammar.ts';
import { spokenWords } from './normalize.ts';

/**
 * What every listener says while another speaks, weighted to stand beside an agent's phrases. No agent lists it among its
 * answers, and without it "uh-huh" is heard as the words nearest to it, which cut the agent off. The engine's
 * `isBackchannel` knows all of these.
 */
export function listenerPhrases(phrases: readonly WeightedPhrase[]): WeightedPhrase[] {
  const total = phrases.reduce((sum, { weight }) => sum + weight, 0);
  const weight = Math.max(1, (LISTENER_SHARE * total) / LISTENER_WORDS.length);
  return LISTENER_WORDS.map((words) => ({ words, weight }));
}

/** Of all that is said, by all of them together. 0.005, 0.02 and 0.05 were heard almost alike. */
const LISTENER_SHARE = 0.02;

/** As the CMU dictionary writes them. */
export const LISTENER_WORDS: readonly (readonly string[])[] = [
  'uh huh',
  'mm hm',
  'mhm',
  'okay',
  'right',
  'yeah',
  'i see',
  'got it',
  'sure',
  'oh okay',
].map(spokenWords);
