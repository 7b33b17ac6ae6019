import { type Token, tokenize } from '../entity.ts';
import { type EntityLanguage, readNumber } from '../numbers/number-words.ts';
import { vietnameseDigit, vietnameseWords } from '../numbers/vietnamese-number.ts';
import { rememberLast } from '../remember-last.ts';

/** Digits that were dictated or written in one go. */
export interface DigitRun {
  /** All that the words can mean, the likeliest first: `twenty seven` is 27 or 20 7. At least one, sixteen at most. */
  readonly readings: readonly string[];
  /** `plus` or `+` came first. */
  readonly plus: boolean;
  /** In how many pieces it was said: `four fifteen` are two. */
  readonly pieces: number;
  /** Some were written as digits, or repeated (`double five`): nobody counts like that. */
  readonly certain: boolean;
  readonly start: number;
  readonly end: number;
}

/** What a word or some mean as digits. */
export interface DigitPiece {
  readonly readings: readonly string[];
  readonly length: number;
  readonly certain: boolean;
}

/**
 * Runs of digits as people say them: `double five oh triple nine`, `plus forty four`, `four fifteen`, `(415) 230-1234`; `không chín
 * không ba`, `ba số tám`. Fillers within a run are skipped.
 */
export function findDigitRuns(text: string, language: EntityLanguage): readonly DigitRun[] {
  return (language === 'vi' ? vietnameseRuns : englishRuns)(text);
}

const englishRuns = rememberLast((text) => readDigitRuns(text, 'en'));
const vietnameseRuns = rememberLast((text) => readDigitRuns(text, 'vi'));

function readDigitRuns(text: string, language: EntityLanguage): DigitRun[] {
  const tokens = tokenize(text);
  const words = wordsOf(tokens, language);
  const runs: DigitRun[] = [];
  let at = 0;
  while (at < tokens.length) {
    const plusWord = words[at] === PLUS[language] && readDigitPiece(tokens, words, at + 1, language) !== undefined;
    const from = plusWord ? at + 1 : at;
    let next = from;
    let end = at;
    let pieces = 0;
    let certain = plusWord;
    let readings: readonly string[] = [''];
    for (;;) {
      const piece = readDigitPiece(tokens, words, next, language);
      if (piece === undefined || isInsideWord(text, tokens[next])) break;
      // The question at the end of `0903 123 456 không?` is no zero.
      const isQuestion = pieces > 0 && words[next] === 'không' && /\d$/.test(words[end - 1] ?? '');
      if (isQuestion || (pieces > 0 && !isRunGap(text, tokens, end, next))) break;
      readings = joined(readings, piece.readings);
      certain ||= piece.certain;
      pieces += 1;
      end = next + piece.length;
      next = end;
      while (FILLERS.has(words[next] ?? '')) next += 1;
    }
    const [first, last] = [tokens[at], tokens[end - 1]];
    if (pieces === 0 || first === undefined || last === undefined) {
      at += 1;
      continue;
    }
    const plusSign = /\+\s?\(?$/.test(text.slice(Math.max(0, first.start - 3), first.start));
    const start = plusSign ? text.lastIndexOf('+', first.start) : first.start;
    if (!isCounted(tokens, words, end)) {
      runs.push({ readings, plus: plusWord || plusSign, pieces, certain, start, end: last.end });
    }
    at = end;
  }
  return runs;
}

/** The digits that begin at the token. */
export function readDigitPiece(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  language: EntityLanguage,
): DigitPiece | undefined {
  const word = words[at] ?? '';
  if (/^\d+$/.test(word)) return { readings: [word], length: 1, certain: true };
  return language === 'vi' ? vietnamesePiece(tokens, words, at) : englishPiece(tokens, words, at);
}

/** The words of the tokens as the readers of digits want them. */
export function wordsOf(tokens: readonly Token[], language: EntityLanguage): readonly string[] {
  return language === 'vi' ? vietnameseWords(tokens) : tokens.map(({ text }) => text);
}

function englishPiece(tokens: readonly Token[], words: readonly string[], at: number): DigitPiece | undefined {
  const word = words[at] ?? '';
  const times = REPEATS.get(word);
  if (times !== undefined) {
    const repeated = words[at + 1] ?? '';
    const digit = /^\d$/.test(repeated) ? repeated : ENGLISH_DIGITS.get(repeated);
    return digit === undefined ? undefined : { readings: [digit.repeat(times)], length: 2, certain: true };
  }
  const digit = ENGLISH_DIGITS.get(word);
  if (digit !== undefined) {
    return words[at + 1] === 'hundred'
      ? { readings: [`${digit}00`], length: 2, certain: false }
      : { readings: [digit], length: 1, certain: false };
  }
  const number = readNumber(tokens, at, 'en');
  if (number === undefined || number.ordinal || number.value > 99 || number.value < 10 || number.length > 2) {
    return undefined;
  }
  const { value, length } = number;
  // Only "twenty seven": "a dozen" is nobody's way to dictate.
  if (word === 'a' || words[at + length - 1] === 'dozen') return undefined;
  const apart = length === 2 ? [`${value - (value % 10)}${value % 10}`] : [];
  return { readings: [String(value), ...apart], length, certain: false };
}

function vietnamesePiece(tokens: readonly Token[], words: readonly string[], at: number): DigitPiece | undefined {
  const times = vietnameseDigit(words[at] ?? '');
  if (times !== undefined && times > 1 && times < 5 && (words[at + 1] === 'số' || words[at + 1] === 'con')) {
    const digit = vietnameseDigit(words[at + 2] ?? '');
    if (digit !== undefined) return { readings: [String(digit).repeat(times)], length: 3, certain: true };
  }
  const number = readNumber(tokens, at, 'vi');
  if (number !== undefined && !number.ordinal && number.value < 100) {
    return { readings: [String(number.value)], length: number.length, certain: false };
  }
  return times === undefined ? undefined : { readings: [String(times)], length: 1, certain: false };
}

/** Between pieces there are blanks, dashes, points, commas, brackets and fillers. */
function isRunGap(text: string, tokens: readonly Token[], end: number, next: number): boolean {
  if (next > end) return true;
  return /^[\s\-–.,()]*$/.test(text.slice(tokens[end - 1]?.end ?? 0, tokens[next]?.start ?? 0));
}

/** The digits of `AB-1234` and `b2b`. */
function isInsideWord(text: string, token: Token | undefined): boolean {
  if (token === undefined || !/^\d/.test(token.text)) return false;
  return /[\p{L}][-_]?$|[@#_]$/u.test(text.slice(Math.max(0, token.start - 2), token.start));
}

/** `500k` and `hai triệu` count something. */
function isCounted(tokens: readonly Token[], words: readonly string[], end: number): boolean {
  const after = tokens[end];
  if (after === undefined) return false;
  return COUNTED.has(words[end] ?? '') || (after.start === tokens[end - 1]?.end && COUNTED_GLUED.has(after.text));
}

function joined(readings: readonly string[], more: readonly string[]): readonly string[] {
  return readings.flatMap((head) => more.map((tail) => head + tail)).slice(0, MAX_READINGS);
}

/** Four doubtful pieces; the fifth would give numbers that nobody meant. */
const MAX_READINGS = 16;

const PLUS = { en: 'plus', vi: 'cộng' } as const;
const FILLERS = new Set(['uh', 'um', 'er', 'dash', 'then', 'space', 'ờ', 'à', 'rồi']);
const COUNTED = new Set('thousand million billion nghìn ngàn triệu tỷ tỉ trăm mươi'.split(' '));
const COUNTED_GLUED = new Set(['k', 'm', 'tr', 'đ', 'h', 'am', 'pm']);
const REPEATS = new Map([
  ['double', 2],
  ['triple', 3],
  ['treble', 3],
  ['quadruple', 4],
]);
const ENGLISH_DIGITS = new Map([
  ...'zero one two three four five six seven eight nine'
    .split(' ')
    .map((word, digit) => [word, String(digit)] as const),
  ...['oh', 'o', 'nought', 'naught'].map((word) => [word, '0'] as const),
]);
