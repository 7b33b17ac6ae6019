import type { Token } from '../entity.ts';
import type { EntityRequest, FoundEntity } from '../found-entity.ts';
import { type Quantity, quantityTokens, readQuantity } from '../numbers/quantity.ts';
import { vietnameseWords } from '../numbers/vietnamese-number.ts';
import { CENTS, CURRENCY_WORDS, currencyOfRegion, SYMBOLS, VAGUE_DOLLARS } from './currencies.ts';

/**
 * Amounts with their currency: `twenty bucks`, `£12.50`, `three dollars and fifty cents`, `five grand`, `USD 500`; `500k`, `hai triệu
 * rưỡi`, `2tr5`, `một trăm đô`. A Vietnamese amount in thousands and millions needs no currency; any other bare number counts only
 * where an amount was asked for, in the currency of the region.
 */
export function findMoney(text: string, request: EntityRequest): FoundEntity[] {
  const { language } = request;
  const tokens = quantityTokens(text, language);
  const words = language === 'vi' ? vietnameseWords(tokens) : tokens.map((token) => token.text);
  const found: FoundEntity[] = [];
  let at = 0;
  while (at < tokens.length) {
    const amount = readAmount(text, tokens, words, at, request);
    if (amount === undefined) {
      at += 1;
      continue;
    }
    const { start, end } = amount;
    const value = { amount: Math.round(amount.value * 100) / 100, currency: amount.currency };
    found.push({ kind: 'money', value, text: text.slice(start, end), start, end, ...amount.doubt });
    at = amount.next;
  }
  return found;
}

interface Amount {
  readonly value: number;
  readonly currency: string;
  readonly start: number;
  readonly end: number;
  readonly next: number;
  readonly doubt?: { readonly confidence: number };
}

function readAmount(
  text: string,
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  request: EntityRequest,
): Amount | undefined {
  const { language, region, asked } = request;
  const codeBefore = CURRENCY_WORDS.get(words[at] ?? '');
  const isCode = codeBefore !== undefined && (words[at]?.length ?? 0) === 3;
  const numberAt = isCode ? at + 1 : at;
  const number = readQuantity(tokens, numberAt, language) ?? bareGrand(words, numberAt);
  const first = tokens[at];
  const numberToken = tokens[numberAt];
  if (number === undefined || number.ordinal || first === undefined || numberToken === undefined) return undefined;
  let next = numberAt + number.length;
  let value = number.value;
  const endOf = (index: number): number => tokens[index - 1]?.end ?? first.end;

  const symbol = /([$€£¥₫₩₹])\s?$/.exec(text.slice(Math.max(0, numberToken.start - 2), numberToken.start));
  const before = isCode ? codeBefore : SYMBOLS.get(symbol?.[1] ?? '');
  if (before !== undefined) {
    const scale = tokens[next]?.start === endOf(next) ? GLUED_SCALES.get(words[next] ?? '') : undefined;
    if (scale !== undefined) {
      value *= scale;
      next += 1;
    }
    const start = symbol === null ? first.start : numberToken.start - symbol[0].length;
    return { value, currency: localDollar(before, symbol?.[1], region), start, end: endOf(next), next };
  }
  const start = first.start;
  const pair = language === 'en' ? readPair(text, tokens, numberAt, number) : undefined;
  if (pair !== undefined && (asked === 'money' || currencyAt(words, pair.next, region) !== undefined)) {
    value = pair.value;
    next = pair.next;
  }
  if (words[next] === 'grand') {
    value *= 1000;
    next += 1;
    const named = currencyAt(words, next, region);
    return {
      value,
      currency: named?.currency ?? currencyOfRegion(region, language),
      start,
      end: endOf(next + (named?.length ?? 0)),
      next: next + (named?.length ?? 0),
    };
  }
  const symbolAfter = /^\s?([$€£¥₫₩₹])/.exec(text.slice(endOf(next), endOf(next) + 2));
  if (symbolAfter !== null) {
    const currency = localDollar(SYMBOLS.get(symbolAfter[1] ?? '') ?? 'USD', symbolAfter[1], region);
    return { value, currency, start, end: endOf(next) + symbolAfter[0].length, next };
  }
  const named = currencyAt(words, next, region);
  if (named !== undefined) {
    next += named.length;
    const cents = readCents(tokens, words, next, language);
    if (cents !== undefined)
      return { ...cents, value: value + cents.value, currency: named.currency, start, end: endOf(cents.next) };
    // `hai trăm nghìn đồng rưỡi` is nothing; `hai đô rưỡi` is two and a half.
    const half =
      words[next] === 'rưỡi' || (words[next] === 'and' && words[next + 1] === 'a' && words[next + 2] === 'half');
    const length = !half ? 0 : words[next] === 'rưỡi' ? 1 : 3;
    return {
      value: value + (half ? 0.5 : 0),
      currency: named.currency,
      start,
      end: endOf(next + length),
      next: next + length,
    };
  }
  const cents = CENTS.get(words[next] ?? '');
  if (cents !== undefined && language === 'en') {
    const currency = cents === 'region' ? centsOf(region) : cents;
    return { value: value / 100, currency, start, end: endOf(next + 1), next: next + 1 };
  }
  return bareAmount(words, numberAt, next, value, number, {
    asked: asked === 'money',
    region,
    language,
    start,
    end: endOf(next),
  });
}

function bareAmount(
  words: readonly string[],
  at: number,
  next: number,
  value: number,
  number: Quantity,
  place: { asked: boolean; region: string; language: 'en' | 'vi'; start: number; end: number },
): Amount | undefined {
  const { asked, region, language, start, end } = place;
  // `a buck fifty` is a currency; a bare `one fifty` is too little to say which.
  if (asked) return { value, currency: currencyOfRegion(region, language), start, end, next };
  const inThousands = words.slice(at, at + number.length).some((word) => THOUSANDS.has(word));
  if (language !== 'vi' || !inThousands || value < 1000 || COUNTED_AFTER.has(words[next] ?? '')) return undefined;
  return { value, currency: 'VND', start, end, next, doubt: { confidence: 0.8 } };
}

function bareGrand(words: readonly string[], at: number): Quantity | undefined {
  if (words[at] !== 'a') return undefined;
  const isMoney = words[at + 1] === 'grand' || CURRENCY_WORDS.has(words[at + 1] ?? '');
  // A buck, a dollar, a grand; "a pound of apples" is a weight, and "a grand piano" none of it.
  if (!isMoney || words[at + 2] === 'of' || words[at + 2] === 'piano') return undefined;
  return { value: 1, length: 1, ordinal: false };
}

/**
 * Two numbers right after each other: `forty two fifty` is 42.50 and `forty two oh five` 42.05; `one fifty` and `a thousand two
 * fifty` leave out the hundred. In shops `three fifty` is 3.50: sums are read back before anything is done with them.
 */
function readPair(
  text: string,
  tokens: readonly Token[],
  at: number,
  first: Quantity,
): { readonly value: number; readonly next: number } | undefined {
  const middle = at + first.length;
  const isNext = (index: number) => /^[ -]$/.test(text.slice(tokens[index - 1]?.end, tokens[index]?.start));
  if (!Number.isInteger(first.value) || first.value < 1 || !isNext(middle)) return undefined;
  const isZero = ['oh', 'o', 'zero'].includes(tokens[middle]?.text ?? '');
  const second = readQuantity(tokens, isZero ? middle + 1 : middle, 'en');
  if (second === undefined || second.ordinal || !Number.isInteger(second.value)) return undefined;
  const next = middle + (isZero ? 1 : 0) + second.length;
  const [least, most] = isZero ? [1, 9] : [10, 99];
  if (second.value < least || second.value > most) return undefined;
  // Three numbers in a row are dictated digits.
  if (isNext(next) && readQuantity(tokens, next, 'en') !== undefined) return undefined;
  const ones = first.value % 1000;
  const hundredLeftOut = ones > 0 && ones < 10 && !isZero && tokens[middle - 1]?.text !== 'and';
  if (hundredLeftOut) return { value: first.value - ones + ones * 100 + second.value, next };
  return { value: first.value + second.value / 100, next };
}

/** The cents after the currency: `and fifty cents`, or the bare number of `twenty pounds fifty`. */
function readCents(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  language: 'en' | 'vi',
): { value: number; next: number } | undefined {
  if (language !== 'en') return undefined;
  const from = words[at] === 'and' ? at + 1 : at;
  const number = readQuantity(tokens, from, language);
  if (number === undefined || number.ordinal || !Number.isInteger(number.value)) return undefined;
  if (number.value < 1 || number.value > 99) return undefined;
  const after = from + number.length;
  if (CENTS.has(words[after] ?? '')) return { value: number.value / 100, next: after + 1 };
  const bare = from === at && number.value >= 10 && (tokens[at]?.start ?? 0) - (tokens[at - 1]?.end ?? 0) === 1;
  return bare && words[after] === undefined ? { value: number.value / 100, next: after } : undefined;
}

function currencyAt(
  words: readonly string[],
  at: number,
  region: string,
): { currency: string; length: number } | undefined {
  for (const length of [3, 2, 1]) {
    const name = words.slice(at, at + length).join(' ');
    const currency = words.length >= at + length ? CURRENCY_WORDS.get(name) : undefined;
    if (currency === undefined) continue;
    return { currency: VAGUE_DOLLARS.has(name) ? localDollar(currency, '$', region) : currency, length };
  }
  return undefined;
}

/** A dollar is that of the country, if it has one. */
function localDollar(currency: string, symbol: string | undefined, region: string): string {
  const local = currencyOfRegion(region, 'en');
  return symbol === '$' && currency === 'USD' && local.endsWith('D') && local !== 'VND' ? local : currency;
}

function centsOf(region: string): string {
  const local = currencyOfRegion(region, 'en');
  return local === 'VND' || local === 'GBP' ? 'USD' : local;
}

const GLUED_SCALES = new Map([
  ['m', 1e6],
  ['mn', 1e6],
  ['bn', 1e9],
  ['b', 1e9],
]);
const THOUSANDS = new Set(['nghìn', 'ngàn', 'k', 'vạn', 'triệu', 'tr', 'tỷ', 'tỉ']);
/** What is counted in thousands and is no money. */
const COUNTED_AFTER = new Set(
  'người khách cái chiếc lần năm km cây mét bước dân bài con cuốn quyển lượt calo'.split(' '),
);
