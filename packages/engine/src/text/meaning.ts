import { words } from './words.ts';

/**
 * Would an answer to the one be an answer to the other? The same words, whatever their punctuation and capitals, hesitations
 * left out. Careful on purpose: another word may be another meaning.
 */
export function sameMeaning(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [essential(a), essential(b)];
  return left.length === right.length && left.every((word, index) => word === right[index]);
}

/** Is it only "um": somebody who is about to say something, and has not? */
export function isHesitation(text: string): boolean {
  const spoken = words(text);
  return spoken.length > 0 && spoken.every((word) => hesitations.has(word));
}

function essential(text: string): readonly string[] {
  return words(text).filter((word) => !hesitations.has(word) && !politeness.has(word));
}

const hesitations = new Set('um uh er erm hmm mm ah à ừm ờ'.split(' '));
/** Particles that make an answer polite and no other answer; by themselves they are one. */
const politeness = new Set('ạ dạ'.split(' '));
