import { speakingTimes, type TimedWord } from './speaking-time.ts';

/** A written word and when its sound is over. */
export interface WordEnd {
  /** Where it ends in the text. */
  readonly end: number;
  readonly endMs: number;
}

/** A word that a voice says it spoke; as it is written, or as it is said. */
export interface VoiceWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** How long the sentence is, once all its audio is there; before, how much slower than reckoned the voice is. */
export type SoundLength =
  | { readonly kind: 'known'; readonly audioMs: number }
  | { readonly kind: 'open'; readonly pace: number };

/**
 * When each written word of a sentence has been said. Words whose times the voice tells have those; what is between them,
 * behind them, or told in other words ("five" for "$5") is shared out by how long such words take.
 *
 * @param words what the voice told, in order; possibly of the beginning only, or nothing
 * @param language BCP 47
 */
export function wordEnds(
  text: string,
  words: readonly VoiceWord[],
  length: SoundLength,
  language: string,
): readonly WordEnd[] {
  const timed = speakingTimes(text, language);
  const known = knownTimes(text, timed, words);
  const ends: WordEnd[] = [];
  let fromMs = words[0]?.startMs ?? leadMs;
  let at = 0;
  while (at < timed.length) {
    const span = known[at];
    const word = timed[at];
    if (span !== undefined && word !== undefined) {
      ends.push({ end: word.end, endMs: span.endMs });
      fromMs = span.endMs;
      at += 1;
      continue;
    }
    const nextKnown = known.findIndex((time, index) => index > at && time !== undefined);
    const until = nextKnown === -1 ? timed.length : nextKnown;
    const toMs = nextKnown === -1 ? soundEndMs(words, length, fromMs) : known[nextKnown]?.startMs;
    const pace = length.kind === 'open' ? paceSoFar(timed.slice(0, at), fromMs, length.pace) : 1;
    ends.push(...shareOut(timed.slice(Math.max(0, at - 1), until), at > 0, { fromMs, toMs, pace }));
    fromMs = ends.at(-1)?.endMs ?? fromMs;
    at = until;
  }
  return ends;
}

/** Silence around a sentence, in all. */
export const edgesMs = 100;
/** Voices begin with a little silence, and end with a breath. */
const leadMs = 20;
const tailMs = 80;

/**
 * The words one after the other from `fromMs`, so that they fill the time until `toMs`; if that is open, at the given pace.
 *
 * @param stretch with the word before, if there is one: the pause behind it is part of the time
 */
function shareOut(
  stretch: readonly TimedWord[],
  hasBefore: boolean,
  { fromMs, toMs, pace }: { readonly fromMs: number; readonly toMs: number | undefined; readonly pace: number },
): WordEnd[] {
  const words = hasBefore ? stretch.slice(1) : stretch;
  let passedMs = hasBefore ? (stretch[0]?.pauseMs ?? 0) : 0;
  const inAllMs = words.reduce((sum, { soundMs, pauseMs }) => sum + soundMs + pauseMs, passedMs);
  const scale = toMs === undefined ? pace : inAllMs === 0 ? 0 : Math.max(0, toMs - fromMs) / inAllMs;
  return words.map(({ end, soundMs, pauseMs }) => {
    // A hair's breadth of rounding beyond the end would let time run backwards at the next word.
    const endMs = Math.min(
      fromMs + (passedMs + soundMs) * scale,
      toMs === undefined ? Infinity : Math.max(fromMs, toMs),
    );
    passedMs += soundMs + pauseMs;
    return { end, endMs };
  });
}

/** When the last words are over, if that can be known yet. */
function soundEndMs(words: readonly VoiceWord[], length: SoundLength, fromMs: number): number | undefined {
  if (length.kind === 'open') return undefined;
  const toldMs = words.at(-1)?.endMs ?? 0;
  // The voice told the last words too, only otherwise than they are written.
  return toldMs > fromMs ? toldMs : Math.max(fromMs, length.audioMs - tailMs);
}

/** The pace of the words whose times are known, once they are enough to tell. */
function paceSoFar(timed: readonly TimedWord[], soundMs: number, otherwise: number): number {
  const reckonedMs = timed.reduce((sum, word) => sum + word.soundMs + word.pauseMs, 0);
  return reckonedMs < enoughMs ? otherwise : soundMs / reckonedMs;
}
const enoughMs = 1_000;

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** For each written word the time that the voice told, if it told of the same word. */
function knownTimes(
  text: string,
  timed: readonly TimedWord[],
  words: readonly VoiceWord[],
): readonly (Span | undefined)[] {
  const spans: (Span | undefined)[] = timed.map(() => undefined);
  if (words.length === 0) return spans;
  let letters = '';
  /** Which written word a letter belongs to, and whether it is that word's last. */
  const owners: number[] = [];
  let start = 0;
  for (const [index, { end }] of timed.entries()) {
    const own = bare(text.slice(start, end));
    letters += own;
    for (let i = 0; i < own.length; i += 1) owners.push(index);
    start = end;
  }
  let cursor = 0;
  /** A word of which only a part was told yet: "twenty" of "twenty-one". */
  let begun: { readonly index: number; readonly startMs: number } | undefined;
  for (const word of words) {
    const own = bare(word.text);
    const found = own === '' ? undefined : find(letters, owners, own, cursor);
    if (found === undefined) continue;
    cursor = found + own.length;
    const first = owners[found] ?? 0;
    const last = owners[cursor - 1] ?? first;
    const startMs = begun?.index === first ? begun.startMs : word.startMs;
    const isOver = owners[cursor] !== last;
    // Several written words told as one share its time.
    const told = timed.slice(first, last + 1);
    const ends = isOver ? shareOut(told, false, { fromMs: startMs, toMs: word.endMs, pace: 1 }) : [];
    for (const [index, { endMs }] of ends.entries()) {
      spans[first + index] = {
        startMs: ends[index - 1]?.endMs ?? startMs,
        endMs: index === ends.length - 1 ? word.endMs : endMs,
      };
    }
    begun = isOver ? undefined : { index: last, startMs };
  }
  return spans;
}

/** Where the voice's word stands in the letters from the cursor on: there, or after some that were said otherwise. */
function find(letters: string, owners: readonly number[], own: string, cursor: number): number | undefined {
  if (letters.startsWith(own, cursor)) return cursor;
  const window = letters.slice(cursor, cursor + lookAheadLetters + own.length);
  for (let at = window.indexOf(own); at !== -1; at = window.indexOf(own, at + 1)) {
    const place = cursor + at;
    // A short word is found in the middle of many others.
    const isWordStart = owners[place] !== owners[place - 1];
    const isWordEnd = owners[place + own.length - 1] !== owners[place + own.length];
    if (isWordStart && (own.length > 3 || isWordEnd)) return place;
  }
  return undefined;
}

/** "$1,204.75 and" is passed over; a word further off is another one of the same letters. */
const lookAheadLetters = 24;

function bare(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
