import type { Wording } from '@parley/contract/flow/parts.ts';
import { vary } from '../wording/variation.ts';

/** Where in the conversation something is said: the same place always gets the same wording. */
export interface WordingTurn {
  readonly conversationId: string;
  /** Replies so far. */
  readonly replies: number;
  /** How often this wording was said before. Where it is known, no variation comes twice in a row. */
  readonly uses?: number;
}

/** One variation, as a template, in the language, or in the nearest there is: `en` for `en-GB`, else the first. */
export function pickWording(wording: Wording, language: string, turn: WordingTurn): string {
  const variations = variationsIn(wording, language);
  if (turn.uses === undefined) return vary(variations, turn.conversationId, turn.replies);
  const first = variations.indexOf(vary(variations, turn.conversationId, 0));
  return variations[(first + turn.uses) % Math.max(1, variations.length)] ?? '';
}

/** All variations that are said in the language. */
export function variationsIn(wording: Wording, language: string): readonly string[] {
  if (typeof wording === 'string') return [wording];
  if (Array.isArray(wording)) return wording;
  const key = nearestLanguage(Object.keys(wording), language) ?? Object.keys(wording)[0];
  const variations = key === undefined ? undefined : wording[key];
  return typeof variations === 'string' ? [variations] : (variations ?? []);
}

/** Of the languages the one that serves: the tag itself, or the longest beginning of it; undefined if none does. */
export function nearestLanguage(languages: readonly string[], wanted: string): string | undefined {
  const parts = wanted.toLowerCase().split('-');
  for (let length = parts.length; length > 0; length -= 1) {
    const tag = parts.slice(0, length).join('-');
    const found = languages.find((language) => language.toLowerCase() === tag);
    if (found !== undefined) return found;
  }
  return undefined;
}
