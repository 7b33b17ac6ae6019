import { baseLanguage } from './formatter.ts';

/**
 * Sentences with the capital that they begin with. Vietnamese days, times and names of things are written small, so that a template that
 * begins with one (`{{ slots.day | say_date }}.`) would begin small as well. Other languages are left as they are written.
 */
export function withCapitals(text: string, language: string): string {
  if (baseLanguage(language) !== 'vi') return text;
  return text.replace(sentenceBeginning, (_, before: string, word: string) => {
    return isWord.test(word) ? before + word.charAt(0).toUpperCase() + word.slice(1) : before + word;
  });
}

/** After `v.v.` (and so on) the sentence goes on. */
const sentenceBeginning = /(^|(?<!v\.v)[.!?…]\s+)(\p{Ll}\S*)/gu;
/** Not `anna@example.com`, `example.com` and `x2`, which are written as they are. */
const isWord = /^\p{L}+[,.!?:;…]*$/u;
