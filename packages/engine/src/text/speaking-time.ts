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
 * "$84.20" is eleven syllables. English by its letters, as measured with the four embedded voices (40 ms off a word,
 * typically, once the length of the sentence is known); other languages by syllables.
 *
 * @param language BCP 47
 */
export function speakingTimes(text: string, language: string): readonly TimedWord[] {
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
const pauseAtMarkMs = 130;

function timeOf(spoken: string, language: string, isBeforePause: boolean): number {
  const words = spoken.match(/[\p{L}\p{M}\p{N}'’]+/gu) ?? [];
  const isEnglish = /^en\b/i.test(language);
  let sum = 0;
  for (const [index, word] of words.entries()) {
    const isFinal = isBeforePause && index === words.length - 1;
    const count = syllables(word, language);
    sum += isEnglish ? englishTime(word, count) : otherTime(word, count);
    // The last syllable before a pause is drawn out.
    if (isFinal) sum += count === 1 ? 130 : 95;
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
  if (/^[A-Z]$/.test(word) && word !== 'I') return 190;
  let sum = english.word + english.syllable * count + (unstressed.has(small) ? english.unstressed : 0);
  for (const part of small.match(parts) ?? []) {
    if (/^[aeiouy]+r$/.test(part)) sum += english.vowelR;
    else if (/^[aeiouy]{2}|^igh$/.test(part)) sum += english.vowels;
    else if (part === 'e' || part === 'a' || part === 'o' || part === 'i') sum += english.vowel;
    else sum += consonants[part] ?? consonants[part.slice(1)] ?? 60;
  }
  return sum;
}

/**
 * In ms, by least squares over 2,300 words of prose and of agents' replies in the voices slt, rms, awb and kal16. None of
 * them is of the replies of the benchmark `heard-text`.
 */
const english = { word: 106, syllable: 40, unstressed: -63, vowel: 4, vowels: 26, vowelR: 40 };
const consonants: Readonly<Record<string, number>> = {
  b: 100,
  c: 105,
  d: 23,
  f: 71,
  g: 78,
  h: 10,
  j: 71,
  k: 40,
  l: 54,
  m: 33,
  n: 49,
  p: 91,
  q: 120,
  qu: 150,
  r: 93,
  s: 81,
  t: 74,
  u: 10,
  v: 64,
  w: 68,
  x: 151,
  y: 6,
  z: 110,
  th: 28,
  sh: 60,
  ch: 92,
  tch: 60,
  ph: 76,
  ng: 79,
  ck: 50,
  wh: 40,
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
