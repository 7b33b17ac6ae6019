import type { Snippet } from '@parley/contract/conversations.ts';

/** A turn in which the words were found. */
export interface FoundTurn {
  readonly turnNumber: number;
  readonly userText: string;
  readonly botText: string;
}

/** Shown of a turn at most, in UTF-16 code units: two lines of a list. */
const maxLength = 160;
/** Before the first word that was found. */
const leadLength = 40;

/**
 * What a list shows of a turn that was found: the side on which more of the words are, around the first of them.
 * @param words as `searchedWords` gives them
 */
export function snippetOf(turn: FoundTurn, words: ReadonlySet<string>): Snippet {
  const user = findWords(turn.userText, words);
  const bot = findWords(turn.botText, words);
  const isBot = bot.length > user.length;
  const text = isBot ? turn.botText : turn.userText;
  const found = isBot ? bot : user;
  const [start, end] = cut(text, found[0]?.start ?? 0);
  return {
    turn_number: turn.turnNumber,
    speaker: isBot ? 'bot' : 'user',
    text: text.slice(start, end),
    highlights: found
      .filter((word) => word.start >= start && word.end <= end)
      .map((word) => ({ start: word.start - start, end: word.end - start })),
  };
}

/** The words that a tsquery in its text form looks for; those that must not be there are left out. */
export function searchedWords(tsquery: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [, not, word = ''] of tsquery.matchAll(/(!?)'((?:[^']|'')*)'/g)) {
    if (not === '') words.add(word.replaceAll("''", "'"));
  }
  return words;
}

/** As the database folds them (`parley_fold`): without capitals and marks. */
function fold(word: string): string {
  return word
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll('đ', 'd');
}

function findWords(text: string, words: ReadonlySet<string>): { readonly start: number; readonly end: number }[] {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)]
    .filter(([word]) => words.has(fold(word)))
    .map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
}

/** From where to where, at the ends of words. */
function cut(text: string, first: number): readonly [start: number, end: number] {
  if (text.length <= maxLength) return [0, text.length];
  const wanted = Math.max(0, Math.min(first - leadLength, text.length - maxLength));
  const space = text.indexOf(' ', wanted);
  const start = wanted === 0 || space === -1 || space >= first ? wanted : space + 1;
  const last = text.lastIndexOf(' ', start + maxLength);
  return [start, start + maxLength >= text.length || last <= first ? Math.min(text.length, start + maxLength) : last];
}
