import { wordsOf } from './words.ts';

/** The words of an intent's name: `bookTable`, `book_table` and `faq/book-table` say something to a reader, and may to a classifier. */
export function wordsOfName(intent: string): string[] {
  return wordsOf(intent.replace(/(?<=\p{Ll}|\p{N})(?=\p{Lu})/gu, ' ').replace(/[_/.:-]+/g, ' '));
}

/** A name among the nearest of so many intents is taken for a meaningful one. */
const nearEnough = 3;

/** When this share of all names is meaningful, whoever gave them meant something by the others too. */
const trustedShare = 0.5;

/**
 * Which names may serve as one more example of their intent. A name must be near its own examples, more than it is near others':
 * `intent_17` and a name given by mistake teach nothing, or worse. Where most names pass, all may serve: a name in other words than
 * the examples then teaches most.
 *
 * @param examples words of each intent's examples
 * @param names words of each intent's name
 */
export function tellingNames(
  examples: readonly (readonly (readonly string[])[])[],
  names: readonly (readonly string[])[],
): boolean[] {
  const shares = examples.map((texts) => {
    const counts = new Map<string, number>();
    for (const words of texts)
      for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1 / texts.length);
    return counts;
  });
  const holders = new Map<string, number>();
  for (const counts of shares) for (const word of counts.keys()) holders.set(word, (holders.get(word) ?? 0) + 1);
  const telling = names.map((words, own) => {
    const nearnessTo = (intent: number) => {
      let sum = 0;
      for (const word of new Set(words)) {
        sum += (shares[intent]?.get(word) ?? 0) * Math.log(1 + shares.length / (holders.get(word) ?? 1));
      }
      return sum;
    };
    const ownNearness = nearnessTo(own);
    if (ownNearness === 0) return false;
    let nearer = 0;
    for (let intent = 0; intent < shares.length && nearer < nearEnough; intent += 1) {
      if (intent !== own && nearnessTo(intent) > ownNearness) nearer += 1;
    }
    return nearer < nearEnough;
  });
  const trusted = telling.filter((tells) => tells).length >= names.length * trustedShare;
  return telling.map((tells, at) => (tells || trusted) && (names[at]?.length ?? 0) > 0);
}
