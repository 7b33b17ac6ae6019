import type { SpokenWord } from '../ports/synthesizer.ts';

/** What of a text has been given as sound when its voice broke off. */
export interface Given {
  /** The text from the first word that was not given whole. */
  readonly rest: string;
  /** Times for words that were given and that the voice told no times of. */
  readonly untold: readonly SpokenWord[];
}

/**
 * Finds the word at which a voice broke off. The times that it told decide; where there are none, the pace does: of the
 * words told so far, or else the one learned from earlier sentences. So the next voice neither repeats nor leaves out more
 * than a word, as far as the pace is known.
 *
 * @param words the times told so far, also of sound that never came
 * @param givenMs the sound that came
 * @param msPerLetter pace of the voice when nothing of this text tells it
 */
export function splitAtGiven(text: string, words: readonly SpokenWord[], givenMs: number, msPerLetter: number): Given {
  const written = writtenWords(text);
  const given = words.filter((word) => word.endMs <= givenMs + roundingMs);
  const told = alignedCount(written, given);
  const isCutInTold = given.length < words.length;
  const toldMs = told === undefined ? 0 : (given.at(-1)?.endMs ?? 0);
  let count = told ?? 0;
  if (!isCutInTold || told === undefined) {
    const toldLetters = lettersOf(written.slice(0, count));
    const pace = toldMs > 0 && toldLetters > 0 ? toldMs / toldLetters : msPerLetter;
    let passedMs = toldMs;
    for (const word of written.slice(count)) {
      passedMs += letters(word.text) * pace;
      if (passedMs > givenMs + roundingMs) break;
      count += 1;
    }
  }
  const rest = written[count];
  return {
    rest: rest === undefined ? '' : text.slice(rest.at),
    // Times that do not fit the text were told all the same: two of one word would be worse.
    untold: words.length > 0 && told === undefined ? [] : timesFor(written.slice(told ?? 0, count), toldMs, givenMs),
  };
}

/** Times for the words of a text that lie between two moments, by their letters. */
export function spreadWords(text: string, fromMs: number, toMs: number): readonly SpokenWord[] {
  return timesFor(writtenWords(text), fromMs, toMs);
}

/** Letters of a text as they take time to say. */
export function countLetters(text: string): number {
  return lettersOf(writtenWords(text));
}

/** Is there anything to be heard in it? */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Rounding of sample counts and of vendors' seconds with two decimals. */
export const roundingMs = 10;

interface WrittenWord {
  readonly text: string;
  /** Offset in the text. */
  readonly at: number;
}

function writtenWords(text: string): readonly WrittenWord[] {
  return [...text.matchAll(/\S+/g)].flatMap(({ 0: chunk, index }) =>
    unspaced.test(chunk) ? segments(chunk, index) : [{ text: chunk, at: index }],
  );
}

/** Scripts that write no spaces between words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

function segments(chunk: string, at: number): readonly WrittenWord[] {
  const found: { text: string; at: number }[] = [];
  for (const { segment, index, isWordLike } of segmenter.segment(chunk)) {
    const last = found.at(-1);
    if (isWordLike || last === undefined) found.push({ text: segment, at: at + index });
    else last.text += segment;
  }
  return found;
}

/**
 * How many of the written words the spoken ones make. A voice may make several words of one ("$25" is three): they pass
 * when the next one is met. Undefined when they do not fit together at all.
 */
function alignedCount(written: readonly WrittenWord[], spoken: readonly SpokenWord[]): number | undefined {
  let at = 0;
  let matched = 0;
  for (const { text } of spoken) {
    const sought = plain(text);
    const ahead = written.slice(at, at + maxSkippedWords + 1).findIndex((word) => plain(word.text) === sought);
    if (ahead < 0) continue;
    at += ahead + 1;
    matched += 1;
  }
  return matched * 2 >= spoken.length ? at : undefined;
}

/** Written words in a row that are said otherwise: an amount with its currency and unit. */
const maxSkippedWords = 3;

function plain(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]/gu, '');
}

function timesFor(written: readonly WrittenWord[], fromMs: number, toMs: number): readonly SpokenWord[] {
  const all = lettersOf(written);
  let passed = 0;
  return written.map(({ text }) => {
    const startMs = fromMs + ((toMs - fromMs) * passed) / all;
    passed += letters(text);
    return { text, startMs, endMs: fromMs + ((toMs - fromMs) * passed) / all };
  });
}

function lettersOf(written: readonly WrittenWord[]): number {
  return written.reduce((sum, word) => sum + letters(word.text), 0);
}

/** A word's letters and the gap behind it; a Han letter is a syllable, as long as four of an alphabet. */
function letters(word: string): number {
  return unspaced.test(word) ? word.length * 4 : word.length + 1;
}
