import { fillers } from './features.ts';
import { functionWords } from './function-words.ts';
import { numberWords, predicates, takingVerbs } from './word-classes.ts';

/**
 * Is only a thing named, of which nothing is said ("the shower in our bathroom", "máy sưởi phòng mười hai")? It may answer a question;
 * out of the blue a sentence follows. Numbers of things ("two coffees") and things asked for ("a table for four") are orders.
 */
export function isBareThing(spoken: readonly string[], language: 'en' | 'vi'): boolean {
  const { openings, leastWords, begins } = things[language];
  const from = spoken.findIndex((word) => !openings.has(word) && !fillers.has(word));
  if (from < 0 || spoken.length - from < leastWords) return false;
  return begins(spoken[from] ?? '') && !spoken.some((word) => predicates.has(word) || /^\d/.test(word));
}

const englishBeginnings = new Set(['the', 'my', 'our', 'your', 'his', 'her', 'their', 'because']);
const classifiers = new Set(['cái', 'chiếc', 'con']);

const things = {
  en: {
    openings: new Set(['yes', 'yeah', 'well', 'so', 'and', 'but', 'okay', 'oh', 'hi', 'hello']),
    leastWords: 3,
    begins: (word: string) => englishBeginnings.has(word),
  },
  vi: {
    openings: new Set(['dạ', 'vâng', 'alo', 'à', 'thế', 'vậy']),
    leastWords: 4,
    begins: (word: string) =>
      classifiers.has(word) || !(functionWords.has(word) || numberWords.has(word) || takingVerbs.has(word)),
  },
} as const;
