import { compilePattern } from '../../flow/pattern.ts';
import { readDigitPiece, wordsOf } from '../digits/digit-runs.ts';
import { MAX_UTTERANCE_CHARACTERS, tokenize } from '../entity.ts';
import type { EntityRequest, FoundEntity } from '../found-entity.ts';

/**
 * What the expressions find, or their first group if they have one. Where a pattern was asked for and the words as written do not
 * fit, what they spell is tried: `a b dash one two three four` is `AB-1234`.
 *
 * @throws FlowError `pattern_invalid` if an expression cannot be read or is too large
 */
export function findPatterns(text: string, request: EntityRequest): FoundEntity[] {
  const looked = text.slice(0, MAX_UTTERANCE_CHARACTERS);
  return Object.entries(request.patterns ?? {}).flatMap(([of, source]) => {
    const written = findWritten(looked, of, source);
    return written.length > 0 || request.asked !== 'pattern' ? written : findSpelled(looked, of, source, request);
  });
}

function findWritten(text: string, of: string, source: string): FoundEntity[] {
  const matcher = compilePattern(source).matcher(text);
  const found: FoundEntity[] = [];
  while (found.length < MAX_MATCHES && matcher.find()) {
    const group = matcher.groupCount() > 0 && matcher.group(1) !== null ? 1 : 0;
    const [start, end] = [matcher.start(group), matcher.end(group)];
    if (end <= start) continue;
    const value = text.slice(start, end);
    found.push({ kind: 'pattern', of, value, text: value, start, end });
  }
  return found;
}

function findSpelled(text: string, of: string, source: string, { language }: EntityRequest): FoundEntity[] {
  const tokens = tokenize(text);
  const words = wordsOf(tokens, language);
  let value = '';
  let first = -1;
  let last = -1;
  for (let at = 0; at < tokens.length && value.length < MAX_SPELLED; ) {
    const digits = readDigitPiece(tokens, words, at, language);
    const word = words[at] ?? '';
    const part = digits?.readings[0] ?? (/^[a-zđ]$/.test(word) ? word : SIGNS.get(word));
    if (part !== undefined) {
      value += part;
      if (first < 0) first = at;
      last = at + (digits?.length ?? 1) - 1;
    }
    at += digits?.length ?? 1;
  }
  const [begin, finish] = [tokens[first], tokens[last]];
  if (begin === undefined || finish === undefined) return [];
  const [start, end] = [begin.start, finish.end];
  const fitting = [value.toUpperCase(), value].find((spelled) => {
    const [match] = findWritten(spelled, of, source);
    return match?.value === spelled;
  });
  if (fitting === undefined) return [];
  return [{ kind: 'pattern', of, value: fitting, text: text.slice(start, end), start, end, confidence: 0.8 }];
}

/** As many as a caller says in one breath, and more. */
const MAX_MATCHES = 20;
const MAX_SPELLED = 64;
const SIGNS = new Map([
  ['dash', '-'],
  ['hyphen', '-'],
  ['slash', '/'],
  ['dot', '.'],
  ['underscore', '_'],
]);
