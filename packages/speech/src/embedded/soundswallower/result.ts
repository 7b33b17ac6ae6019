import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import { isGarbageWord } from '../../grammar/compile-grammar.ts';
import { confidenceOf } from './confidence.ts';
import type { DecodedWord } from './decoder.ts';
import { digitHomophones } from './digit-homophones.ts';

export interface RecognitionResult {
  readonly text: string;
  readonly words: readonly RecognizedWord[];
  /** 0–1; see `confidenceOf`. */
  readonly confidence: number;
}

/**
 * The words of the vocabulary among what was decoded, and how far they account for what was heard.
 *
 * @param saidAlone words that are a phrase by themselves; any other lone word is what hums and coughs are taken for
 * @param isAwaited whether a text is an answer that the question hoped for
 */
export function recognitionResult(
  decoded: readonly DecodedWord[],
  saidAlone: ReadonlySet<string>,
  isAwaited: (text: string) => boolean,
): RecognitionResult {
  const sounds = decoded.filter(({ text }) => !isSilence(text));
  const words = sounds.filter(({ text }) => !isGarbageWord(text));
  const soundMs = total(sounds);
  const texts = digitHomophones(words.map(({ text }) => bareWord(text)));
  const confidence =
    texts.every(isArticle) || (words.length === 1 && !saidAlone.has(bareWord(words[0]?.text ?? '')))
      ? 0
      : confidenceOf({
          logScorePerSecond: sounds.reduce((sum, { logScore }) => sum + logScore, 0) / (soundMs / 1000),
          garbageShare: 1 - total(words) / soundMs,
          soundMs,
          awaited: isAwaited(texts.join(' ')),
        });
  return {
    text: texts.join(' '),
    words: words.map(({ startMs, durationMs }, index) => ({
      text: texts[index] ?? '',
      startMs: Math.round(startMs),
      endMs: Math.round(startMs + durationMs),
    })),
    confidence,
  };
}

/** The text of a hypothesis in progress. */
export function partialText(hypothesis: string): string {
  const words = hypothesis.split(' ').filter((word) => word !== '' && !isSilence(word) && !isGarbageWord(word));
  const texts = digitHomophones(words.map(bareWord));
  return texts.every(isArticle) ? '' : texts.join(' ');
}

/** A grunt or an "uh-huh" is taken for "the the" with confidence; articles without a noun say nothing yet. */
function isArticle(word: string): boolean {
  return word === 'the' || word === 'a' || word === 'an';
}

/** Silence, breath and the grammar's empty arcs. */
function isSilence(word: string): boolean {
  return /^[<[(]/.test(word);
}

/** `to(3)` is the third pronunciation of `to`. */
function bareWord(word: string): string {
  return word.replace(/\(\d+\)$/, '');
}

function total(words: readonly DecodedWord[]): number {
  return words.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
