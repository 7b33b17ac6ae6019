import type { Claim } from './claim-rules.ts';
import { findClaims } from './claims.ts';
import { maskNumbers } from './personal-data.ts';

/** What may not be said; phrases by language (`en`), a `*` at the end of a word standing for any ending. */
export interface ForbiddenWords {
  readonly name: string;
  /** What the model is told of it. */
  readonly description: string;
  readonly phrases: Readonly<Record<string, readonly string[]>>;
  /** Said in its place, by language; the agent's own words, if left out. */
  readonly instead?: Readonly<Record<string, string>>;
}

export interface SentenceRails {
  /** Not to be spoken of. */
  readonly topics: readonly ForbiddenWords[];
  /** Not to be promised: "guaranteed", "full refund". */
  readonly promises: readonly ForbiddenWords[];
  /** Whether a card or account number may be said in full. */
  readonly mayBeSaid: (value: string) => boolean;
}

export const noRails: SentenceRails = { topics: [], promises: [], mayBeSaid: () => false };

export type CheckedSentence =
  | { readonly kind: 'plain'; readonly text: string }
  /** Says that something is or was done: to be held until it is known whether it is so. */
  | { readonly kind: 'claims'; readonly text: string; readonly claims: readonly Claim[] }
  | { readonly kind: 'forbidden'; readonly what: 'topic' | 'promise'; readonly rail: ForbiddenWords };

/** What may become of a sentence that the model wants to say. */
export function checkSentence(sentence: string, language: string, rails: SentenceRails): CheckedSentence {
  const topic = rails.topics.find((rail) => mentions(sentence, rail, language));
  if (topic !== undefined) return { kind: 'forbidden', what: 'topic', rail: topic };
  const promise = rails.promises.find((rail) => mentions(sentence, rail, language));
  if (promise !== undefined) return { kind: 'forbidden', what: 'promise', rail: promise };
  const text = maskNumbers(sentence, language, rails.mayBeSaid);
  const claims = findClaims(sentence, language);
  return claims.length === 0 ? { kind: 'plain', text } : { kind: 'claims', text, claims };
}

export function baseLanguage(language: string): string {
  return language.toLowerCase().split('-', 1)[0] ?? language;
}

/** All languages' phrases count: a model may answer in another one than it was told. */
function mentions(sentence: string, { phrases }: ForbiddenWords, language: string): boolean {
  const text = ` ${plain(sentence)} `;
  const own = phrases[baseLanguage(language)] ?? [];
  return [...own, ...Object.values(phrases).flat()].some((phrase) => includesPhrase(text, phrase));
}

function includesPhrase(text: string, phrase: string): boolean {
  const isStem = phrase.trim().endsWith('*');
  const wanted = plain(phrase);
  return wanted !== '' && text.includes(isStem ? ` ${wanted}` : ` ${wanted} `);
}

/** Marks stay: in Vietnamese they tell words apart. */
function plain(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}
