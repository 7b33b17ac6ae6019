import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';

/** How a model takes what is likely to be said. */
export type HintForm = 'prompt' | 'keywords' | 'none';

/** Whisper reads the last 224 tokens of a prompt, which are 600 letters of a language with accents; longer ones make any model slower. */
const maxLetters = 600;
/** Names and what stands in lists. Whole sentences say little about single words, and models take them up where nobody said them. */
const maxPhraseWords = 4;
const maxPhraseLetters = 60;
/** Of those that take key words; how many they take is not said. */
const maxKeywords = 60;

export interface Hints {
  readonly prompt?: string;
  readonly keywords?: readonly string[];
}

/**
 * What the agent expects, in the form that the model takes. Of a question's context if there is one, else of the whole vocabulary; what is
 * too much is left out from the end.
 */
export function hintsOf(
  vocabulary: RecognizerVocabulary | undefined,
  context: string | undefined,
  form: HintForm,
): Hints {
  if (vocabulary === undefined || form === 'none') return {};
  const ofContext =
    context !== undefined && Object.hasOwn(vocabulary.contexts, context) ? vocabulary.contexts[context] : undefined;
  const phrases = chosen(ofContext ?? vocabulary.phrases);
  if (phrases.length === 0) return {};
  return form === 'prompt' ? { prompt: `${phrases.join(', ')}.` } : { keywords: phrases.slice(0, maxKeywords) };
}

/** Of lists that somebody still holds: 12,000 phrases take some milliseconds to look through. */
const choices = new WeakMap<readonly string[], readonly string[]>();

function chosen(phrases: readonly string[]): readonly string[] {
  const known = choices.get(phrases) ?? choose(phrases);
  choices.set(phrases, known);
  return known;
}

function choose(phrases: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  let letters = 0;
  for (const phrase of phrases) {
    // A line break or a bracket in it could be read as more than a word; key words with them are refused.
    const plain = phrase.replace(/[\s<>[\]{}]+/g, ' ').trim();
    const isShort = plain.length <= maxPhraseLetters && plain.split(' ').length <= maxPhraseWords;
    if (plain === '' || !isShort || taken.has(plain)) continue;
    if (letters + plain.length + 2 > maxLetters) break;
    taken.add(plain);
    letters += plain.length + 2;
  }
  return [...taken];
}

/** Models that hear nothing sometimes write down the prompt. */
export function isEchoOfPrompt(text: string, { prompt }: Hints): boolean {
  const letters = (words: string) =>
    words
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  // A single word that was expected may well have been said.
  return prompt?.includes(', ') === true && letters(text) === letters(prompt);
}
