/** What a feature is made of: kinds differ in weight, and the known share of each says how familiar a text is. */
export const featureKinds = { word: 0, pair: 1, letters: 2, number: 3 } as const;
export type FeatureKind = (typeof featureKinds)[keyof typeof featureKinds];

/** A whole word says more than one of its parts: there are about seven of those to a word. */
export const kindWeights: readonly number[] = [2, 1, 1, 2];

/** Words of one text that are looked at; what follows is story. */
const maxWords = 256;

/** Letters of one word that are looked at. */
const maxLetters = 40;

/**
 * Tell each feature of a text, repeated ones repeatedly: words, pairs of neighbours (the ends of the text are neighbours too),
 * and three or four letters in a row within a word and its edges, so that a misspelt or inflected word is near the right one.
 * A feature is known by 32 bits of hash: among 50,000 of them one collision is to be expected every three models.
 */
export function eachFeature(words: readonly string[], tell: (key: number, kind: FeatureKind) => void): void {
  let before = textEdge;
  const count = Math.min(words.length, maxWords);
  for (let at = 0; at < count; at += 1) {
    const word = words[at] ?? '';
    const whole = hashOf(word);
    tell(finish(whole ^ wordSeed), isNumber(word) ? featureKinds.number : featureKinds.word);
    tell(pairOf(before, whole), featureKinds.pair);
    before = whole;
    if (word.length > 1) lettersOf(word, tell);
  }
  if (count > 0) tell(pairOf(before, textEdge), featureKinds.pair);
}

/** Known by its words: the same for texts that differ in case, marks and punctuation only. */
export function textKey(words: readonly string[]): number {
  let hash = textSeed;
  for (const word of words) hash = pairOf(hash, hashOf(word));
  return finish(hash);
}

/** Figures carry a value and no meaning: that one was never seen before says nothing. */
function isNumber(word: string): boolean {
  const first = word.charCodeAt(0);
  return first >= 48 && first <= 57;
}

const wordSeed = 0x3c6ef372;
const textEdge = 0x1f83d9ab;
const lettersSeed = 0x5be0cd19;
const textSeed = 0x510e527f;
/** No letter: the edge of a word. */
const wordEdge = 1;

function lettersOf(word: string, tell: (key: number, kind: FeatureKind) => void): void {
  const length = Math.min(word.length, maxLetters) + 2;
  for (let from = 0; from + 3 <= length; from += 1) {
    let hash = lettersSeed;
    for (let at = from; at < from + 3; at += 1) hash = step(hash, letterAt(word, at, length));
    tell(finish(hash), featureKinds.letters);
    if (from + 4 <= length) tell(finish(step(hash, letterAt(word, from + 3, length))), featureKinds.letters);
  }
}

function letterAt(word: string, at: number, length: number): number {
  return at === 0 || at === length - 1 ? wordEdge : word.charCodeAt(at - 1);
}

function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at += 1) hash = step(hash, word.charCodeAt(at));
  return hash;
}

function pairOf(left: number, right: number): number {
  return finish(Math.imul(left, 0x9e3779b1) ^ right);
}

/** FNV-1a. */
function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** FNV leaves the upper bits of short texts alike; two rounds of multiply and shift spread them. */
function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
