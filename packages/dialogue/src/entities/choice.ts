import { type Entity, entityOf, tokenize } from './entity.ts';

/** Something to choose, with all the ways to say it. */
export interface Option {
  readonly id: string;
  /** Names and synonyms. */
  readonly names: readonly string[];
}

/**
 * The options named in the utterance, longest name first taken, in order of place. Names that are a letter or two off
 * (typing, recognition) count when no name matches exactly.
 */
export function findChoices(text: string, options: readonly Option[]): Entity<string>[] {
  const names = options
    .flatMap((option) =>
      option.names.map((name) => ({ id: option.id, words: tokenize(name).map((token) => token.text) })),
    )
    .filter(({ words }) => words.length > 0)
    .sort((a, b) => b.words.length - a.words.length || b.words.join().length - a.words.join().length);
  const exact = search(text, names, (said, name) => said === name || said === `${name}s`);
  return exact.length > 0 ? exact : search(text, names, isNear);
}

interface Name {
  readonly id: string;
  readonly words: readonly string[];
}

function search(text: string, names: readonly Name[], same: (said: string, name: string) => boolean): Entity<string>[] {
  const tokens = tokenize(text);
  const taken = new Set<number>();
  const found: Entity<string>[] = [];
  for (const { id, words } of names) {
    for (let at = 0; at + words.length <= tokens.length; at += 1) {
      const fits = words.every((word, index) => !taken.has(at + index) && same(tokens[at + index]?.text ?? '', word));
      if (!fits) continue;
      words.forEach((_, index) => {
        taken.add(at + index);
      });
      found.push(entityOf(text, tokens, at, at + words.length, id));
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** One slip in a word of five to seven letters, two in longer ones; short words must be right. */
function isNear(said: string, name: string): boolean {
  const slips = name.length >= 8 ? 2 : name.length >= 5 ? 1 : 0;
  return said === name || (said[0] === name[0] && slips > 0 && editDistance(said, name, slips) <= slips);
}

/** Insertions, deletions, replacements and swaps of neighbours; anything above `limit` is `limit + 1`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit + 1;
}
