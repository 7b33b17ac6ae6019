import type { Token } from '../entity.ts';
import type { CalendarDate } from '../zoned-time.ts';
import type { Preference } from './calendar.ts';

/** A word of the utterance: as it was said, and without its marks. */
export interface Word extends Token {
  readonly folded: string;
}

/**
 * When "one week from Monday" is a week that begins on Monday, not the Monday a week later: never, after "for" ("a room for one week
 * from Monday"), or always, as it was asked how long.
 */
export type Lengths = 'never' | 'afterFor' | 'always';

export interface Moment {
  readonly today: CalendarDate;
  readonly preference: Preference;
  /** Month first in `12/1`. */
  readonly monthFirst: boolean;
  readonly lengths: Lengths;
}

interface Read {
  /** The index of the first word after it. */
  readonly next: number;
}

export interface ReadDay extends Read {
  readonly date: CalendarDate;
  /** Only the day of the month was said: the other end of a range may tell its month. */
  readonly dayOnly?: true;
  /** Only a weekday was said: the end of a range lies after its beginning. */
  readonly weekdayOnly?: true;
}

export interface ReadSpan extends Read {
  readonly from: CalendarDate;
  readonly to: CalendarDate;
}

export interface ReadClock extends Read {
  /** 0–24. */
  readonly hour: number;
  readonly minute: number;
  readonly half: 'am' | 'pm' | undefined;
  /** A number and nothing else: a time only where one is expected. */
  readonly bare: boolean;
}

/** A part of the day, from and to the hour. */
export interface ReadPart extends Read {
  readonly from: string;
  readonly to: string;
  readonly half: 'am' | 'pm';
  /** "Tonight", "this morning" and "tối nay" are today's. */
  readonly isToday: boolean;
}

export interface ReadDuration extends Read {
  /** ISO 8601. */
  readonly iso: string;
}

/** How a language tells time. All readers begin at a word and look no further back than its grammar says. */
export interface Grammar {
  day(words: readonly Word[], at: number, moment: Moment): ReadDay | undefined;
  /** A number that may be a day of the month, where the other end of a range says so. */
  dayNumber(words: readonly Word[], at: number): { readonly value: number; readonly next: number } | undefined;
  span(words: readonly Word[], at: number, moment: Moment): ReadSpan | undefined;
  clock(words: readonly Word[], at: number): ReadClock | undefined;
  part(words: readonly Word[], at: number): ReadPart | undefined;
  duration(words: readonly Word[], at: number, moment: Moment): ReadDuration | undefined;
  /** Skips what may stand between a day and a time: "on", "at", "lúc". */
  link(words: readonly Word[], at: number): number;
  /** Opens a range: "from", "between", "từ". @returns the index after it */
  opens(words: readonly Word[], at: number): number | undefined;
  /** Joins a range's ends; after an opening also "and". */
  joins(words: readonly Word[], at: number, opened: boolean): number | undefined;
  /** Is a bare number at the index a time, by what stands before it ("at", "around")? */
  expectsTime(words: readonly Word[], at: number): boolean;
}

export function wordAt(words: readonly Word[], at: number): string {
  return words[at]?.text ?? '';
}

/** @returns the index after the phrase, if it stands here */
export function matchPhrase(words: readonly Word[], at: number, phrase: string): number | undefined {
  const parts = partsOf(phrase);
  for (let index = 0; index < parts.length; index += 1) {
    if (!isPart(words[at + index], parts[index])) return undefined;
  }
  return at + parts.length;
}

/** @returns the index after the first of the phrases that stands here */
export function matchAny(words: readonly Word[], at: number, phrases: readonly string[]): number | undefined {
  for (const phrase of phrases) {
    const next = matchPhrase(words, at, phrase);
    if (next !== undefined) return next;
  }
  return undefined;
}

/** The word itself, or, of one that was written without marks, its letters. */
export function isWord(word: Word | undefined, expected: string): boolean {
  return isPart(word, { text: expected, folded: foldMarks(expected) });
}

/** A word of a phrase, and its letters. */
type Part = Pick<Word, 'text' | 'folded'>;

function isPart(word: Word | undefined, expected: Part | undefined): boolean {
  if (word === undefined || expected === undefined) return false;
  return word.text === expected.text || (word.text === word.folded && word.folded === expected.folded);
}

/** The grammars' phrases, cut once: each is looked for at every word of every utterance. There are some hundreds. */
const maxPhrases = 4096;
const phrases = new Map<string, readonly Part[]>();

function partsOf(phrase: string): readonly Part[] {
  const known = phrases.get(phrase);
  if (known !== undefined) return known;
  const parts = phrase.split(' ').map((text) => ({ text, folded: foldMarks(text) }));
  if (phrases.size >= maxPhrases) phrases.clear();
  phrases.set(phrase, parts);
  return parts;
}

/** Marks off, letter for letter: the result is as long as the text (in NFC). */
export function foldMarks(text: string): string {
  if (!marked.test(text)) return text;
  let folded = '';
  for (const character of text) folded += character === 'đ' ? 'd' : (character.normalize('NFD')[0] ?? character);
  return folded;
}

/** Letters of English have no marks, and need no folding. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const marked = /[^\x00-\x7f]/;
