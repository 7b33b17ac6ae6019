import type { SpokenWord } from '@parley/engine/ports/synthesizer.ts';
import type { SpokenPiece } from '@parley/engine/text/spoken-form/rule.ts';

/** Times of characters as they come with a piece of sound. */
export interface CharacterTimes {
  readonly characters: readonly string[];
  readonly startsMs: readonly number[];
  readonly endsMs: readonly number[];
}

/** Gathers times of characters to times of the written words. */
export interface TimedWords {
  /** @param atMs how much of the sentence's sound came before @returns the words that are complete now */
  add(times: CharacterTimes, atMs: number): readonly SpokenWord[];
  /** The last word, when nothing more comes. */
  end(): readonly SpokenWord[];
}

/**
 * Follows the vendor through the text that it was sent, character by character, and tells when each word of the written text is said.
 *
 * Three ways of counting are met: characters come in chunks that break words and whose times count from the beginning of the chunk;
 * with other requests they count from the beginning of the sentence; and now and then a chunk says again, from the text's first
 * character, what was said before. What is not in the text (the vendor spelled it out) is passed over.
 */
export function createTimedWords(pieces: readonly SpokenPiece[]): TimedWords {
  const { letters, words } = lettersOf(pieces);
  let at = 0;
  let coveredMs = 0;
  let given = 0;
  let toldMs = 0;
  const spans: { startMs: number; endMs: number }[] = [];

  const span = (letter: Letter, startMs: number, endMs: number) => {
    // One word said in several has them all; several words said in one piece share its time.
    const known = spans[letter.group];
    if (known === undefined) spans[letter.group] = { startMs, endMs };
    else known.endMs = Math.max(known.endMs, endMs);
  };
  const complete = (upToGroup: number): readonly SpokenWord[] => {
    const done: SpokenWord[] = [];
    for (; given < upToGroup; given += 1) {
      const time = spans[given];
      if (time === undefined) continue;
      // Rounding makes words overlap by a millisecond at times.
      const startMs = Math.max(time.startMs, toldMs);
      toldMs = Math.max(time.endMs, startMs);
      done.push(...shareOut(words[given] ?? [], startMs, toldMs));
    }
    return done;
  };

  return {
    add({ characters, startsMs, endsMs }, atMs) {
      const chunk = characters.flatMap((entry, index) =>
        plainLetters(entry).map((character) => ({
          character,
          startMs: startsMs[index] ?? 0,
          endMs: endsMs[index] ?? 0,
        })),
      );
      const isRepeated = at > 0 && agreement(letters, 0, chunk) > agreement(letters, at, chunk);
      const fresh = isRepeated ? chunk.slice(at) : chunk;
      const first = fresh[0];
      if (first === undefined) return [];
      // Times that go on where the last ones ended count from the sentence's beginning already.
      const baseMs =
        coveredMs > 0 && first.startMs >= coveredMs - 1 ? 0 : coveredMs - atMs > maxOverhangMs ? coveredMs : atMs;
      const restMs = isRepeated && baseMs > 0 ? (chunk[at - 1]?.endMs ?? 0) : 0;
      for (const { character, startMs, endMs } of fresh) {
        const found = find(letters, at, character);
        const letter = letters[found];
        if (letter === undefined) continue;
        span(letter, baseMs + startMs - restMs, baseMs + endMs - restMs);
        coveredMs = Math.max(coveredMs, baseMs + endMs - restMs);
        at = found + 1;
      }
      return complete(letters[at]?.group ?? words.length);
    },
    end: () => complete(words.length),
  };
}

/**
 * A character may last beyond the piece of sound that it begins in. What lasts longer were times told ahead, of a whole stretch whose
 * sound comes in several pieces: the next ones are behind it.
 */
const maxOverhangMs = 500;

interface Letter {
  readonly character: string;
  /** Which of the words, or words that are said in one piece, it belongs to. */
  readonly group: number;
}

/** The characters to be said without blanks, and the written words that they say, by group. */
function lettersOf(pieces: readonly SpokenPiece[]): {
  readonly letters: readonly Letter[];
  readonly words: readonly (readonly string[])[];
} {
  const letters: Letter[] = [];
  const words: string[][] = [];
  for (const { source, spoken } of pieces) {
    const written = splitWords(source);
    const said = splitWords(spoken);
    // Said as written, word by word: each has its own time.
    const isPlain = written.length === said.length && written.length > 0;
    const groups = isPlain
      ? said.map((one, index) => ({ one, written: [written[index] ?? ''] }))
      : [{ one: said.join(''), written: [...written] }];
    for (const { one, written: ofGroup } of groups) {
      for (const character of plainLetters(one)) letters.push({ character, group: words.length });
      words.push(ofGroup);
    }
  }
  return { letters, words };
}

/** Words between blanks; where a script has none, those that its own rules tell apart. */
function splitWords(text: string): string[] {
  return (text.normalize('NFC').match(/\S+/g) ?? []).flatMap((word) => {
    if (!unspaced.test(word)) return [word];
    const parts: string[] = [];
    for (const { segment, isWordLike } of segmenter.segment(word)) {
      const last = parts.length - 1;
      if (isWordLike === true || last < 0) parts.push(segment);
      else parts[last] = `${parts[last]}${segment}`;
    }
    return parts;
  });
}

function shareOut(words: readonly string[], startMs: number, endMs: number): SpokenWord[] {
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  let passed = 0;
  return words.map((text) => {
    const from = startMs + ((endMs - startMs) * passed) / letters;
    passed += text.length;
    return { text, startMs: from, endMs: startMs + ((endMs - startMs) * passed) / letters };
  });
}

/** How many characters of a chunk agree with the text from a place on. */
function agreement(letters: readonly Letter[], from: number, chunk: readonly { readonly character: string }[]): number {
  let count = 0;
  while (count < chunk.length && letters[from + count]?.character === chunk[count]?.character) count += 1;
  return count;
}

/** Where the next such character is, if it is near: what the vendor leaves out or adds is a few characters. */
function find(letters: readonly Letter[], from: number, character: string): number {
  for (let at = from; at < Math.min(letters.length, from + maxLeftOut); at += 1) {
    if (letters[at]?.character === character) return at;
  }
  return -1;
}
const maxLeftOut = 12;

/** Small letters without blanks and marks: whether a mark is one with its letter differs from text to text. */
function plainLetters(text: string): string[] {
  return [...text.normalize('NFD').toLowerCase()].filter((character) => !/[\s\p{M}]/u.test(character));
}

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
