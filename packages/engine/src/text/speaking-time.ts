import type { SpokenPiece } from './spoken-form/rule.ts';
import { spokenForm, spokenText } from './spoken-form/spoken-form.ts';
import { syllables } from './syllables.ts';

/** A word as written, and how long a voice takes for it, about. */
export interface TimedWord {
  /** Where it ends in the text. */
  readonly end: number;
  /** At the pace of an even voice; other voices are slower or quicker, but evenly so. */
  readonly soundMs: number;
  /** The pause behind it; none after the last word. */
  readonly pauseMs: number;
}

/**
 * How long each written word of a sentence takes to be said. What is written with signs and digits counts as it is spoken:
 * "$84.20" is eleven syllables. English by its letters, as measured with the four embedded voices (70 ms off a word,
 * typically, once the length of the sentence is known); other languages by syllables.
 *
 * @param language BCP 47
 */
export function speakingTimes(text: string, language: string): readonly TimedWord[] {
  const key = `${language}\n${text}`;
  const known = lately.get(key);
  if (known !== undefined) return known;
  const timed = reckon(text, language);
  if (text.length > longestKept) return timed;
  if (lately.size >= mostKept) lately.clear();
  lately.set(key, timed);
  return timed;
}

/**
 * A sentence is reckoned when it was made, for the voice's pace and at each word that is spoken over it: some ten times in half a
 * minute, and agents say the same sentences in other calls.
 */
const lately = new Map<string, readonly TimedWord[]>();
/** Sentences of some 15 words: half a megabyte. */
const mostKept = 500;
const longestKept = 500;

function reckon(text: string, language: string): readonly TimedWord[] {
  const words: TimedWord[] = [];
  const pieces = spokenForm(text, language);
  const lastSpoken = pieces.findLastIndex(({ spoken }) => spoken !== '');
  let at = 0;
  for (const [index, { source, spoken }] of pieces.entries()) {
    const mark = /[.,;:!?。，！？；、]["”’)]*$/.test(spoken);
    const isLast = index === lastSpoken;
    const soundMs = timeOf(spoken, language, mark || isLast);
    const pauseMs = mark && !isLast ? pauseAtMarkMs : 0;
    const written = [...source.matchAll(/\S+/g)];
    const shares = spokenShares({ source, spoken }, language);
    const inAll = shares.reduce((sum, share) => sum + share, 0) || 1;
    for (const [place, match] of written.entries()) {
      words.push({
        end: at + match.index + match[0].length,
        soundMs: (soundMs * (shares[place] ?? 0)) / inAll,
        pauseMs: place === written.length - 1 ? pauseMs : 0,
      });
    }
    at += source.length;
  }
  return words;
}

/** All of it, pauses included; without the silence around. */
export function speakingTimeMs(text: string, language: string): number {
  return speakingTimes(text, language).reduce((sum, { soundMs, pauseMs }) => sum + soundMs + pauseMs, 0);
}

/**
 * How the sound of a piece is shared by its written words ("3:05", "p.m."): by what their part of the spoken words takes; if
 * it cannot be told which part that is, by what each would take alone. Any scale.
 */
export function spokenShares({ source, spoken }: SpokenPiece, language: string): readonly number[] {
  const written = source.split(/\s+/).filter((word) => word !== '');
  if (written.length <= 1) return written.map(() => 1);
  const alone = written.map((word) => spokenText(word, language));
  const said = spoken.split(' ');
  const counts = alone.map((words) => (words === '' ? 0 : words.split(' ').length));
  if (counts.reduce((sum, count) => sum + count, 0) !== said.length) {
    // A telephone number is said digit by digit, each group for itself.
    const digits = written.map((word) => word.replace(/\D/g, '').length);
    if (digits.every((count) => count > 1)) return digits;
    return alone.map((words) => timeOf(words, language, false));
  }
  let at = 0;
  return counts.map((count, place) => {
    const part = said.slice(at, at + count).join(' ');
    at += count;
    const isMarked = /[,;:]$/.test(part) && place < counts.length - 1;
    return timeOf(part, language, isMarked || place === counts.length - 1) + (isMarked ? pauseAtMarkMs : 0);
  });
}

/** Commas and stops within a sentence. */
const pauseAtMarkMs = 140;

function timeOf(spoken: string, language: string, isBeforePause: boolean): number {
  const isEnglish = /^en\b/i.test(language);
  let sum = 0;
  const words = [...spoken.matchAll(/([\p{L}\p{M}\p{N}'’]+)([,;:])?/gu)];
  for (const [index, [, word = '', mark]] of words.entries()) {
    const isLast = index === words.length - 1;
    const count = syllables(word, language);
    sum += isEnglish ? englishTime(word, count) : otherTime(word, count);
    if (!(isLast ? isBeforePause : mark !== undefined)) continue;
    // The last syllable before a pause is drawn out; the pause behind the last word is not the word's.
    sum += (count === 1 ? 110 : 77) + (isLast ? 0 : pauseAtMarkMs);
  }
  return sum;
}

/** A syllable is some 150 ms, its consonants more or less of it. */
function otherTime(word: string, count: number): number {
  return 20 + 110 * count + 14 * word.length;
}

function englishTime(word: string, count: number): number {
  const small = word.toLowerCase();
  // Letters by name: "P M".
  if (/^[A-Z]$/.test(word) && word !== 'I') return english.letterName;
  let sum = english.word + english.syllable * count + (unstressed.has(small) ? english.unstressed : 0);
  for (const part of small.match(parts) ?? []) {
    if (/^[aeiouy]+r$/.test(part)) sum += english.vowelR;
    else if (/^[aeiouy]{2}|^igh$/.test(part)) sum += english.vowels;
    else sum += sounds[part] ?? sounds[part.slice(1)] ?? 60;
  }
  return sum;
}

/**
 * In ms, by least squares over 6,200 words of agents' replies and of prose in the voices slt, rms, awb and kal16. None of
 * them is of the replies of the benchmark `heard-text`.
 */
const english = { word: 80, syllable: 37, unstressed: -58, letterName: 186, vowels: 66, vowelR: 79 };
const sounds: Readonly<Record<string, number>> = {
  a: 39,
  e: 19,
  i: 35,
  o: 40,
  u: 16,
  y: 64,
  b: 41,
  c: 68,
  d: 26,
  f: 79,
  g: 56,
  h: 41,
  j: 83,
  k: 62,
  l: 52,
  m: 47,
  n: 51,
  p: 73,
  q: 68,
  qu: 115,
  r: 47,
  s: 83,
  t: 52,
  v: 45,
  w: 12,
  x: 142,
  z: 135,
  th: 39,
  sh: 100,
  ch: 101,
  tch: 57,
  ph: 77,
  ng: 60,
  ck: 69,
  wh: 37,
  gh: 0,
};
const parts = /tch|th|sh|ch|ph|ng|ck|wh|qu|igh|gh|([bcdfglmnprstz])\1|[aeiouy]+r(?![aeiouy])|[aeiouy]{2,}|[a-z]/g;

/** Words that are hurried over. */
const unstressed = new Set(
  (
    'a an the of to in on at and or is are was be it i you we he she they for with as by that this so if but can will have ' +
    'has had do does no not your my our his her its from up us me than then there when which what who where how would could ' +
    'should'
  ).split(' '),
);
