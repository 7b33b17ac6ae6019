import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { everydayWords } from './everyday-words.ts';

export interface KeyTermLimits {
  /** The vendor advises 20–50 and speaks of up to 100. */
  readonly maxTerms: number;
  /**
   * The vendor takes 500 tokens and counts them itself. More of them in `Configure` stop the transcription without a word, so that
   * there must be room between what is reckoned here and what it counts.
   */
  readonly maxTokens: number;
}

export const keyTermLimits: KeyTermLimits = { maxTerms: 100, maxTokens: 400 };

/**
 * What the vendor should listen for, the most useful first: it hears everyday words anyway, so that names, rare words and the short
 * phrases of lists are taken from the vocabulary, those of the question just asked before all others.
 */
export function chooseKeyTerms(
  vocabulary: RecognizerVocabulary | undefined,
  context: string | undefined,
  { maxTerms, maxTokens }: KeyTermLimits = keyTermLimits,
): readonly string[] {
  if (vocabulary === undefined) return [];
  const expected = context === undefined ? [] : (vocabulary.contexts[context] ?? []);
  const chosen: string[] = [];
  const seen = new Set<string>();
  let tokens = 0;
  for (const phrases of [expected, vocabulary.phrases]) {
    for (const term of ranked(phrases)) {
      const key = term.toLowerCase();
      const cost = tokensOf(term);
      if (seen.has(key) || tokens + cost > maxTokens) continue;
      seen.add(key);
      chosen.push(term);
      tokens += cost;
      if (chosen.length === maxTerms) return chosen;
    }
  }
  return chosen;
}

/**
 * Looks through a vocabulary beforehand, in steps between other work: 12,000 phrases at once take 30–70 ms, in which nobody would be
 * heard. Rejects with the signal's reason.
 */
export async function prepareKeyTerms(vocabulary: RecognizerVocabulary, signal: AbortSignal): Promise<void> {
  for (const phrases of [vocabulary.phrases, ...Object.values(vocabulary.contexts)]) {
    if (rankings.has(phrases)) continue;
    const steps = rank(phrases);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) {
      await nextTurn();
      signal.throwIfAborted();
    }
    rankings.set(phrases, step.value);
  }
}

/** Of lists that somebody still holds. */
const rankings = new WeakMap<readonly string[], readonly string[]>();

function ranked(phrases: readonly string[]): readonly string[] {
  const known = rankings.get(phrases);
  if (known !== undefined) return known;
  const steps = rank(phrases);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  rankings.set(phrases, step.value);
  return step.value;
}

/** Phrases looked at in one step: about 3 ms. */
const stepPhrases = 500;

interface Candidate {
  readonly term: string;
  readonly worth: number;
  readonly count: number;
}

/** Terms of some phrases, by worth; of equal ones those that occur seldom first, since each may be somebody's only name. */
function* rank(phrases: readonly string[]): Generator<void, readonly string[]> {
  const candidates = new Map<string, Candidate>();
  const add = (term: string, worth: number) => {
    const key = term.toLowerCase();
    const known = candidates.get(key);
    if (known === undefined && candidates.size >= maxCandidates) return;
    candidates.set(key, {
      term: known?.term ?? term,
      worth: Math.max(worth, known?.worth ?? 0),
      count: (known?.count ?? 0) + 1,
    });
  };
  for (const [at, phrase] of phrases.entries()) {
    if (at % stepPhrases === 0) yield;
    const words: readonly string[] = phrase.match(/[\p{L}\p{M}][\p{L}\p{M}\p{N}'’-]*/gu) ?? [];
    const rare = words.filter((word, index) => isRare(word, index));
    // An entry of a list, a name of two words: heard as a whole.
    if (words.length > 1 && words.length <= 3 && rare.length === words.length) add(words.join(' '), 2);
    else for (const word of rare) add(word, isName(word, words.indexOf(word)) ? 3 : words.length === 1 ? 2 : 1);
  }
  const best = [...candidates.values()].sort((a, b) => b.worth - a.worth || a.count - b.count);
  // More of one list than can be told in all is of no use.
  return best.slice(0, 2 * keyTermLimits.maxTerms).map(({ term }) => term);
}

/** A vocabulary of 12,000 phrases has fewer words. */
const maxCandidates = 20_000;

function isRare(word: string, index: number): boolean {
  return isName(word, index) || (word.length > 2 && !everydayWords.has(word.toLowerCase()));
}

/** Written with a capital where a sentence does not begin, or all in capitals. */
function isName(word: string, index: number): boolean {
  const isCapital = /^\p{Lu}/u.test(word);
  return isCapital && word !== 'I' && !word.startsWith("I'") && (index > 0 || !everydayWords.has(word.toLowerCase()));
}

/** On the high side of what tokenizers make of it: three bytes of a word to a token, and one for where it begins. */
function tokensOf(term: string): number {
  return term.split(' ').reduce((sum, word) => sum + 1 + Math.ceil(Buffer.byteLength(word, 'utf8') / 3), 0);
}
