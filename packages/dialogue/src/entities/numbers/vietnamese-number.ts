import type { Token } from '../entity.ts';
import { nextWord } from './number-tokens.ts';
import type { NumberWords } from './number-words.ts';

/** The Vietnamese half of `readNumber`. Words without marks count if nothing of the utterance has marks: there `sau` may be `sáu`. */
export function readVietnameseNumber(tokens: readonly Token[], at: number): NumberWords | undefined {
  const words = vietnameseWords(tokens);
  if (words[at] === 'thứ') {
    const place = words[at + 1] ?? '';
    const value = PLACES.get(place) ?? DIGITS.get(place);
    if (value !== undefined && value > 0) return { value, length: 2, ordinal: true };
    return undefined;
  }
  const joined = (index: number): string => (nextWord(tokens, index) === '' ? '' : (words[index] ?? ''));

  let value = 0;
  let next = at;
  let lastScale = Number.POSITIVE_INFINITY;
  for (;;) {
    const group = readGroup((index) => (index === at ? (words[at] ?? '') : joined(index)), next, lastScale);
    if (group === undefined) break;
    const scale = SCALES.get(joined(group.next));
    if (scale === undefined || scale >= lastScale) {
      if (group.value >= lastScale) break;
      value += group.value * (next > at ? shortenedUnit(group, lastScale) : 1);
      next = group.next;
      break;
    }
    value += group.value * scale;
    next = group.next + 1;
    lastScale = scale;
    if (joined(next) === 'rưỡi') {
      value += scale / 2;
      next += 1;
      break;
    }
  }
  return next === at ? undefined : { value, length: next - at, ordinal: false };
}

/**
 * What the last piece counts, when its own scale is left out: `ba tỷ hai` is three billion two hundred million, `hai triệu năm
 * trăm` two million five hundred thousand; `hai nghìn linh hai` and `hai nghìn năm trăm` say all.
 */
function shortenedUnit(group: Group, scale: number): number {
  if (!group.exact && group.value < 10) return scale / 10;
  return scale >= 1e6 && !group.linked && group.value < 1000 ? scale / 1000 : 1;
}

/** The words with their marks given back where the whole utterance was typed without them: `hai muoi lam` is `hai mươi lăm`. */
export function vietnameseWords(tokens: readonly Token[]): readonly string[] {
  const known = wordsOf.get(tokens);
  if (known !== undefined) return known;
  const words = tokens.map(({ text }) => text.normalize('NFC'));
  const marked = words.some((word) => /[^\p{ASCII}]/u.test(word));
  const restored = marked
    ? words.map((word) => VARIANTS.get(word) ?? word)
    : words.map((word) => WITH_MARKS.get(word) ?? word);
  wordsOf.set(tokens, restored);
  return restored;
}

/** The value of the word of a digit, `không` to `chín`. */
export function vietnameseDigit(word: string): number | undefined {
  return DIGITS.get(word);
}

/** An utterance is read at each of its words. */
const wordsOf = new WeakMap<readonly Token[], readonly string[]>();

interface Group {
  readonly value: number;
  readonly next: number;
  /** `linh năm`, `không trăm`: all places are said, nothing is left out. */
  readonly exact: boolean;
  /** It begins with `linh`. */
  readonly linked?: true;
}

type WordAt = (index: number) => string;

/** A number below a thousand. `below` is the scale that it follows, infinite at the beginning. */
function readGroup(wordAt: WordAt, at: number, below: number): Group | undefined {
  if (below !== Number.POSITIVE_INFINITY && LINKS.has(wordAt(at))) {
    const unit = readBelowHundred(wordAt, at + 1);
    return unit === undefined ? undefined : { ...unit, exact: true, linked: true };
  }
  if (/^\d{1,15}$/.test(wordAt(at))) {
    return { value: Number(wordAt(at)), next: at + 1, exact: Number(wordAt(at)) >= 10 };
  }
  const first = readBelowHundred(wordAt, at);
  if (first === undefined) return readWithoutOne(wordAt, at);
  if (wordAt(first.next) !== 'trăm' || first.value > 9) {
    // After a thousand `năm` is the year; after a million nobody counts years.
    const isYear = wordAt(at) === 'năm' && first.next === at + 1 && below <= 1000;
    return isYear ? undefined : first;
  }
  return readAfterHundred(wordAt, first.value * 100, first.next + 1);
}

/** `trăm nghìn`, `trăm rưỡi nghìn` and `chục triệu` leave the one out. */
function readWithoutOne(wordAt: WordAt, at: number): Group | undefined {
  const half = wordAt(at) === 'trăm' && wordAt(at + 1) === 'rưỡi';
  const value = wordAt(at) === 'chục' ? 10 : wordAt(at) === 'trăm' ? (half ? 150 : 100) : undefined;
  const next = half ? at + 2 : at + 1;
  return value !== undefined && SCALES.has(wordAt(next)) ? { value, next, exact: true } : undefined;
}

function readAfterHundred(wordAt: WordAt, hundreds: number, at: number): Group {
  const word = wordAt(at);
  if (word === 'rưỡi') return { value: hundreds + 50, next: at + 1, exact: true };
  if (LINKS.has(word)) {
    const unit = readBelowHundred(wordAt, at + 1);
    if (unit !== undefined && unit.value < 10) return { value: hundreds + unit.value, next: unit.next, exact: true };
  }
  const rest = readBelowHundred(wordAt, at);
  if (rest === undefined || rest.value === 0) return { value: hundreds, next: at, exact: true };
  if (rest.value >= 10) return { value: hundreds + rest.value, next: rest.next, exact: true };
  // `một trăm hai` is 120; in `một trăm năm` it is years that are counted.
  return word === 'năm'
    ? { value: hundreds, next: at, exact: true }
    : { value: hundreds + rest.value * 10, next: rest.next, exact: true };
}

function readBelowHundred(wordAt: WordAt, at: number): Group | undefined {
  const word = wordAt(at);
  const after = wordAt(at + 1);
  if (word === 'mười') {
    const unit = AFTER_TEN.get(after);
    return unit === undefined
      ? { value: 10, next: at + 1, exact: true }
      : { value: 10 + unit, next: at + 2, exact: true };
  }
  if (word === 'hăm') {
    const unit = AFTER_TENS.get(after);
    return unit === undefined ? undefined : { value: 20 + unit, next: at + 2, exact: true };
  }
  const digit = word === 'lăm' ? 5 : DIGITS.get(word);
  if (digit === undefined) return undefined;
  if (word === 'lăm') return wordAt(at - 1) === '' ? undefined : { value: 5, next: at + 1, exact: false };
  if (digit > 0 && after === 'tá') return { value: digit * 12, next: at + 2, exact: true };
  if (digit > 0 && (after === 'mươi' || after === 'mười' || after === 'chục')) {
    if (digit === 1 && after !== 'chục') return { value: 1, next: at + 1, exact: false };
    const unit = after === 'chục' ? undefined : AFTER_TENS.get(wordAt(at + 2));
    return unit === undefined
      ? { value: digit * 10, next: at + 2, exact: true }
      : { value: digit * 10 + unit, next: at + 3, exact: true };
  }
  // `ba lăm` leaves out the mươi.
  const short = digit > 1 ? SHORT_UNITS.get(after) : undefined;
  return short === undefined
    ? { value: digit, next: at + 1, exact: false }
    : { value: digit * 10 + short, next: at + 2, exact: true };
}

const DIGITS = new Map(
  'không một hai ba bốn năm sáu bảy tám chín'.split(' ').map((word, value) => [word, value] as const),
);
const SHORT_UNITS = new Map([
  ['mốt', 1],
  ['tư', 4],
  ['lăm', 5],
]);
/** `hai mươi năm` is twenty years: 25 is `hai mươi lăm`. */
const AFTER_TENS = new Map([...[...DIGITS].filter(([word]) => word !== 'không' && word !== 'năm'), ...SHORT_UNITS]);
const AFTER_TEN = new Map([...AFTER_TENS].filter(([word]) => word !== 'tư'));
const PLACES = new Map([
  ['nhất', 1],
  ['nhì', 2],
  ['tư', 4],
  ['mười', 10],
]);
const LINKS = new Set(['linh', 'lẻ']);
const SCALES = new Map([
  ['nghìn', 1e3],
  ['k', 1e3],
  ['vạn', 1e4],
  ['triệu', 1e6],
  ['tr', 1e6],
  ['tỷ', 1e9],
]);
/** Spellings of the same word. */
const VARIANTS = new Map([
  ['ngàn', 'nghìn'],
  ['tỉ', 'tỷ'],
  ['nhăm', 'lăm'],
  ['bẩy', 'bảy'],
  ['lẽ', 'lẻ'],
  ['rưởi', 'rưỡi'],
]);
const WITH_MARKS = new Map([
  ...[
    ...DIGITS.keys(),
    ...SHORT_UNITS.keys(),
    ...SCALES.keys(),
    ...LINKS,
    ...PLACES.keys(),
    ...['mươi', 'trăm', 'rưỡi', 'chục', 'tá', 'thứ', 'hăm', 'phẩy', 'nửa', 'âm', 'trừ', 'cộng', 'đồng', 'đô', 'chấm'],
  ].map((word) => [unmarked(word), word] as const),
  ['ngan', 'nghìn'] as const,
  ['ti', 'tỷ'] as const,
  ['nham', 'lăm'] as const,
  // `hai mười` is read as `hai mươi`.
  ['muoi', 'mười'] as const,
  // Both `mốt` and `một`: which is the same.
  ['mot', 'một'] as const,
]);

function unmarked(word: string): string {
  return word.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd');
}
