import { fold } from '../../wording/fold.ts';
import { readDigitPiece, wordsOf } from '../digits/digit-runs.ts';
import { type Token, tokenize } from '../entity.ts';
import type { EntityRequest, FoundEntity } from '../found-entity.ts';
import type { EntityLanguage } from '../numbers/number-words.ts';

/**
 * E-mail addresses in lower case, written or spoken: `john dot smith at gmail dot com`, `j o h n`, `a underscore b`, `b as in bravo`;
 * `lan chấm nguyễn a còng gmail chấm com`. Vietnamese marks fall away. Words that follow each other without a sign between them
 * (`john smith at …`) are joined, with less confidence.
 */
export function findEmails(text: string, { language, asked }: EntityRequest): FoundEntity[] {
  const written = [...text.matchAll(WRITTEN)].map((match): FoundEntity => {
    const [start, end] = [match.index, match.index + match[0].length];
    return { kind: 'email', value: match[0].toLowerCase(), text: match[0], start, end };
  });
  return written.length > 0 ? written : findSpoken(text, language, asked === 'email');
}

function findSpoken(text: string, language: EntityLanguage, asked: boolean): FoundEntity[] {
  const tokens = tokenize(text);
  const words = wordsOf(tokens, language);
  const found: FoundEntity[] = [];
  for (let at = 1; at < tokens.length; at += 1) {
    const sign = atSign(text, tokens, words, at, language);
    if (sign === undefined) continue;
    const domain = readDomain(tokens, words, at + sign.length, language);
    const local = domain === undefined ? undefined : readLocal(text, tokens, words, at, language);
    if (domain === undefined || local === undefined) continue;
    const value = `${local.value}@${domain.value}`;
    const [start, end] = [tokens[local.from]?.start ?? 0, tokens[domain.next - 1]?.end ?? 0];
    // "Look at apple dot com" is no address; a name alone before the sign is one.
    if (!ADDRESS.test(value) || (!asked && VERBS.has(local.value))) continue;
    const confidence = local.sure ? 0.9 : 0.7;
    found.push({ kind: 'email', value, text: text.slice(start, end), start, end, confidence });
  }
  return found;
}

function atSign(
  text: string,
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  language: EntityLanguage,
): { length: number } | undefined {
  const gap = text.slice(tokens[at - 1]?.end ?? 0, tokens[at]?.start ?? 0);
  if (/^\s*@\s*$/.test(gap)) return { length: 0 };
  if (words[at] === 'at') return { length: words[at + 1] === 'sign' ? 2 : 1 };
  const [first, second] = [fold(words[at] ?? ''), fold(words[at + 1] ?? '')];
  return language === 'vi' && first === 'a' && VIETNAMESE_AT.has(second) ? { length: 2 } : undefined;
}

/** Labels with dots between them, the last of letters only. */
function readDomain(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  language: EntityLanguage,
): { value: string; next: number } | undefined {
  const labels: string[] = [];
  let next = at;
  for (;;) {
    const label = readLabel(tokens, words, next, language);
    if (label === undefined) break;
    labels.push(label.value);
    next = label.next;
    if (!DOTS.has(words[next] ?? '') || labels.length > MAX_LABELS) break;
    next += 1;
  }
  return labels.length < 2 ? undefined : { value: labels.join('.'), next };
}

function readLabel(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  language: EntityLanguage,
): { value: string; next: number } | undefined {
  let value = '';
  let next = at;
  while (next < tokens.length && next - at < MAX_ATOMS && !DOTS.has(words[next] ?? '')) {
    const atom = readAtom(tokens, words, next, language);
    const known = PROVIDERS.has(`${value}${atom.value}`);
    // Spelled letters and the two halves of a known name stay together; another word is no more of the address.
    const belongs =
      value === '' ||
      known ||
      (value.length === next - at && atom.value.length === 1) ||
      HYPHENS.has(atom.value) ||
      HYPHENS.has(value.at(-1) ?? '');
    if (atom.value === '' || !belongs) break;
    value += atom.value;
    next += atom.length;
  }
  return value === '' ? undefined : { value, next };
}

interface Local {
  readonly value: string;
  readonly from: number;
  readonly sure: boolean;
}

/** The part before the sign, from the farthest word that can belong to it. */
function readLocal(
  text: string,
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  language: EntityLanguage,
): Local | undefined {
  let from = at;
  while (from > 0 && at - from < MAX_ATOMS && !isStop(words[from - 1] ?? '', language)) {
    if (from < at && /[,.;:?!]/.test(text.slice(tokens[from - 1]?.end ?? 0, tokens[from]?.start ?? 0))) break;
    from -= 1;
    // `b as in bravo`: the letter stands before.
    if (words[from - 1] === 'in' && words[from - 2] === 'as') from = Math.max(0, from - 3);
  }
  for (let begin = from; begin < at; begin += 1) {
    const read = joinAtoms(tokens, words, begin, at, language);
    // Many words without a sign between them are a sentence: only its last word is the name.
    if (read !== undefined && read.bareJoins <= MAX_BARE_JOINS)
      return { value: read.value, from: begin, sure: read.bareJoins === 0 };
  }
  return undefined;
}

function isStop(word: string, language: EntityLanguage): boolean {
  return STOP_WORDS.has(word) || (language === 'vi' && BARE_STOP_WORDS.has(word));
}

function joinAtoms(
  tokens: readonly Token[],
  words: readonly string[],
  from: number,
  to: number,
  language: EntityLanguage,
): { value: string; bareJoins: number } | undefined {
  let value = '';
  let bareJoins = 0;
  let lastWasWord = false;
  for (let at = from; at < to; ) {
    const atom = readAtom(tokens, words, at, language);
    if (atom.value === '' || at + atom.length > to) return undefined;
    if (atom.isWord && lastWasWord) bareJoins += 1;
    lastWasWord = atom.isWord;
    value += atom.value;
    at += atom.length;
  }
  return /^[._+-]|[._+-]$|\.\./.test(value) ? undefined : { value, bareJoins };
}

/** A sign, digits, a letter or a word as it is in an address. */
function readAtom(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  language: EntityLanguage,
): { value: string; length: number; isWord: boolean } {
  const word = words[at] ?? '';
  const sign = SIGNS.get(`${word} ${words[at + 1] ?? ''}`);
  if (sign !== undefined) return { value: sign, length: 2, isWord: false };
  const single = DOTS.has(word) ? '.' : SIGNS.get(word);
  if (single !== undefined) return { value: single, length: 1, isWord: false };
  if (word === 'capital' || word === 'lowercase' || word === 'small') {
    const rest = readAtom(tokens, words, at + 1, language);
    return { ...rest, length: rest.length + 1 };
  }
  const letter = words[at + 1] ?? '';
  if (word === 'double' && /^[a-z]$/.test(letter)) return { value: letter.repeat(2), length: 2, isWord: false };
  if (/^[a-z]$/.test(word)) {
    const spelled = words[at + 1] === 'as' && words[at + 2] === 'in' ? 4 : words[at + 1] === 'for' ? 3 : 1;
    return { value: word, length: (words[at + spelled - 1] ?? '').startsWith(word) ? spelled : 1, isWord: false };
  }
  const digits = readDigitPiece(tokens, words, at, language);
  if (digits !== undefined) return { value: digits.readings[0] ?? '', length: digits.length, isWord: false };
  const plain = fold(word).replaceAll(' ', '');
  return { value: /^[a-z0-9]+$/.test(plain) ? plain : '', length: 1, isWord: true };
}

/** Written addresses of the kind that people have: no quotes, no comments. */
const WRITTEN =
  /[a-z0-9](?:[a-z0-9._%+-]{0,62}[a-z0-9_])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,24}(?![a-z0-9-])/gi;
const ADDRESS = /^[a-z0-9_][a-z0-9._+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,24}$/;
/** Nobody's address has more pieces. */
const MAX_ATOMS = 30;
const MAX_LABELS = 6;
/** A first, a middle and a last name in one word. */
const MAX_BARE_JOINS = 3;

const DOTS = new Set(['dot', 'point', 'period', 'chấm']);
const HYPHENS = new Set(['-']);
const VIETNAMESE_AT = new Set(['cong', 'moc', 'vong', 'coong', 'con']);
const SIGNS = new Map([
  ['underscore', '_'],
  ['under score', '_'],
  ['gạch dưới', '_'],
  ['gach duoi', '_'],
  ['dash', '-'],
  ['hyphen', '-'],
  ['minus', '-'],
  ['gạch ngang', '-'],
  ['gach ngang', '-'],
  ['gạch nối', '-'],
  ['plus', '+'],
  ['cộng', '+'],
]);
const PROVIDERS = new Set(['gmail', 'hotmail', 'outlook', 'icloud', 'yahoo', 'protonmail', 'ymail', 'aol', 'gmx']);
const STOP_WORDS = new Set(
  `is it's its my mine email mail e-mail address the to at on in me you us send write reach contact use it and so uh um er please yes
  ok okay sure well hi hello no sorry actually i'm i would be of with from your this that will can
  là của tôi em anh chị mình cho gửi địa chỉ thư dạ vâng ạ qua đến tới nhé email's`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
/** Typed without marks. */
const BARE_STOP_WORDS = new Set(['la', 'cua', 'toi', 'gui', 'den', 'nhe', 'da', 'dia', 'chi']);
const VERBS = new Set(['look', 'meet', 'see', 'arrive', 'stay', 'work', 'am', 'are', 'was', 'find', 'here', 'live']);
