import { entityOf, type Token } from '../entity.ts';
import type { EntityRequest, FoundEntity } from '../found-entity.ts';
import { type Quantity, quantityTokens, readQuantity } from './quantity.ts';
import { vietnameseWords } from './vietnamese-number.ts';

/**
 * Numbers of things. Words that have another meaning more often (`no one`, `ba tôi`, `năm nay`) do not count; places in an order
 * (`the second`) only where a number was asked for.
 */
export function findNumbers(text: string, { language, asked }: EntityRequest): FoundEntity[] {
  const tokens = quantityTokens(text, language);
  const words = language === 'vi' ? vietnameseWords(tokens) : tokens.map((token) => token.text);
  const found: FoundEntity[] = [];
  let at = 0;
  while (at < tokens.length) {
    const number = readQuantity(tokens, at, language);
    if (number === undefined) {
      at += 1;
      continue;
    }
    const wanted = asked === 'number';
    const meant =
      standsAlone(text, tokens, at, number.length) &&
      (wanted ? words[at] !== 'không' || number.length > 1 : !number.ordinal) &&
      !(language === 'vi' ? isVietnameseOther(words, at, number, wanted) : isEnglishOther(words, at, number, wanted));
    if (meant) {
      const signed = number.value > 0 && hasMinusSign(text, tokens[at]?.start ?? 0);
      const { start, ...rest } = entityOf(text, tokens, at, at + number.length, signed ? -number.value : number.value);
      const from = signed ? start - 1 : start;
      found.push({ kind: 'number', ...rest, start: from, text: text.slice(from, rest.end) });
    }
    at += number.length;
  }
  return found;
}

/** Digits that are part of a code (`AB-1234`, `b2b`), of a day (`12/1`) or of a clock time are no number. */
function standsAlone(text: string, tokens: readonly Token[], at: number, length: number): boolean {
  const start = tokens[at]?.start ?? 0;
  const end = tokens[at + length - 1]?.end ?? start;
  if (!/\d/.test(text[start] ?? '')) return true;
  const before = text.slice(Math.max(0, start - 2), start);
  return (
    !/[\p{L}\d][-/.:]$|[\p{L}/:@_#+]$|\d[.,]$/u.test(before) && !/^(?:[/:@_]|[-.,]\d)/.test(text.slice(end, end + 2))
  );
}

function hasMinusSign(text: string, start: number): boolean {
  return /^(?:|.*[\s(])[-−]$/.test(text.slice(Math.max(0, start - 2), start));
}

function isEnglishOther(words: readonly string[], at: number, { length }: Quantity, asked: boolean): boolean {
  const [before = '', word = '', after = ''] = [words[at - 1], words[at], words[at + length]];
  if (word === 'half') return after !== '' && HALF_OF_OTHERS.has(after);
  if (length > 1) return word === 'a' && words[at + 1] === 'couple' && after !== 'of' && !asked;
  if (word === 'one') return PRONOUN_BEFORE.has(before) || (!asked && PRONOUN_AFTER.has(after));
  return word === 'second' && MOMENT_BEFORE.has(before);
}

function isVietnameseOther(words: readonly string[], at: number, { length }: Quantity, asked: boolean): boolean {
  const [before = '', word = '', after = ''] = [words[at - 1], words[at], words[at + length]];
  if (word === 'âm' || word === 'trừ') return false;
  if (!asked && CALENDAR_BEFORE.has(before)) return true;
  if (length > 1) return false;
  switch (word) {
    case 'không':
      return before !== 'số';
    case 'ba':
      return FATHER_AFTER.has(after) || FATHER_BEFORE.has(before);
    case 'năm':
      return !asked && (after === '' || YEAR_AFTER.has(after) || /^\d/.test(after));
    case 'một':
      return FEW_AFTER.has(after);
    case 'chín':
      return !asked && (after === '' || after === 'rồi' || after === 'chưa') && before !== 'số';
    default:
      return false;
  }
}

const HALF_OF_OTHERS = new Set(
  'past price day time term way board brother sister asleep one two three four five'.split(' '),
);
const PRONOUN_BEFORE = new Set(
  'first second third no any every some which that this the each another other good wrong right new last next different either neither'.split(
    ' ',
  ),
);
const PRONOUN_AFTER = new Set(
  "of by who that another is was has can could might moment second sec thing day 's".split(' '),
);
const MOMENT_BEFORE = new Set(['a', 'one', 'wait', 'just']);
const CALENDAR_BEFORE = new Set(['thứ', 'tháng', 'ngày', 'mùng', 'mồng']);
const FATHER_AFTER = new Set('tôi em mẹ má con của anh cháu mình ơi nó chị ruột chồng vợ đang và bị đi nói'.split(' '));
const FATHER_BEFORE = new Set('của cho với gặp ông hỏi là mẹ'.split(' '));
const YEAR_AFTER = new Set('nay ngoái sau tới trước học mới nào rồi kia xưa qua cũ nữa'.split(' '));
const FEW_AFTER = new Set('chút ít số vài mình lát tí lúc khi cách phần'.split(' '));
