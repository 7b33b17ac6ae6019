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
  const clauses = asserted.split(clauseEnds);
  const isQuestion = /[?？]["'”’)\]]*$/u.test(asserted);
  // "I've booked it, anything else?": what was done is said in a clause of its own, whatever follows.
  const told = clauses.slice(0, isQuestion ? -1 : undefined).filter((clause) => !rules.open.test(clause));
  const isOpen = isQuestion || rules.open.test(asserted);
  return rules.kinds.flatMap(({ kind, soon, done, stands }): Claim[] => {
    if (told.some((clause) => done.some((pattern) => pattern.test(clause)))) return [{ kind, tense: 'done' }];
    if (told.some((clause) => stands.some((pattern) => pattern.test(clause)))) return [{ kind, tense: 'stands' }];
    return !isOpen && soon.some((pattern) => pattern.test(asserted)) ? [{ kind, tense: 'soon' }] : [];
  });
}

const clauseEnds = /(?<=[,;:.!–—])\s+|\s+-\s+|\s+(?=(?:and|but|so) (?:is|do|can|would|what|which|when)\b)/;
