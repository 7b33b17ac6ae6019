import type { Claim } from './claim-rules.ts';
import { english } from './claims-english.ts';
import { vietnamese } from './claims-vietnamese.ts';

/**
 * What the sentence says is being done or was done by the agent. Questions, offers and conditions ("shall I …?", "once you
 * confirm, …") claim nothing. English and Vietnamese; nothing is found in other languages.
 */
export function findClaims(sentence: string, language: string): readonly Claim[] {
  const text = sentence.normalize('NFC').toLowerCase().replaceAll('’', "'").replace(/\s+/g, ' ').trim();
  const rules = language.toLowerCase().startsWith('vi')
    ? vietnamese
    : language.toLowerCase().startsWith('en')
      ? english
      : undefined;
  // Sentences are bounded by the cutter; this is for whoever calls it with something else.
  if (rules === undefined || text.length > 1000) return [];
  const asserted = text.replace(rules.politeness, ' ');
  if (/[?？]["'”’)\]]*$/u.test(asserted) || rules.open.test(asserted)) return [];
  return rules.kinds.flatMap(({ kind, soon, done }): Claim[] => {
    if (done.some((pattern) => pattern.test(asserted))) return [{ kind, tense: 'done' }];
    return soon.some((pattern) => pattern.test(asserted)) ? [{ kind, tense: 'soon' }] : [];
  });
}
