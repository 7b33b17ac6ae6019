import type { Token } from '../entity.ts';
import { tokenize } from '../entity.ts';
import { gluedWord, nextWord } from './number-tokens.ts';
import { type EntityLanguage, readNumber } from './number-words.ts';
import { vietnameseDigit, vietnameseWords } from './vietnamese-number.ts';

/** A number that need not be whole. */
export interface Quantity {
  readonly value: number;
  /** Tokens that it takes. */
  readonly length: number;
  readonly ordinal: boolean;
}

/** Tokens in which a written number is one token, its text plain: `1,234.5` in English and `1.234,5` in Vietnamese are `1234.5`. */
export function quantityTokens(text: string, language: EntityLanguage): Token[] {
  const written = writtenNumbers(text, language);
  const tokens: Token[] = [];
  let at = 0;
  for (const token of tokenize(text)) {
    while ((written[at]?.end ?? Number.POSITIVE_INFINITY) <= token.start) at += 1;
    const number = written[at];
    if (number === undefined || token.start < number.start) tokens.push(token);
    else if (token.start === number.start) tokens.push(number);
  }
  return tokens;
}

/**
 * The number that starts at the token, of tokens made by `quantityTokens`: `two point five`, `1234.5`, `one and a half million`,
 * `half a dozen`, `three quarters`, `minus six`; `hai phẩy năm`, `ba rưỡi`, `một phần tư`, `âm sáu`.
 */
export function readQuantity(tokens: readonly Token[], at: number, language: EntityLanguage): Quantity | undefined {
  const words = language === 'vi' ? vietnameseWords(tokens) : tokens.map(({ text }) => text);
  const first = words[at] ?? '';
  if (NEGATIVES[language].has(first)) {
    const number = nextWord(tokens, at + 1) === '' ? undefined : readPositive(tokens, words, at + 1, language);
    return number === undefined || number.ordinal
      ? undefined
      : { value: -number.value, length: number.length + 1, ordinal: false };
  }
  return readPositive(tokens, words, at, language);
}

type Words = readonly string[];

function readPositive(
  tokens: readonly Token[],
  words: Words,
  at: number,
  language: EntityLanguage,
): Quantity | undefined {
  const fraction = language === 'vi' ? vietnameseFraction(tokens, words, at) : englishFraction(tokens, words, at);
  if (fraction !== undefined) return fraction;
  const first = words[at] ?? '';
  if (/^\d+\.\d+$/.test(first)) return scaled(words, tokens, at, Number(first), 1, language);
  const whole = first === 'point' ? { value: 0, length: 0, ordinal: false } : readNumber(tokens, at, language);
  if (whole === undefined || whole.ordinal) return whole;
  const decimals = readDecimals(tokens, words, at + whole.length, language);
  if (decimals !== undefined) {
    const value = Number(`${whole.value}.${decimals.digits}`);
    return scaled(words, tokens, at, value, whole.length + decimals.length, language);
  }
  if (whole.length === 0) return undefined;
  return language === 'vi' ? withVietnameseHalf(words, at, whole) : withEnglishPart(words, tokens, at, whole);
}

/** `and a half`, `and three quarters`; it is of the scale that comes before it, and the scale may come after it. */
function withEnglishPart(words: Words, tokens: readonly Token[], at: number, whole: Quantity): Quantity {
  const after = at + whole.length;
  if (words[after] !== 'and') return whole;
  const part = englishFraction(tokens, words, after + 1);
  if (part === undefined) return whole;
  const scale = SCALES.en.get(words[after - 1] ?? '') ?? 1;
  const length = whole.length + 1 + part.length;
  return scale > 1
    ? { value: whole.value + part.value * scale, length, ordinal: false }
    : scaled(words, tokens, at, whole.value + part.value, length, 'en');
}

function withVietnameseHalf(words: Words, at: number, whole: Quantity): Quantity {
  const half = words[at + whole.length] === 'rưỡi' && Number.isInteger(whole.value) && whole.value < 1000;
  return half ? { value: whole.value + 0.5, length: whole.length + 1, ordinal: false } : whole;
}

/** The value times the scale that follows it: `1.2 million`, `2,5 triệu`. */
function scaled(
  words: Words,
  tokens: readonly Token[],
  at: number,
  value: number,
  length: number,
  language: EntityLanguage,
): Quantity {
  const glued = gluedWord(tokens, at + length) === 'k' ? 1000 : undefined;
  const scale = glued ?? SCALES[language].get(words[at + length] ?? '');
  if (scale === undefined) return { value, length, ordinal: false };
  // 1.1 × 1,000,000 is not quite 1,100,000 in binary; nobody says more than nine places.
  return { value: Math.round(value * scale * 1e9) / 1e9, length: length + 1, ordinal: false };
}

function readDecimals(
  tokens: readonly Token[],
  words: Words,
  at: number,
  language: EntityLanguage,
): { digits: string; length: number } | undefined {
  if (!POINTS[language].has(words[at] ?? '') || (at > 0 && nextWord(tokens, at) === '')) return undefined;
  let digits = '';
  let next = at + 1;
  while (next - at <= MAX_DECIMALS && nextWord(tokens, next) !== '') {
    const digit = language === 'vi' ? vietnameseDigit(words[next] ?? '') : ENGLISH_DIGITS.get(words[next] ?? '');
    // `hai phẩy hai mươi lăm`, `two point twenty five`, `two point 5`.
    const number = readNumber(tokens, next, language);
    if (number !== undefined && !number.ordinal && number.length > 1 && number.value < 100 && digits === '') {
      return { digits: String(number.value), length: next - at + number.length };
    }
    if (digit === undefined) {
      if (digits !== '' || number === undefined || number.ordinal || number.length > 1) break;
      return { digits: String(number.value), length: next - at + 1 };
    }
    digits += digit;
    next += 1;
  }
  return digits === '' ? undefined : { digits, length: next - at };
}

function englishFraction(tokens: readonly Token[], words: Words, at: number): Quantity | undefined {
  const [first = '', second = '', third = ''] = words.slice(at, at + 3);
  if (first === 'half' && second === 'a') {
    const value = third === 'dozen' ? 6 : (SCALES.en.get(third) ?? 0) / 2;
    if (value > 0) return { value, length: 3, ordinal: false };
  }
  if (first === 'half') return { value: 0.5, length: 1, ordinal: false };
  if (first === 'a' || first === 'one') {
    const value = second === 'half' ? 0.5 : second === 'quarter' ? 0.25 : second === 'third' ? 1 / 3 : undefined;
    return value === undefined ? undefined : { value, length: 2, ordinal: false };
  }
  const part = PARTS.get(second);
  if (part === undefined || nextWord(tokens, at + 1) === '') return undefined;
  const count = readNumber(tokens, at, 'en');
  return count === undefined || count.length !== 1 || count.ordinal || count.value > 20
    ? undefined
    : { value: count.value / part, length: 2, ordinal: false };
}

function vietnameseFraction(tokens: readonly Token[], words: Words, at: number): Quantity | undefined {
  const half = words[at] === 'nửa' ? 1 : words[at] === 'một' && words[at + 1] === 'nửa' ? 2 : 0;
  if (half > 0) {
    const scale = SCALES.vi.get(words[at + half] ?? '');
    return { value: 0.5 * (scale ?? 1), length: half + (scale === undefined ? 0 : 1), ordinal: false };
  }
  if (words[at + 1] !== 'phần') return undefined;
  const count = readNumber(tokens, at, 'vi');
  const part = words[at + 2] === 'tư' ? { value: 4, length: 1 } : readNumber(tokens, at + 2, 'vi');
  if (count === undefined || count.length !== 1 || part === undefined || part.value === 0) return undefined;
  return { value: count.value / part.value, length: 2 + part.length, ordinal: false };
}

function writtenNumbers(text: string, language: EntityLanguage): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(WRITTEN[language])) {
    // Days (`12.11.2026`), versions and addresses have more of the same.
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 2);
    if (/^[.,]\d/.test(after)) continue;
    const fraction = /[½¼¾]/.exec(match[0])?.[0];
    const plain = fraction === undefined ? plainNumber(match[0], language) : withFraction(match[0], fraction);
    found.push({ text: plain, start: match.index, end: match.index + match[0].length });
  }
  return found;
}

function plainNumber(written: string, language: EntityLanguage): string {
  const point = language === 'vi' ? ',' : '.';
  const groups = language === 'vi' ? '.' : ',';
  // `1.234.567` parts thousands in both languages, and `2.5` has a point in both.
  if (written.split(point).length > 2) return written.replaceAll(point, '');
  if (language === 'vi' && /^\d+\.\d{1,2}$/.test(written)) return written;
  return written.replaceAll(groups, '').replace(point, '.');
}

function withFraction(written: string, sign: string): string {
  return String(Number(written.slice(0, -1) || 0) + (sign === '½' ? 0.5 : sign === '¼' ? 0.25 : 0.75));
}

/** More places after the point are read to nobody. */
const MAX_DECIMALS = 9;

/** Numbers with signs in them; plain ones are tokens already. Not inside words, nor after another such number. */
const WRITTEN = {
  en: /(?<![\p{L}\d.,])(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,9})?|\d{1,3}(?:\.\d{3}){2,}|\d{1,15}\.\d{1,9}|\d{0,9}[½¼¾])(?!\d)/gu,
  vi: /(?<![\p{L}\d.,])(?:\d{1,3}(?:\.\d{3})+(?:,\d{1,9})?|\d{1,3}(?:,\d{3}){2,}|\d{1,15}[.,]\d{1,9}|\d{0,9}[½¼¾])(?!\d)/gu,
} as const;
const NEGATIVES = { en: new Set(['minus', 'negative']), vi: new Set(['âm', 'trừ']) } as const;
const POINTS = { en: new Set(['point']), vi: new Set(['phẩy', 'chấm']) } as const;
const SCALES: Readonly<Record<EntityLanguage, ReadonlyMap<string, number>>> = {
  en: new Map([
    ['hundred', 100],
    ['thousand', 1e3],
    ['million', 1e6],
    ['billion', 1e9],
    ['trillion', 1e12],
  ]),
  vi: new Map([
    ['nghìn', 1e3],
    ['ngàn', 1e3],
    ['triệu', 1e6],
    ['tr', 1e6],
    ['tỷ', 1e9],
    ['tỉ', 1e9],
  ]),
};
const ENGLISH_DIGITS = new Map([
  ...'zero one two three four five six seven eight nine'.split(' ').map((word, digit) => [word, digit] as const),
  ['oh', 0] as const,
  ['o', 0] as const,
  ['nought', 0] as const,
]);
const PARTS = new Map([
  ['halves', 2],
  ['thirds', 3],
  ['quarters', 4],
  ['fifths', 5],
  ['eighths', 8],
  ['tenths', 10],
]);
