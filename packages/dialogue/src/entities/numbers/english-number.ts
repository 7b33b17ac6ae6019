import type { Token } from '../entity.ts';
import { gluedWord, nextWord, numbered } from './number-tokens.ts';
import type { NumberWords } from './number-words.ts';

/** The English half of `readNumber`. */
export function readEnglishNumber(tokens: readonly Token[], at: number): NumberWords | undefined {
  const first = tokens[at]?.text ?? '';
  if (first === 'a' && nextWord(tokens, at + 1) === 'couple') return { value: 2, length: 2, ordinal: false };
  const written = /^(\d{1,15})(?:st|nd|rd|th)$/.exec(first);
  if (written !== null) return { value: Number(written[1]), length: 1, ordinal: true };

  let value = 0;
  let next = at;
  let lastScale = Number.POSITIVE_INFINITY;
  for (;;) {
    const group = readGroup(tokens, next === at ? at : skipAnd(tokens, next), next === at);
    if (group === undefined) break;
    if (group.ordinal) {
      // After a scale anything under it may follow: `two thousand and first`.
      return group.value < lastScale
        ? { value: value + group.value, length: group.next - at, ordinal: true }
        : undefined;
    }
    const scaled = readScale(tokens, group.next, lastScale);
    if (scaled === undefined) {
      if (group.value >= lastScale) break;
      value += group.value;
      next = group.next;
      break;
    }
    value += group.value * scaled.scale;
    next = group.next + 1;
    lastScale = scaled.scale;
    if (scaled.ordinal) return { value, length: next - at, ordinal: true };
    if (scaled.last) break;
  }
  return next === at ? undefined : { value, length: next - at, ordinal: false };
}

interface Group {
  readonly value: number;
  readonly next: number;
  readonly ordinal: boolean;
}

interface Scale {
  readonly scale: number;
  readonly ordinal: boolean;
  /** Nothing is added to dozens and to `k`. */
  readonly last: boolean;
}

/** A number below a thousand, or `fifteen hundred`. `bare` lets `a hundred` and `thousand` do without a number before them. */
function readGroup(tokens: readonly Token[], at: number, bare: boolean): Group | undefined {
  const word = bare ? (tokens[at]?.text ?? '') : nextWord(tokens, at);
  if (word === 'a' || word === 'an') {
    const next = nextWord(tokens, at + 1);
    if (next === 'hundred') return readHundreds(tokens, 1, at + 1);
    return SCALES.has(next) || next === 'dozen' ? { value: 1, next: at + 1, ordinal: false } : undefined;
  }
  if (word === 'hundred') return readHundreds(tokens, 1, at);
  if (bare && SCALES.has(word)) return { value: 1, next: at, ordinal: false };
  const small = readBelowHundred(tokens, at, word);
  if (small === undefined || small.ordinal || small.value === 0 || small.value > 99) return small;
  const after = nextWord(tokens, small.next);
  if (after === 'hundredth') return { value: small.value * 100, next: small.next + 1, ordinal: true };
  return after === 'hundred' ? readHundreds(tokens, small.value, small.next) : small;
}

/** `at` is the word `hundred`. */
function readHundreds(tokens: readonly Token[], count: number, at: number): Group {
  const from = skipAnd(tokens, at + 1);
  const rest = readBelowHundred(tokens, from, nextWord(tokens, from));
  const joins = rest !== undefined && rest.value > 0 && rest.value < 100;
  return joins
    ? { value: count * 100 + rest.value, next: rest.next, ordinal: rest.ordinal }
    : { value: count * 100, next: at + 1, ordinal: false };
}

function readBelowHundred(tokens: readonly Token[], at: number, word: string): Group | undefined {
  if (/^\d{1,15}$/.test(word)) return { value: Number(word), next: at + 1, ordinal: false };
  const ordinal = ORDINALS.get(word);
  if (ordinal !== undefined) return { value: ordinal, next: at + 1, ordinal: true };
  const small = SMALL.get(word);
  if (small !== undefined) return { value: small, next: at + 1, ordinal: false };
  const tens = TENS.get(word);
  if (tens === undefined) return undefined;
  const unitWord = nextWord(tokens, at + 1);
  const unit = SMALL.get(unitWord);
  if (unit !== undefined && unit > 0 && unit < 10) return { value: tens + unit, next: at + 2, ordinal: false };
  const place = ORDINALS.get(unitWord);
  return place !== undefined && place < 10
    ? { value: tens + place, next: at + 2, ordinal: true }
    : { value: tens, next: at + 1, ordinal: false };
}

function readScale(tokens: readonly Token[], at: number, below: number): Scale | undefined {
  const word = nextWord(tokens, at);
  if (gluedWord(tokens, at) === 'k' && below > 1000) return { scale: 1000, ordinal: false, last: true };
  if (word === 'dozen' && below === Number.POSITIVE_INFINITY) return { scale: 12, ordinal: false, last: true };
  const scale = SCALES.get(word);
  if (scale !== undefined && scale < below) return { scale, ordinal: false, last: false };
  const place = word.endsWith('th') ? SCALES.get(word.slice(0, -2)) : undefined;
  return place !== undefined && place < below ? { scale: place, ordinal: true, last: true } : undefined;
}

/** The `and` of `five thousand and twelve` belongs to the number only if a number follows; the reader looks. */
function skipAnd(tokens: readonly Token[], at: number): number {
  return nextWord(tokens, at) === 'and' && nextWord(tokens, at + 1) !== 'a' ? at + 1 : at;
}

const SMALL = new Map([
  ...numbered(
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
    0,
    1,
  ),
  ['nought', 0] as const,
]);
const TENS = new Map([
  ...numbered('twenty thirty forty fifty sixty seventy eighty ninety', 20, 10),
  ['fourty', 40] as const,
]);
const ORDINALS = new Map([
  ...numbered(
    'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth',
    1,
    1,
  ),
  ...numbered('twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth', 20, 10),
  ['hundredth', 100] as const,
]);
const SCALES = new Map([
  ['thousand', 1e3],
  ['million', 1e6],
  ['billion', 1e9],
  ['trillion', 1e12],
]);
