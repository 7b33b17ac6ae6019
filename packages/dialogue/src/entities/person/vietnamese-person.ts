import { fold } from '../../wording/fold.ts';
import { type Entity, type Token, tokenize } from '../entity.ts';
import { VIETNAMESE_GIVEN_NAMES, VIETNAMESE_SURNAMES } from './vietnamese-names.ts';

/**
 * The caller's name, as Vietnamese give it. `tên tôi là`, `tôi tên` always introduce one; after `em là`, `tôi là` it must begin with
 * a family name, be a common given name, or be written with capitals. Where a name was `asked` for, the whole short answer may be one.
 */
export function findVietnamesePerson(text: string, asked: boolean): Entity<string> | undefined {
  const tokens = tokenize(text).map((token) => ({ ...token, text: token.text.normalize('NFC') }));
  const words = tokens.map((token) => token.text);
  const folded = words.map(fold);
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    for (const { phrase, sure } of INTRODUCTIONS.get(folded[at]) ?? []) {
      if (!phrase.every((word, index) => folded[at + index] === word)) continue;
      const name = nameAt(text, tokens, at + phrase.length);
      if (name !== undefined && (sure || looksLikeName(name, asked))) return written(name);
    }
  }
  const before = calledAt(text, tokens);
  if (before !== undefined) return written(before);
  return asked ? wholeAnswer(text, tokens) : undefined;
}

function wholeAnswer(text: string, tokens: readonly Token[]): Entity<string> | undefined {
  let from = 0;
  while (FILLERS.has(tokens[from]?.text ?? '')) from += 1;
  let to = tokens.length;
  while (to > from && ENDINGS.has(tokens[to - 1]?.text ?? '') && !isLastSyllable(text, tokens, from, to)) to -= 1;
  const name = nameAt(text, tokens.slice(0, to), from, longestFullName);
  // All of the answer must be the name.
  return name !== undefined && name.end === tokens[to - 1]?.end ? written(name) : undefined;
}

/** The "anh" of "Vũ Hoàng Anh" is of the name, that of "Hạnh anh nhé" speaks to somebody. */
function isLastSyllable(text: string, tokens: readonly Token[], from: number, to: number): boolean {
  const [first, before, last] = [tokens[from], tokens[to - 2], tokens[to - 1]];
  if (first === undefined || before === undefined || last?.text !== 'anh' || to - from < 2) return false;
  if (ENDINGS.has(before.text)) return false;
  const isFullName = to - from > 2 && SURNAMES_BARE.has(fold(first.text));
  return text[last.start] === 'A' || isFullName;
}

/** `Lan đây`, `em Hương đây ạ`. */
function calledAt(text: string, tokens: readonly Token[]): Entity<string> | undefined {
  const here = tokens.findIndex((token) => token.text === 'đây');
  if (here < 1) return undefined;
  let from = 0;
  while (FILLERS.has(tokens[from]?.text ?? '') || PRONOUNS.has(tokens[from]?.text ?? '')) from += 1;
  const name = nameAt(text, tokens.slice(0, here), from);
  return name !== undefined && name.end === tokens[here - 1]?.end && looksLikeName(name, false) ? name : undefined;
}

/** Up to a word that is of no name. */
function nameAt(
  text: string,
  tokens: readonly Token[],
  from: number,
  maxSyllables = MAX_SYLLABLES,
): Entity<string> | undefined {
  let to = from;
  while (to < tokens.length && to - from < maxSyllables) {
    const word = tokens[to]?.text ?? '';
    const parted = to > from && /[,.;!?]/.test(text.slice(tokens[to - 1]?.end ?? 0, tokens[to]?.start ?? 0));
    const isEnding = ENDINGS.has(word) && !(word === 'anh' && to > from);
    // Võ Thị Sáu bears a number: numbers are names after a family name.
    const isNumber = NUMBERS.has(word) && !(to > from && SURNAMES.has(tokens[from]?.text ?? ''));
    if (parted || isEnding || isNumber || STOP_WORDS.has(word) || !/^\p{L}+$/u.test(word)) break;
    to += 1;
  }
  const [first, last] = [tokens[from], tokens[to - 1]];
  if (first === undefined || last === undefined || to <= from) return undefined;
  const said = text.slice(first.start, last.end);
  return { value: said, text: said, start: first.start, end: last.end };
}

function looksLikeName({ value }: Entity<string>, asked: boolean): boolean {
  const syllables = value.split(/\s+/);
  if (syllables.every((syllable) => /^\p{Lu}/u.test(syllable))) return true;
  const first = (syllables[0] ?? '').toLowerCase().normalize('NFC');
  const known = asked || syllables.length > 1 ? SURNAMES.has(first) || SURNAMES_BARE.has(first) : false;
  return (
    known ||
    (syllables.length <= 2 && syllables.every((syllable) => GIVEN.has(syllable.toLowerCase().normalize('NFC'))))
  );
}

function written(name: Entity<string>): Entity<string> {
  const value = name.value
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/(^|\s)(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
  return { ...name, value };
}

const SURNAMES = VIETNAMESE_SURNAMES;
const SURNAMES_BARE = new Set([...VIETNAMESE_SURNAMES].map(fold));
const GIVEN = VIETNAMESE_GIVEN_NAMES;

/** Two middle names and a double family name. */
const MAX_SYLLABLES = 5;
/** Of those who were asked for it: "Công Tằng Tôn Nữ Thị Minh Hà" has seven. */
const longestFullName = 8;

interface Introduction {
  readonly phrase: readonly string[];
  readonly sure: boolean;
}

const ALL_INTRODUCTIONS: readonly Introduction[] = [
  ...[
    'ten cua toi la',
    'ten cua em la',
    'ho va ten la',
    'ho ten la',
    'ten toi la',
    'ten em la',
    'ten minh la',
    'ten anh la',
    'ten chi la',
    'ten chau la',
    'toi ten la',
    'em ten la',
    'minh ten la',
    'chau ten la',
    'anh ten la',
    'chi ten la',
    'ten cua minh la',
    'ten day du la',
    'ten day du cua toi la',
    'ten day du cua minh la',
    'ten day du cua em la',
    'ho ten day du la',
    'ho va ten day du la',
    'goi toi la',
    'goi em la',
    'ten la',
    'toi ten',
    'em ten',
    'minh ten',
    'chau ten',
    'anh ten',
    'chi ten',
  ].map((phrase) => ({ phrase: phrase.split(' '), sure: true })),
  ...['toi la', 'em la', 'minh la', 'chau la', 'anh la', 'chi la', 'co la', 'con la', 'day la'].map((phrase) => ({
    phrase: phrase.split(' '),
    sure: false,
  })),
];
/** By their first word, in the same order. */
const INTRODUCTIONS = Map.groupBy(ALL_INTRODUCTIONS, ({ phrase }) => phrase[0]);
const PRONOUNS = new Set(['em', 'anh', 'chị', 'tôi', 'cô', 'chú', 'cháu', 'mình']);
const FILLERS = new Set(['dạ', 'vâng', 'à', 'ờ', 'ừ', 'ừm', 'alo', 'xin', 'chào', 'là', 'thưa']);
const ENDINGS = new Set(['ạ', 'nhé', 'nha', 'nhá', 'đây', 'em', 'chị', 'anh', 'thưa', 'ơi', 'đó', 'à']);
const NUMBERS = new Set('một hai ba bốn năm sáu bảy tám chín mười'.split(' '));
/** Words that end a name, or show that there is none. */
const STOP_WORDS = new Set(
  `là tôi mình gì khách hàng người nhân viên không có muốn cần đặt hỏi gọi từ ở đến cho với và nhưng mà thì đang đã sẽ số điện thoại
  phòng bàn lịch hẹn này kia được phải của các những đúng sai rồi ngày giờ cảm ơn vợ chồng mẹ con
  bạn bên công ty chủ học sinh xin giúp làm nghe nói biết hiểu quên nào ai đâu sao vậy lại nữa chưa cũ mới để nên vì cái tại cũng rất`
    .split(/\s+/)
    .filter((word) => word !== 'công'),
);
