import { american, british } from './english.ts';
import type { RuleContext, SpokenLanguage, SpokenPiece } from './rule.ts';
import { northernVietnamese, southernVietnamese } from './vietnamese.ts';

/**
 * How written text is said: numbers, money, dates, times, telephone numbers, units, addresses, codes and abbreviations in
 * words, the way people of the language say them. Pure and linear in the text. For voices that read such things badly, and
 * for knowing how long the words of a text take.
 *
 * Each piece is one or more whole written words; the sources joined are the text, the `spoken` joined by blanks are what
 * to say. Knows English (`en-GB`, `en-AU` and the like say dates and hundreds the British way) and Vietnamese (`vi-x-south`
 * says "ngàn" and "lẻ"); text of other languages comes back as it is, without emoji.
 *
 * @param language BCP 47
 */
export function spokenForm(text: string, language: string): readonly SpokenPiece[] {
  const pack = languageOf(language);
  const pieces: SpokenPiece[] = [];
  let at = 0;
  let beforeAsWritten = '';
  while (at < text.length) {
    const start = at;
    at = skip(blanks, text, at);
    const wordStart = at;
    const parts: string[] = [];
    // One written word may be several things ("5-year-old", "10km/2h"): it is said in one piece.
    while (at < text.length && !isBlank(text, at)) {
      const said = sayNext(text, at, pack, { beforeAsWritten, isFirst: at === wordStart });
      if (said.spoken !== '') parts.push(said.spoken);
      at = said.end;
    }
    const written = text.slice(wordStart, at);
    at = skip(blanks, text, at);
    const spoken = joinParts(parts);
    const previous = pieces.at(-1);
    // A dash by itself is a pause behind the word before.
    if (/^[—–-]+$/.test(written) && previous !== undefined && /[^.,;:!?]$/.test(previous.spoken)) {
      pieces[pieces.length - 1] = { ...previous, spoken: `${previous.spoken},` };
    }
    const last = pieces.at(-1);
    if (written === '' && last !== undefined)
      pieces[pieces.length - 1] = { ...last, source: last.source + text.slice(start, at) };
    else pieces.push({ source: text.slice(start, at), spoken });
    beforeAsWritten = lastWord(written);
  }
  return pieces;
}

/** The words to say, in one string. */
export function spokenText(text: string, language: string): string {
  return spokenForm(text, language)
    .map(({ spoken }) => spoken)
    .filter((spoken) => spoken !== '')
    .join(' ');
}

function languageOf(language: string): SpokenLanguage | undefined {
  const tag = language.toLowerCase();
  if (tag === 'en' || tag === 'en-us' || tag.startsWith('en-us-') || tag === 'en-ca' || tag === 'en-ph')
    return american;
  if (tag.startsWith('en-')) return british;
  if (tag !== 'vi' && !tag.startsWith('vi-')) return undefined;
  return tag.endsWith('-x-south') ? southernVietnamese : northernVietnamese;
}

const blanks = /\s+/y;
/** What opens something and is not said. */
const opening = /["“”„‘’'«»()[\]{}<>*_`~|•·]+/y;
/** What ends a word; one mark of it is kept. */
const closing = /[.,;:!?…—"“”’'«»()[\]{}<>*_`~|]+/y;
const plainWord = /[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/uy;
const token = /[^\s]+?(?=[.,;:!?…"”’'»)\]}*_`~|]*(?:\s|$))/uy;
/** A token longer than any word: base64, or a script without blanks. */
const maxTokenCharacters = 200;
const digitStart = /\d/;
const letterStart = /[\p{L}\p{M}]/u;
const allCapitals = /^\p{Lu}{2,}s?$/u;

interface Said {
  readonly spoken: string;
  readonly end: number;
}

function sayNext(
  text: string,
  at: number,
  pack: SpokenLanguage | undefined,
  { beforeAsWritten, isFirst }: { readonly beforeAsWritten: string; readonly isFirst: boolean },
): Said {
  const context = { before: beforeAsWritten.toLowerCase(), beforeAsWritten };
  // "(415) 555-1234" and "~50" begin with what is otherwise not said.
  if (isFirst && /[(~<>]/.test(text[at] ?? '') && pack !== undefined) {
    const said = tryRules(pack.signRules, text, at, context);
    if (said !== undefined) return withMark(text, said);
  }
  const start = skip(opening, text, at);
  if (start === text.length || isBlank(text, start)) return { spoken: '', end: start };
  if (pack === undefined) return sayAsIs(text, start);
  const first = text[start] ?? '';
  const word = letterStart.test(first) ? exec(plainWord, text, start) : undefined;
  const said = ruleFor(text, start, first, word, pack, context);
  if (said !== undefined) return withMark(text, said);
  if (word !== undefined && isWordEnd(text, start + word.length)) {
    return withMark(text, sayWord(text, start, word, pack));
  }
  return withMark(text, sayMixed(text, start, pack));
}

function ruleFor(
  text: string,
  start: number,
  first: string,
  word: string | undefined,
  pack: SpokenLanguage,
  context: Pick<RuleContext, 'before' | 'beforeAsWritten'>,
): Said | undefined {
  if (digitStart.test(first)) return tryRules(pack.digitRules, text, start, context);
  if (word === undefined) return tryRules(pack.signRules, text, start, context);
  const end = start + word.length;
  // Most words are only words: no rule need be tried.
  if (!pack.beginners.has(word.toLowerCase()) && !allCapitals.test(word) && isLoneWord(text, end)) return undefined;
  return tryRules(pack.letterRules, text, start, context);
}

function tryRules(
  rules: SpokenLanguage['digitRules'],
  text: string,
  start: number,
  context: Pick<RuleContext, 'before' | 'beforeAsWritten'>,
): Said | undefined {
  for (const { pattern, say } of rules) {
    pattern.lastIndex = start;
    const match = pattern.exec(text);
    if (match === null || match[0] === '') continue;
    const end = start + match[0].length;
    if (!endsThere(text, end, match[0])) continue;
    const spoken = say(match, { ...context, text, end });
    if (spoken === undefined) continue;
    // The stop of "p.m." may be the sentence's as well.
    const isLast =
      /[ap]m\.$/i.test(match[0]) ||
      (/[ap]\.\s?m\.$/i.test(match[0]) && /^(?:\s*$|\s\p{Lu})/u.test(text.slice(end, end + 3)));
    return { spoken: isLast ? `${spoken}.` : spoken, end };
  }
  return undefined;
}

/** Nothing of the same number or word follows; a full stop parts what it shortens from the name behind it ("Q.Tân Bình"). */
function endsThere(text: string, end: number, match: string): boolean {
  const next = text.slice(end, end + 2);
  if (next === '') return true;
  if (match.endsWith('.') && /^\p{L}/u.test(next)) return true;
  return !/^(?:[\p{L}\p{M}\p{N}]|[.,:/-]\d)/u.test(next);
}

function isWordEnd(text: string, end: number): boolean {
  return end === text.length || /[\s.,;:!?…—"“”’'«»()[\]{}<>*_`~|]/u.test(text[end] ?? '');
}

/** Nothing but punctuation comes between it and the next blank. */
function isLoneWord(text: string, end: number): boolean {
  const rest = text.slice(end, end + 2);
  return rest === '' || /^(?:\s|[.,;:!?…"”’')](?:\s|$))/.test(rest);
}

function sayWord(text: string, start: number, word: string, pack: SpokenLanguage): Said {
  const end = start + word.length;
  const isStopped = text[end] === '.';
  const known = pack.abbreviations.get(word.toLowerCase());
  if (known !== undefined) {
    const isCapital = /^\p{Lu}/u.test(word);
    if (known.when === 'always' || isStopped || (known.when === 'capital' && isCapital)) {
      const isSentenceEnd = isStopped && (end + 1 >= text.length || /^\s+$/.test(text.slice(end + 1)));
      return { spoken: known.spoken, end: isStopped && !isSentenceEnd ? end + 1 : end };
    }
  }
  return { spoken: word, end };
}

/** Letters, digits and signs in one word, of which no rule knows anything. */
function sayMixed(text: string, start: number, pack: SpokenLanguage): Said {
  const whole = (exec(token, text, start) ?? text[start] ?? '').slice(0, maxTokenCharacters);
  const parts: string[] = [];
  for (const part of whole.match(/[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*|\d+|[^\p{L}\p{M}\d]/gu) ?? []) {
    if (/^\d/.test(part)) parts.push(pack.digits(part));
    else if (letterStart.test(part)) parts.push(part);
    else {
      const sign = pack.signs.get(part);
      if (sign !== undefined && (whole.length > 1 || part !== '-')) parts.push(sign);
    }
  }
  return { spoken: parts.join(' '), end: start + whole.length };
}

function sayAsIs(text: string, start: number): Said {
  const end = start + (exec(/[^\s]+/y, text, start)?.length ?? 1);
  return { spoken: text.slice(start, end).replace(pictures, ''), end };
}

const pictures = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u{FE0F}|\u{200D}/gu;

/** The punctuation behind belongs to it: one mark is kept. */
function withMark(text: string, { spoken, end }: Said): Said {
  const marks = exec(closing, text, end);
  if (marks === undefined) return { spoken, end };
  const mark = /[.,;:!?…—]/.exec(marks)?.[0];
  const kept = mark === '…' ? '.' : mark === '—' ? ',' : (mark ?? '');
  const isMarked = spoken === '' || /[.,;:!?]$/.test(spoken);
  return { spoken: isMarked ? spoken : spoken + kept, end: end + marks.length };
}

function joinParts(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : parts.join(' ');
}

function lastWord(written: string): string {
  return (
    written
      .slice(-maxTokenCharacters)
      .match(/[\p{L}\p{M}\p{N}]+/gu)
      ?.at(-1) ?? ''
  );
}

function isBlank(text: string, at: number): boolean {
  return /\s/.test(text[at] ?? '');
}

function skip(pattern: RegExp, text: string, at: number): number {
  return at + (exec(pattern, text, at)?.length ?? 0);
}

function exec(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
