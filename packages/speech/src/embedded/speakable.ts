import type { SpokenPiece } from '@parley/engine/text/spoken-form/rule.ts';
import { spokenForm } from '@parley/engine/text/spoken-form/spoken-form.ts';

/**
 * The text as flite is given it: numbers and the like in words, as for every voice that reads them badly, and besides what
 * is particular to flite, which knows ASCII only and takes a lone "A" for the article.
 *
 * The pieces in order make up the text; join their `spoken` by blanks.
 *
 * @param language BCP 47, an English one
 */
export function speakable(text: string, language: string): readonly SpokenPiece[] {
  return spokenForm(text, language).map(({ source, spoken }) => {
    // What was spelled out has letters for words; in what was not, "A" is the article.
    const isSpelled = spoken.replace(/[.,;:!?]$/, '') !== source.trim().replace(/[.,;:!?]$/, '');
    return { source, spoken: toAscii(isSpelled ? spoken.replace(/\bA\b/g, 'eigh') : spoken) };
  });
}

/** Is there anything to say? */
export function isSpeakable(spoken: string): boolean {
  return /[a-z0-9]/i.test(spoken);
}

/** Typographic signs to their plain forms, letters to their base letter; what is left beyond ASCII is not speakable. */
function toAscii(text: string): string {
  return text
    .replace(/[‘’ʼ]/g, "'")
    .replace(/[—–]/g, ', ')
    .replace(/[đĐ]/g, 'd')
    .replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/g, ' ')
    .replace(/[^\w\s'.,;:!?-]/g, ' ')
    .replace(/(^|\s)-+(?=\s|$)/g, '$1,')
    .replace(/\s+/g, ' ')
    .trim();
}
