import { FIRST_NAMES } from '../vocabulary/common-names.ts';
import { type Entity, type Token, tokenize } from './entity.ts';

/**
 * The caller's name. An introduction ("my name is", "call me") always counts; a loose one ("this is", "it's", "I'm")
 * counts before a common first name, or before any plausible name if a name was `asked` for; and then the whole short
 * answer may be the name. Names spelled letter by letter are joined.
 */
export function findPersonName(text: string, asked: boolean): Entity<string> | undefined {
  const tokens = tokenize(text);
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    const introduction = INTRODUCTIONS.find(({ words }) =>
      words.every((word, index) => tokens[at + index]?.text === word),
    );
    if (introduction === undefined) continue;
    const from = at + introduction.words.length;
    const common = FIRST.has(tokens[from]?.text ?? '');
    if (introduction.sure || common || (asked && tokens.length - from <= MAX_NAME_WORDS)) {
      const name = nameAt(text, tokens, from);
      if (name !== undefined) return name;
    }
  }
  return asked ? wholeAnswer(text, tokens) : undefined;
}

/** More words than this are a sentence, not a name. */
const MAX_NAME_WORDS = 4;

function wholeAnswer(text: string, tokens: readonly Token[]): Entity<string> | undefined {
  let from = 0;
  while (FILLERS.has(tokens[from]?.text ?? '')) from += 1;
  let to = tokens.length;
  while (to > from && FILLERS.has(tokens[to - 1]?.text ?? '')) to -= 1;
  const words = tokens.slice(from, to);
  const spelled = words.length > 1 && words.every(({ text: word }) => /^\p{L}$/u.test(word));
  if (!spelled && (words.length === 0 || countOf(words) > MAX_NAME_WORDS)) return undefined;
  const name = nameAt(text, tokens, from);
  // All of the answer must be the name: in "Alice I think so" nobody knows.
  return name !== undefined && name.end === words.at(-1)?.end ? name : undefined;
}

/** The words of a name, the little ones of "Juan Carlos de la Cruz" being as good as none. */
function countOf(words: readonly Token[]): number {
  return words.filter(({ text: word }) => !PARTICLES.has(word)).length;
}

function nameAt(text: string, tokens: readonly Token[], from: number): Entity<string> | undefined {
  let start = from;
  while (FILLERS.has(tokens[start]?.text ?? '')) start += 1;
  const words: Token[] = [];
  const rest = tokens.slice(start).filter(({ text: word }) => !FILLERS.has(word));
  const allLetters = rest.length > 1 && rest.every(({ text: word }) => /^\p{L}$/u.test(word));
  for (const token of tokens.slice(start)) {
    const letter = /^\p{L}$/u.test(token.text);
    const spelling = words.every(({ text: word }) => /^\p{L}$/u.test(word));
    if (!/^\p{L}/u.test(token.text) || (STOP_WORDS.has(token.text) && !allLetters) || token.text.length > 30) break;
    if (countOf(words) >= MAX_NAME_WORDS && !(letter && spelling && words.length < 20)) break;
    words.push(token);
  }
  const first = words[0];
  const last = words.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const said = text.slice(first.start, last.end);
  const spelled = words.length > 1 && words.every(({ text: word }) => /^\p{L}$/u.test(word));
  const value = written(spelled ? joinLetters(text, words) : said.replace(/\s+/g, ' '));
  return { value, text: said, start: first.start, end: last.end };
}

/** `M-A-R-Y S-M-I-T-H` and `M A R Y, S M I T H` are two words: what parts them is not what parts their letters. */
function joinLetters(text: string, letters: readonly Token[]): string {
  const gaps = letters.slice(1).map(({ start }, at) => text.slice(letters[at]?.end, start));
  const parts = (gap: string): boolean =>
    gap.includes(',') || (/^\s+$/.test(gap) && gaps.some((other) => other.includes('-')));
  return letters.map(({ text: letter }, at) => (at > 0 && parts(gaps[at - 1] ?? '') ? ` ${letter}` : letter)).join('');
}

/** As it is written on an envelope; a caller who typed capitals inside knows better. */
function written(name: string): string {
  if (/\p{Ll}.*\p{Lu}|\p{Lu}\p{Ll}/u.test(name)) return name;
  return name
    .toLowerCase()
    .replace(/(^|[\s\-'’])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase())
    .replace(/['’]S\b/g, "'s")
    .replace(/\bMc(\p{L})/gu, (_, letter: string) => `Mc${letter.toUpperCase()}`);
}

const FIRST = new Set(FIRST_NAMES);

const PARTICLES = new Set(
  'de del della der den di da do dos das du la las le los van von zu ter ten bin ibn al el y e'.split(' '),
);

const INTRODUCTIONS: readonly { readonly words: readonly string[]; readonly sure: boolean }[] = [
  ...['my name is', "my name's", 'the name is', 'name is', 'call me', 'name to', 'i am called', 'under the name'].map(
    (words) => ({ words: words.split(' '), sure: true }),
  ),
  ...['this is', "it's", 'it is', "i'm", 'i am', 'make it', 'no'].map((words) => ({
    words: words.split(' '),
    sure: false,
  })),
];

const FILLERS = new Set(
  'uh um er well yes yeah yep sure okay ok so hi hello please thanks thank you actually no sorry its'.split(' '),
);

/** Words that end a name, or show that there is none. */
const STOP_WORDS = new Set(
  `a an and the at on in of to for from with my your his her it it's its that that's this these is are was be been am pm i i'm i'd
  i'll me you we he she they not no nope yes yeah please thanks thank okay ok sure fine good great right wrong correct but or if so
  what when where who why how which cancel help repeat again over stop wait hold sorry pardon excuse name number phone time
  day date today tomorrow tonight monday tuesday wednesday thursday friday saturday sunday next noon midday midnight morning
  afternoon evening half quarter past one two three four five six seven eight nine ten eleven twelve oh zero double triple
  haircut beard trim shave color colour wash book booking appointment would like want need can could make change actually
  instead back again around anytime asap never mind forget nothing maybe just here there now later soon still don't doesn't didn't can't won't isn't
  calling speaking about wanna gonna know think mean say said speak talk human person robot operator goodbye bye hello hi hey really very`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
