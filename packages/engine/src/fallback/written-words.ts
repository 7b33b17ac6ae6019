import type { SpokenWord } from '../ports/synthesizer.ts';
import { wordEnds } from '../text/word-ends.ts';

/** What of a text has been given as sound when its voice broke off. */
export interface Given {
  /** The text from the first word that was not given whole. */
  readonly rest: string;
  /** Times for words that were given and that the voice told no times of. */
  readonly untold: readonly SpokenWord[];
}

/**
 * Finds the word at which a voice broke off: by the times that it told, and where there are none by how long such words
 * take. Then the next voice neither repeats nor leaves out more than a word, mostly (`fallback/paces.ts` has the figures).
 *
 * @param words the times told so far, also of sound that never came
 * @param givenMs the sound that came
 * @param pace how much slower than reckoned the voice is
 * @param language BCP 47
 */
export function splitAtGiven(
  text: string,
  words: readonly SpokenWord[],
  givenMs: number,
  pace: number,
  language: string,
): Given {
  const toldMs = words.findLast(({ endMs }) => endMs <= givenMs + roundingMs)?.endMs ?? 0;
  const untold: SpokenWord[] = [];
  let from = { end: 0, endMs: 0 };
  for (const word of wordEnds(text, words, { kind: 'open', pace }, language)) {
    if (word.endMs > givenMs + roundingMs) {
      from = { ...from, end: from.end + givenLetters(text.slice(from.end, word.end), from.endMs, word.endMs, givenMs) };
      break;
    }
    if (word.endMs > toldMs + roundingMs) untold.push(wordBetween(text, from, word));
    from = word;
  }
  return { rest: text.slice(from.end).trimStart(), untold };
}

/** Times for the words of a text whose sound is between two moments. */
export function spreadWords(text: string, fromMs: number, toMs: number, language: string): readonly SpokenWord[] {
  let from = { end: 0, endMs: 0 };
  return wordEnds(text, [], { kind: 'known', audioMs: toMs - fromMs }, language).map((word) => {
    const { text: written, startMs, endMs } = wordBetween(text, from, word);
    from = word;
    return { text: written, startMs: fromMs + startMs, endMs: fromMs + endMs };
  });
}

/** Is there anything to be heard in it? */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Rounding of sample counts and of vendors' seconds with two decimals. */
export const roundingMs = 10;

interface End {
  readonly end: number;
  readonly endMs: number;
}

function wordBetween(text: string, from: End, to: End): SpokenWord {
  return { text: text.slice(from.end, to.end).trim(), startMs: from.endMs, endMs: to.endMs };
}

/**
 * How many letters of what is written in one piece were given. None of a word; of a script without spaces the words that
 * its own rules tell apart.
 */
function givenLetters(piece: string, fromMs: number, toMs: number, givenMs: number): number {
  if (!unspaced.test(piece)) return 0;
  const given = (piece.length * (givenMs - fromMs)) / (toMs - fromMs);
  let end = 0;
  for (const { index, segment } of segmenter.segment(piece)) {
    if (index + segment.length > given) break;
    end = index + segment.length;
  }
  return end;
}

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
