import { dictatedDigits, digitWordsOf } from './dictation/digits.ts';
import { spelling } from './dictation/spelling.ts';
import { isDictatedAddress, spokenEmail } from './dictation/written.ts';

/** Is something dictated, and has all of it come? */
export type Dictation = 'none' | 'going' | 'over';

/**
 * Numbers come in groups, names letter by letter, e-mail and street addresses piece by piece, with pauses that are no end: judged
 * from what has come, and from what was asked for.
 *
 * @param spoken words in lower case
 * @param expects the vocabulary context of the question: `phone`, `digits`, `spelling`, `email` and `address` are dictated
 * @param language `en` or `vi`
 */
export function dictation(spoken: readonly string[], expects: string | undefined, language: 'en' | 'vi'): Dictation {
  if (isClosed(spoken)) return 'over';
  const email = spokenEmail(spoken, expects === 'email');
  if (email !== 'none') return email;
  const digits = dictatedDigits(spoken, language);
  if (digits.count > 0) {
    const asked = expects === 'phone' || expects === 'digits' || expects === 'spelling';
    if (asked || digits.introduced || digits.tokens >= unaskedTokens) {
      return isWholeNumber(digits, expects, language) ? 'over' : 'going';
    }
  }
  const letters = spelling(spoken, expects === 'spelling', language);
  if (letters !== 'none') return letters;
  return expects === 'address' && isDictatedAddress(spoken, digitWordsOf(language)) ? 'going' : 'none';
}

/** "Three thirty" is a time; three digits in a row, without having been asked for a number, are the start of one. */
const unaskedTokens = 3;

/**
 * Ten digits are a whole telephone number in most of the world; eleven where they begin with the country's 1 (America), or with 0
 * (Britain, Hanoi's and Saigon's own lines), and a card has sixteen.
 */
function isWholeNumber(
  { count, first }: { readonly count: number; readonly first: string },
  expects: string | undefined,
  language: 'en' | 'vi',
): boolean {
  if (expects === 'digits' && count > 11) return count >= 16;
  if (language === 'en' && first === '1') return count >= 11;
  return count >= 10;
}

/** "That's it" after what was dictated. */
function isClosed(spoken: readonly string[]): boolean {
  const tail = ` ${spoken.slice(-4).join(' ')}`;
  return closings.some((closing) => tail.endsWith(` ${closing}`));
}

const closings = [
  "that's it",
  "that's all",
  'that is it',
  'that is all',
  "that's the number",
  'end of number',
  'hết',
  'hết rồi',
  'hết ạ',
  'vậy thôi',
  'thế thôi',
  'thế thôi ạ',
  'xong rồi',
  'xong ạ',
  'het roi',
  'vay thoi',
  'the thoi',
];
