import { words } from '../words.ts';
import { describingWords, functionWords } from './function-words.ts';
import { numberWords, predicates, takingVerbs } from './word-classes.ts';

/** Buckets of the hashed features; a power of two. 64 kB of weights a language. */
export const featureBuckets = 2 ** 16;

/** The words that are judged: numerals are one word, and fillers count only where the speaker is now. */
export function judgedWords(text: string): readonly string[] {
  const spoken = words(text);
  const last = spoken.length - 1;
  const judged: string[] = [];
  for (const [index, word] of spoken.entries()) {
    if (index < last && fillers.has(word)) continue;
    judged.push(/^\d/.test(word) ? numeral : word);
  }
  return judged;
}

/** What numerals are written as: a recogniser says "10" where another says "ten". */
export const numeral = '0';

/** Sounds that hold the floor, in both languages. */
export const fillers: ReadonlySet<string> = new Set('um uh er erm hmm hm uhm ừm ờ à'.split(' '));

/**
 * The buckets of the features of these words: the last ones by themselves, the build of the last five, how many they are, how they
 * begin, how long ago a clause began that wants another one ("if", "because"), and whether anything was said of a thing yet. Longer
 * runs of the very words were tried: they learn the templates, not the language. Some seventeen numbers; the array is reused by the
 * next call.
 */
export function featuresOf(judged: readonly string[]): readonly number[] {
  found.length = 0;
  const count = judged.length;
  const word1 = hashAt(judged, 1);
  const shape1 = shapeAt(judged, 1);
  const shape2 = shapeAt(judged, 2);
  const shape3 = shapeAt(judged, 3);
  const shape4 = shapeAt(judged, 4);
  const length = lengthClass(count);
  add(1, 0);
  add(2, word1);
  add(3, hashAt(judged, 2));
  add(4, hashAt(judged, 3));
  add(5, length);
  add(6, length, word1);
  add(7, shape1);
  add(8, shape1, shape2);
  add(9, shape1, shape2, shape3);
  add(10, shape1, shape2, shape3, shape4);
  add(11, shape1, shape2, shape3, mix(shape4 ^ mix(shapeAt(judged, 5))));
  add(12, shape1, shapeAt(judged, count), length);
  add(13, shape1, shape3);
  const clause = judged.findLastIndex((word) => subordinators.has(word));
  if (clause >= 0) add(14, hashOf(judged[clause] ?? ''), Math.min(8, count - clause), shape1);
  // "The shower in our bathroom" is a thing, of which nothing has been said yet.
  const predicate = judged.findLastIndex((word) => predicates.has(word));
  const since = predicate < 0 ? 9 : Math.min(8, count - 1 - predicate);
  add(16, since, shapeAt(judged, count), length);
  add(17, since, shape1, predicate < 0 ? 0 : hashOf(judged[predicate] ?? ''));
  add(18, predicate < 0 ? 1 : 0, shape1, shape2);
  if (count <= exactWords) add(15, count, hashOf(judged.join(' ')));
  return found;
}

/** Texts this short are few, and are known whole: then their last feature is the text itself. */
export const exactWords = 3;

const found: number[] = [];

function add(kind: number, a: number, b = 0, c = 0, d = 0): void {
  let hash = Math.imul(kind, 0x9e3779b1);
  hash = mix(hash ^ a);
  hash = mix(hash ^ b);
  hash = mix(hash ^ c);
  hash = mix(hash ^ d);
  found.push(hash & (featureBuckets - 1));
}

/** A function word itself; numbers, verbs that take something and describing words by their class; all others as one. */
function shapeAt(judged: readonly string[], back: number): number {
  const word = judged[judged.length - back];
  if (word === undefined) return 1;
  if (functionWords.has(word)) return hashOf(word);
  if (word === numeral || numberWords.has(word)) return 2;
  if (takingVerbs.has(word)) return 5;
  return describingWords.has(word) ? 4 : 3;
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) + 0x27d4eb2f;
}

function hashAt(judged: readonly string[], back: number): number {
  return hashOf(judged[judged.length - back] ?? '');
}

/** FNV-1a. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < word.length; index += 1) hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
  return hash;
}

function lengthClass(count: number): number {
  if (count <= 4) return count;
  if (count <= 6) return 5;
  return count <= 9 ? 6 : 7;
}

/** They begin a clause that wants another one. */
const subordinators: ReadonlySet<string> = new Set(
  'if when because since while although unless before after that nếu khi vì mà thì để là neu khi vi ma thi de la'.split(
    ' ',
  ),
);
