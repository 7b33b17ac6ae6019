import { fillers } from '../completeness/features.ts';

/** The run of digits with which the words end. */
export interface DictatedDigits {
  /** Digits, "double five" as two and "forty two" as two. */
  readonly count: number;
  /** Words that gave them. */
  readonly tokens: number;
  /** The first digit, as a numeral; empty when there is none. */
  readonly first: string;
  /** Somebody said before it that a number comes ("my number is"). */
  readonly introduced: boolean;
}

/** Counts back from the end, over "um", "dash" and the like, until a word that is no digit. */
export function dictatedDigits(spoken: readonly string[], language: 'en' | 'vi'): DictatedDigits {
  const digitWords = digitWordsOf(language);
  const values: string[] = [];
  let tokens = 0;
  let at = spoken.length - 1;
  for (; at >= 0; at -= 1) {
    const word = spoken[at] ?? '';
    const digits = /^\d+$/.test(word) ? word : digitWords[word];
    if (digits !== undefined) {
      values.unshift(digits);
      // "Năm trăm" and "two hundred" are amounts: only words for one digit are signs of dictation; numerals say how long they are.
      if ((digits.length === 1 && !(word in tens)) || digits.length >= longNumeral) tokens += 1;
    } else if (repeats[word] !== undefined && at < spoken.length - 1) {
      const times = repeats[word];
      values.unshift((values.shift() ?? '').repeat(times));
    } else if (!isBetween(word)) break;
  }
  const text = values.join('');
  return { count: text.length, tokens, first: text.slice(0, 1), introduced: text !== '' && isIntroduced(spoken, at) };
}

/** Words for digits, with the digits they stand for. */
export function digitWordsOf(language: 'en' | 'vi'): Readonly<Record<string, string | undefined>> {
  return digitWords[language];
}

/** A numeral that long is no hour, no floor and no age. */
const longNumeral = 3;

function isBetween(word: string): boolean {
  return fillers.has(word) || joiners.has(word) || repeats[word] !== undefined;
}

const joiners: ReadonlySet<string> = new Set('dash hyphen space then area code plus gạch ngang rồi cộng'.split(' '));

const repeats: Readonly<Record<string, number | undefined>> = { double: 2, triple: 3 };

function isIntroduced(spoken: readonly string[], before: number): boolean {
  const lead = ` ${spoken.slice(Math.max(0, before - 4), before + 1).join(' ')}`;
  return introductions.some((introduction) => lead.endsWith(` ${introduction}`));
}

const introductions = [
  'number is',
  "number's",
  'number',
  'phone is',
  'code is',
  'account is',
  'card is',
  'zip is',
  'reach me at',
  'reach me on',
  'call me at',
  'call me on',
  'ends in',
  'ends with',
  'starts with',
  'begins with',
  'số của tôi là',
  'số của em là',
  'số của anh là',
  'số của chị là',
  'số điện thoại là',
  'điện thoại của em là',
  'điện thoại của tôi là',
  'số là',
  'tài khoản là',
  'mã là',
  'mã số là',
  'đơn hàng là',
  'thẻ là',
  'đuôi là',
  'bắt đầu bằng',
];

const tens = { twenty: '2', thirty: '3', forty: '4', fifty: '5', sixty: '6', seventy: '7', eighty: '8', ninety: '9' };
const teens = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');

const digitWords: Readonly<Record<'en' | 'vi', Readonly<Record<string, string | undefined>>>> = {
  en: {
    ...Object.fromEntries(
      'zero one two three four five six seven eight nine'.split(' ').map((word, digit) => [word, String(digit)]),
    ),
    oh: '0',
    o: '0',
    nought: '0',
    niner: '9',
    hundred: '00',
    ...Object.fromEntries(teens.map((word, index) => [word, String(10 + index)])),
    // "Forty two" is 4 and 2; "forty" before a pause may still become it.
    ...tens,
  },
  vi: {
    ...Object.fromEntries(
      'không một hai ba bốn năm sáu bảy tám chín'.split(' ').map((word, digit) => [word, String(digit)]),
    ),
    ...Object.fromEntries(
      'khong mot hai ba bon nam sau bay tam chin'.split(' ').map((word, digit) => [word, String(digit)]),
    ),
    linh: '0',
    lẻ: '0',
    mốt: '1',
    tư: '4',
    lăm: '5',
    nhăm: '5',
    bẩy: '7',
  },
};
