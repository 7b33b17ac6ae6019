import { NumerologyError } from './numerology-error.ts';

/** The language whose spelling decides which letters are vowels. */
export type NameLanguage = 'en' | 'vi';

export interface NameLetter {
  /** `A` to `Z`. */
  readonly letter: string;
  /** 1–9: A, J, S are 1; B, K, T are 2; … I, R are 9. */
  readonly value: number;
  readonly vowel: boolean;
}

export interface NameWord {
  /** In plain capitals: `NGUYEN`. */
  readonly word: string;
  readonly letters: readonly NameLetter[];
}

/** The longest name that is taken, in characters as typed. The longest in passports are under 100. */
export const maxNameLength = 200;

/**
 * The letters of a full name, word by word. Spaces and hyphens divide words; apostrophes and full stops are passed over.
 *
 * Folding: marks are taken off by compatibility decomposition (NFKD; `ễ` → `E`), `đ` is `D`, and the few Latin letters
 * that do not decompose are written as passports do (`ß` → `SS`, `ø` → `O`, `æ` → `AE` …). Letters of other scripts are
 * refused: they have no number.
 *
 * Vowels: A, E, I, O, U, and Y by the rule of the language.
 * - `en`: Y is a vowel (Mary, Lynn, Bryan, Yvonne), except beside a vowel letter whose syllable it belongs to: after one
 *   (Joy, Hayden), before one at the start of the word (Yolanda), or between a consonant and a vowel letter when a vowel
 *   letter came earlier in the word (Tanya). The U of QU counts as a vowel, as all U do.
 * - `vi`: Y is a vowel when it is the only vowel of its syllable or its main one (Vy, Lý, Huy, Thủy, Yến, Nguyễn), and a
 *   consonant as the glide that closes a syllable after A, Ă or Â (Tây, Bảy). QU is one consonant before another vowel, and
 *   so is GI: the U of Quân and the I of Giang are consonants, those of Qui's I and of Gìn are vowels.
 *
 * @throws NumerologyError `name_without_letters`, `name_letters_unknown`, `name_too_long`
 */
export function nameLetters(name: string, language: NameLanguage): readonly NameWord[] {
  if (name.length > maxNameLength) {
    throw new NumerologyError('name_too_long', `A name has at most ${maxNameLength} characters; ask for it again.`);
  }
  const folded = foldName(name);
  if (!/\p{L}/u.test(folded)) {
    throw new NumerologyError('name_without_letters', 'The name has no letters; ask for it as in the passport.');
  }
  if (/[^A-Z '’.-]/u.test(folded)) {
    throw new NumerologyError(
      'name_letters_unknown',
      'The name has signs that are not Latin letters; ask for it as in the passport.',
    );
  }
  const words = folded.split(/[ -]+/u).map((word) => word.replace(/[^A-Z]/gu, ''));
  return words.filter((word) => word !== '').map((word) => ({ word, letters: lettersOf(word, language) }));
}

/** What a letter counts: the alphabet written in rows of nine. */
export function letterValue(letter: string): number {
  return ((letter.charCodeAt(0) - CODE_OF_A) % 9) + 1;
}

/** The name in plain capitals. Composed and decomposed Unicode give the same. */
export function foldName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[\s\p{Pd}]+/gu, (gap) => (/\p{Pd}/u.test(gap) ? '-' : ' '))
    .replace(/[ʼ‘`´]/gu, '’')
    .replace(/\p{L}/gu, (letter) => undecomposed[letter.toLowerCase()] ?? letter)
    .toUpperCase()
    .trim();
}

const undecomposed: Readonly<Record<string, string>> = {
  đ: 'd',
  ð: 'd',
  ß: 'ss',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  ł: 'l',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
};

const CODE_OF_A = 65;

function lettersOf(word: string, language: NameLanguage): readonly NameLetter[] {
  const isVowel = language === 'vi' ? isVietnameseVowel : isEnglishVowel;
  return Array.from(word, (letter, at) => ({ letter, value: letterValue(letter), vowel: isVowel(word, at) }));
}

function isEnglishVowel(word: string, at: number): boolean {
  if (isPlainVowel(word[at])) return true;
  if (word[at] !== 'Y' || isPlainVowel(word[at - 1])) return false;
  if (!isPlainVowel(word[at + 1])) return true;
  return at > 0 && !/[AEIOU]/u.test(word.slice(0, at));
}

function isVietnameseVowel(word: string, at: number): boolean {
  const letter = word[at];
  const before = word[at - 1];
  const vowelFollows = isPlainVowel(word[at + 1]) || word[at + 1] === 'Y';
  if (letter === 'Y') return before !== 'A';
  if (letter === 'U' && before === 'Q' && vowelFollows) return false;
  // Only at the start: the NG of "Nghi" is another consonant, and so is the GH before its I.
  if (letter === 'I' && at === 1 && before === 'G' && vowelFollows) return false;
  return isPlainVowel(letter);
}

function isPlainVowel(letter: string | undefined): boolean {
  return letter !== undefined && 'AEIOU'.includes(letter);
}
