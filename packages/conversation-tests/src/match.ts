import type { ActionMatch, TextMatch } from './step.ts';

export function matchesText(match: TextMatch, text: string): boolean {
  switch (match.kind) {
    case 'contains':
      return normal(text).includes(normal(match.text));
    case 'regex':
      return match.regex.test(text);
    case 'anyOf':
      return match.of.some((one) => matchesText(one, text));
    case 'allOf':
      return match.of.every((one) => matchesText(one, text));
    case 'noneOf':
      return !match.of.some((one) => matchesText(one, text));
  }
}

/** The wish in words: `"Friday"`, `/fri/i`, `one of "yes", "sure"`. */
export function describeText(match: TextMatch): string {
  switch (match.kind) {
    case 'contains':
      return JSON.stringify(match.text);
    case 'regex':
      return String(match.regex);
    case 'anyOf':
      return `one of ${match.of.map(describeText).join(', ')}`;
    case 'noneOf':
      return `nothing like ${match.of.map(describeText).join(', ')}`;
    case 'allOf':
      return match.of.map(describeText).join(' and ');
  }
}

export function matchesAction(match: ActionMatch, action: { name: string; data: unknown }): boolean {
  return match.name === action.name && (match.data === undefined || includes(action.data, match.data));
}

export function describeAction({ name, data }: ActionMatch): string {
  return data === undefined ? name : `${name} ${JSON.stringify(data)}`;
}

/**
 * Does a value hold what is wanted? Objects may have more than wanted, lists are compared whole; texts are compared without
 * letter case, and wanted texts like `/…/` are regular expressions. `null` wants nothing to be there.
 */
export function includes(value: unknown, wanted: unknown): boolean {
  if (wanted === null) return value === null || value === undefined;
  if (typeof wanted === 'string') {
    const regex = /^\/(.+)\/([imsu]*)$/s.exec(wanted);
    if (regex !== null)
      return isScalar(value) && new RegExp(regex[1] ?? '', `i${regex[2]?.replace('i', '') ?? ''}`).test(String(value));
    return isScalar(value) && normal(String(value)) === normal(wanted);
  }
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(value) &&
      value.length === wanted.length &&
      wanted.every((one, index) => includes(value[index], one))
    );
  }
  if (typeof wanted === 'object') {
    if (typeof value !== 'object' || value === null) return false;
    return Object.entries(wanted).every(([key, one]) => includes(Reflect.get(value, key), one));
  }
  return value === wanted || (typeof wanted === 'number' && typeof value === 'string' && value === String(wanted));
}

/** The candidate that shares most words with the wish; undefined when there is none to choose from. */
export function closest(wish: string, candidates: readonly string[]): string | undefined {
  const wanted = new Set(wordsOf(wish));
  let best: { text: string; score: number } | undefined;
  for (const text of candidates) {
    const words = wordsOf(text);
    const score = words.filter((word) => wanted.has(word)).length / Math.max(1, Math.sqrt(words.length));
    if (best === undefined || score > best.score) best = { text, score };
  }
  return best?.text;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function normal(text: string): string {
  return text.toLowerCase().replace(/[’‘]/g, "'").replace(/\s+/g, ' ').trim();
}
