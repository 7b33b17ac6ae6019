import type { Token } from './entity.ts';

/** A number read from tokens: its value and the index of the token after it. */
export interface ReadNumber {
  readonly value: number;
  readonly next: number;
}

/** A cardinal from 0 to 999,999 that starts at the token: `three`, `twenty five`, `two hundred and ten`, `42`. */
export function readCardinal(tokens: readonly Token[], at: number): ReadNumber | undefined {
  const digits = tokens[at]?.text;
  if (digits !== undefined && /^\d{1,6}$/.test(digits)) return { value: Number(digits), next: at + 1 };
  const thousands = readBelowThousand(tokens, at);
  if (thousands === undefined || tokens[thousands.next]?.text !== 'thousand') return thousands;
  const rest = readBelowThousand(tokens, skipAnd(tokens, thousands.next + 1));
  return rest === undefined || rest.value === 0
    ? { value: thousands.value * 1000, next: thousands.next + 1 }
    : { value: thousands.value * 1000 + rest.value, next: rest.next };
}

/** An ordinal from 1 to 31 that starts at the token: `fifth`, `twenty first`, `21st`. */
export function readOrdinal(tokens: readonly Token[], at: number): ReadNumber | undefined {
  const word = tokens[at]?.text ?? '';
  const written = /^(\d{1,2})(?:st|nd|rd|th)$/.exec(word);
  const simple = written === null ? ORDINALS.get(word) : Number(written[1]);
  if (simple !== undefined) return simple >= 1 && simple <= 31 ? { value: simple, next: at + 1 } : undefined;
  const tens = TENS.get(word);
  const unit = ORDINALS.get(tokens[at + 1]?.text ?? '');
  if (tens === undefined || unit === undefined || unit > 9 || tens + unit > 31) return undefined;
  return { value: tens + unit, next: at + 2 };
}

/** The value of a single digit's word, `oh` and `zero` included. */
export function digitOf(word: string): number | undefined {
  return DIGITS.get(word);
}

function readBelowThousand(tokens: readonly Token[], at: number): ReadNumber | undefined {
  const first = readBelowHundred(tokens, at);
  if (first === undefined || first.value === 0 || first.value > 9 || tokens[first.next]?.text !== 'hundred')
    return first;
  const rest = readBelowHundred(tokens, skipAnd(tokens, first.next + 1));
  return rest === undefined || rest.value === 0
    ? { value: first.value * 100, next: first.next + 1 }
    : { value: first.value * 100 + rest.value, next: rest.next };
}

function readBelowHundred(tokens: readonly Token[], at: number): ReadNumber | undefined {
  const word = tokens[at]?.text ?? '';
  const small = SMALL.get(word);
  if (small !== undefined) return { value: small, next: at + 1 };
  const tens = TENS.get(word);
  if (tens === undefined) return undefined;
  const unit = SMALL.get(tokens[at + 1]?.text ?? '');
  if (unit !== undefined && unit > 0 && unit < 10) return { value: tens + unit, next: at + 2 };
  return { value: tens, next: at + 1 };
}

function skipAnd(tokens: readonly Token[], at: number): number {
  return tokens[at]?.text === 'and' ? at + 1 : at;
}

function numbered(words: string, from: number, step: number): Map<string, number> {
  return new Map(words.split(' ').map((word, index) => [word, from + index * step]));
}

const SMALL = numbered(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
  0,
  1,
);
const TENS = numbered('twenty thirty forty fifty sixty seventy eighty ninety', 20, 10);
const ORDINALS = new Map([
  ...numbered(
    'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth',
    1,
    1,
  ),
  ['thirtieth', 30] as const,
]);
const DIGITS = new Map([
  ...numbered('zero one two three four five six seven eight nine', 0, 1),
  ['oh', 0] as const,
  ['o', 0] as const,
  ['nought', 0] as const,
]);
