import { rememberLast } from './remember-last.ts';

/** Something found in what the caller said. */
export interface Entity<Value> {
  readonly value: Value;
  /** As it stood in the utterance. */
  readonly text: string;
  /** Offset of its first character in the utterance. */
  readonly start: number;
  /** Offset after its last character. */
  readonly end: number;
}

/** A word, number or clock time of the utterance, lower case, with its place. */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Characters of an utterance that are looked at; nobody says more in one breath, and typed novels must stay cheap. */
export const MAX_UTTERANCE_CHARACTERS = 2000;

/** Cut into words. `3:30pm` is `3:30`, `pm`; `p.m.` and `p m` are `pm`; hyphens part words; signs and emoji vanish. */
export const tokenize: (text: string) => readonly Token[] = rememberLast((text) => {
  const tokens: Token[] = [];
  for (const match of text.slice(0, MAX_UTTERANCE_CHARACTERS).matchAll(TOKEN)) {
    const word = match[0].toLowerCase().replaceAll('’', "'");
    tokens.push({
      text: /^[ap][.\s]{0,2}m\.?$/.test(word) ? `${word[0]}m` : word,
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return tokens;
});

/** The entity made of the tokens `from` up to but without `to`. */
export function entityOf<Value>(
  text: string,
  tokens: readonly Token[],
  from: number,
  to: number,
  value: Value,
): Entity<Value> {
  const start = tokens[from]?.start ?? 0;
  const end = tokens[to - 1]?.end ?? start;
  return { value, text: text.slice(start, end), start, end };
}

const TOKEN =
  /\d{1,2}:\d{2}|\d+(?:st|nd|rd|th)(?![\p{L}\p{M}\d])|\d+|[ap](?:\.\s?|\s)?m(?![\p{L}\p{M}\d_])\.?|[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/giu;
