import { tokenize } from '../entity.ts';
import type { EntityLanguage } from '../numbers/number-words.ts';
import { SENTIMENT_WORDS } from './sentiment-words.ts';

/** How an utterance feels. */
export interface Sentiment {
  readonly label: 'positive' | 'negative' | 'neutral';
  /** -1 to 1. */
  readonly score: number;
}

/**
 * By a small lexicon of words and phrases, with what turns them round (`not good`, `không tốt`) and what strengthens them (`very`,
 * `quá`). Irony and things told without a word of feeling are not seen.
 */
export function readSentiment(text: string, language: EntityLanguage): Sentiment {
  const lexicon = SENTIMENT_WORDS[language];
  const tokens = tokenize(text).slice(0, MAX_WORDS);
  const words = tokens.map(({ text: word }) => word.normalize('NFC'));
  let sum = 0;
  let turnedUntil = -1;
  let strength = 1;
  let at = 0;
  while (at < words.length) {
    const parted = at > 0 && /[.,;!?]/.test(text.slice(tokens[at - 1]?.end ?? 0, tokens[at]?.start ?? 0));
    if (parted || lexicon.contrasts.has(words[at] ?? '')) turnedUntil = -1;
    // What comes after "but" is what is meant.
    if (lexicon.contrasts.has(words[at] ?? '')) sum *= BEFORE_CONTRAST;
    const phrase = longestPhrase(words, at, lexicon.scores);
    if (phrase !== undefined) {
      const after = lexicon.strengthenersAfter.has(words[at + phrase.length] ?? '') ? 1.5 : 1;
      const turned = at <= turnedUntil ? -0.7 : 1;
      sum += phrase.score * strength * after * turned;
      strength = 1;
      at += phrase.length;
      continue;
    }
    const word = words[at] ?? '';
    if (lexicon.negations.has(word) || word.endsWith("n't")) turnedUntil = at + NEGATION_REACH;
    strength = lexicon.strengtheners.has(word) ? 1.5 : lexicon.weakeners.has(word) ? 0.5 : strength;
    at += 1;
  }
  const score = Math.round((sum / (Math.abs(sum) + 2)) * 100) / 100;
  return { label: score > NEUTRAL ? 'positive' : score < -NEUTRAL ? 'negative' : 'neutral', score };
}

function longestPhrase(
  words: readonly string[],
  at: number,
  scores: ReadonlyMap<string, number>,
): { score: number; length: number } | undefined {
  for (let length = Math.min(MAX_PHRASE, words.length - at); length > 0; length -= 1) {
    const score = scores.get(words.slice(at, at + length).join(' '));
    if (score !== undefined) return { score, length };
  }
  return undefined;
}

/** "Not a very good": the fourth word after the negation is still turned round. */
const NEGATION_REACH = 4;
const MAX_PHRASE = 5;
const MAX_WORDS = 400;
/** What was said before a "but" counts a third. */
const BEFORE_CONTRAST = 0.3;
/** One weak word alone decides nothing. */
const NEUTRAL = 0.2;
