import type { Token } from '../entity.ts';

/** The word at the place if it follows the one before closely: `twenty-three` and `twenty three` are one number, `twenty, three` are two. */
export function nextWord(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  const before = tokens[at - 1];
  if (token === undefined) return '';
  return before === undefined || token.start - before.end <= 1 ? token.text : '';
}

/** The word at the place if nothing parts it from the one before, as in `500k`. */
export function gluedWord(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  return token !== undefined && token.start === tokens[at - 1]?.end ? token.text : '';
}

/** Words in their order, each the step more than the one before. */
export function numbered(words: string, from: number, step: number): Map<string, number> {
  return new Map(words.split(' ').map((word, index) => [word, from + index * step]));
}
