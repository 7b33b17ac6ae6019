import { fold } from '../../wording/fold.ts';
import { tokenize } from '../entity.ts';
import { vietnameseDigit } from '../numbers/vietnamese-number.ts';

/** Whether the caller agreed, in Vietnamese. Undefined for neither, for both, and for questions (`được không`). */
export function findVietnameseYesNo(text: string): 'yes' | 'no' | undefined {
  const tokens = tokenize(text);
  const marked = tokens.some(({ text: word }) => /[^\p{ASCII}]/u.test(word.normalize('NFC')));
  const words = tokens.map(({ text: word }) => (marked ? word.normalize('NFC') : (WITH_MARKS.get(word) ?? word)));
  const said = ` ${words.join(' ')} `;
  // Something is asked, or politely waved aside.
  if (NEITHER.some((phrase) => said.includes(` ${phrase} `)) || /\?\s*$/.test(text)) return undefined;
  const rest = withoutFillers(words);
  const first = rest[0] ?? '';
  if (first === '') return words.includes('dạ') || words.includes('ừ') || words.includes('ừm') ? 'yes' : undefined;
  // A dictated number begins with a nought.
  if (rest.length > 2 && rest.every((word) => vietnameseDigit(word) !== undefined)) return undefined;
  const opening = ` ${rest.slice(0, 3).join(' ')} `;
  if (YES_PHRASES.some((phrase) => opening.startsWith(` ${phrase} `))) return 'yes';
  if (NO_PHRASES.some((phrase) => opening.startsWith(` ${phrase} `))) return 'no';
  const isQuestion = rest.length > 1 && (rest.at(-1) === 'không' || rest.at(-1) === 'chưa');
  if (NO_WORDS.has(first)) return rest.slice(1, 3).some((word) => word === 'vâng') ? undefined : 'no';
  if (!YES_WORDS.has(first) || isQuestion) return undefined;
  // `vâng, không phải` says both; `có, tôi không đến được` goes on with something else.
  return rest[1] !== undefined && NO_WORDS.has(rest[1]) ? undefined : 'yes';
}

function withoutFillers(words: readonly string[]): readonly string[] {
  let from = 0;
  while (FILLERS.has(words[from] ?? '')) from += 1;
  let to = words.length;
  while (to > from && ENDINGS.has(words[to - 1] ?? '')) to -= 1;
  return words.slice(from, to);
}

const FILLERS = new Set('dạ à ờ ừ ừm thì em anh chị ạ'.split(' '));
const ENDINGS = new Set('ạ em anh chị ơi nhé nha nhá đâu mà đi rồi đấy đó vậy à bạn'.split(' '));
const YES_WORDS = new Set('vâng ừ đúng phải có được ok okay oke chuẩn yes ừa rồi chắc ờ tốt'.split(' '));
const NO_WORDS = new Set('không chưa sai đừng thôi no hông hổng khỏi'.split(' '));
const YES_PHRASES = [
  'chính xác',
  'đồng ý',
  'nhất trí',
  'thôi được',
  'dĩ nhiên',
  'tất nhiên',
  'không vấn đề',
  'đương nhiên',
  'xác nhận',
];
const NO_PHRASES = [
  'không phải',
  'không đúng',
  'không được',
  'chưa đúng',
  'không có',
  'không cần',
  'nhầm rồi',
  'bị sai',
  'nhầm',
  'từ chối',
];
const NEITHER = [
  'không sao',
  'không biết',
  'không rõ',
  'không chắc',
  'có phải',
  'đúng không',
  'phải không',
  'được không',
  'có không',
  'hay không',
  'không hiểu',
  'không nghe',
];
const WITH_MARKS = new Map(
  [
    ...'một hai ba bốn năm sáu bảy tám chín'.split(' '),
    ...FILLERS,
    ...ENDINGS,
    ...YES_WORDS,
    ...NO_WORDS,
    ...[...YES_PHRASES, ...NO_PHRASES, ...NEITHER].flatMap((phrase) => phrase.split(' ')),
  ].map((word) => [fold(word), word] as const),
);
