import { fillers } from '../completeness/features.ts';

/**
 * Is a name or a code spelled at the end of the words ("s m i t h", "b as in bravo", "ess em", "nờ gờ u")? It is over when the letters
 * give a word that was said before them.
 */
export function spelling(spoken: readonly string[], asked: boolean, language: 'en' | 'vi'): 'none' | 'going' | 'over' {
  const names = letterNames[language];
  const letters: string[] = [];
  let sure = 0;
  let at = spoken.length - 1;
  for (; at >= 0; at -= 1) {
    const word = spoken[at] ?? '';
    const asIn = exampleAt(spoken, at);
    if (asIn !== undefined) {
      letters.unshift(asIn.letter);
      sure += 1;
      at = asIn.at;
    } else if (isLetter(word)) {
      letters.unshift(word);
      if (!alsoWords.has(word)) sure += 1;
    } else if (names[word] !== undefined) {
      letters.unshift(names[word]);
      if (!alsoWords.has(word)) sure += 1;
    } else if (word === 'double' && letters.length > 0) letters.unshift(letters[0] ?? '');
    else if (!fillers.has(word) && !between.has(word)) break;
  }
  if (sure === 0) return 'none';
  // One letter may be a grade or a room; two are the start of a name.
  if (!asked && (letters.length < 2 || sure < 2)) return 'none';
  const spelled = letters.join('');
  const isSaid = letters.length > 2 && spoken.slice(0, at + 1).some((word) => plain(word) === spelled);
  return isSaid ? 'over' : 'going';
}

/** "b as in bravo", "b for bravo", "b like boy", "bê như ba"; ends at the example. */
function exampleAt(
  spoken: readonly string[],
  at: number,
): { readonly letter: string; readonly at: number } | undefined {
  for (const words of [2, 3]) {
    const letter = spoken[at - words];
    const link = spoken.slice(at - words + 1, at).join(' ');
    if (letter !== undefined && isLetter(letter) && (spoken[at] ?? '').startsWith(letter) && links.has(link)) {
      return { letter, at: at - words };
    }
  }
  // "b as in", and then a pause.
  const [letter, ...link] = spoken.slice(Math.max(0, at - 2), at + 1);
  return letter !== undefined && isLetter(letter) && link.join(' ') === 'as in' ? { letter, at: at - 2 } : undefined;
}

const links: ReadonlySet<string> = new Set(['as in', 'for', 'like', 'as', 'như', 'như là', 'như trong']);

function isLetter(word: string): boolean {
  return /^\p{L}$/u.test(word);
}

function plain(word: string): string {
  return word.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd');
}

/** Letters that are words too: alone they are no sign of spelling. */
const alsoWords: ReadonlySet<string> = new Set('a i o u you are see be oh why tea pee queue à ờ o i'.split(' '));

const between: ReadonlySet<string> = new Set(
  'then and capital dash sắc huyền hỏi ngã nặng dài ngắn rồi dấu'.split(' '),
);

const letterNames: Readonly<Record<'en' | 'vi', Readonly<Record<string, string | undefined>>>> = {
  en: {
    ay: 'a',
    bee: 'b',
    cee: 'c',
    see: 'c',
    dee: 'd',
    ee: 'e',
    ef: 'f',
    eff: 'f',
    gee: 'g',
    aitch: 'h',
    jay: 'j',
    kay: 'k',
    el: 'l',
    ell: 'l',
    em: 'm',
    en: 'n',
    pee: 'p',
    cue: 'q',
    queue: 'q',
    ar: 'r',
    are: 'r',
    ess: 's',
    tee: 't',
    tea: 't',
    you: 'u',
    vee: 'v',
    ex: 'x',
    why: 'y',
    wye: 'y',
    zee: 'z',
    zed: 'z',
  },
  // Only names that are no words: "em" is "I", "ca" a shift, "đê" a dike.
  vi: {
    bê: 'b',
    bờ: 'b',
    xê: 'c',
    cờ: 'c',
    dê: 'd',
    dờ: 'd',
    giê: 'g',
    gờ: 'g',
    hát: 'h',
    hờ: 'h',
    lờ: 'l',
    mờ: 'm',
    nờ: 'n',
    ngờ: 'ng',
    pê: 'p',
    pờ: 'p',
    quy: 'q',
    rờ: 'r',
    ét: 's',
    sờ: 's',
    tê: 't',
    tờ: 't',
    vê: 'v',
    vờ: 'v',
    ích: 'x',
  },
};
