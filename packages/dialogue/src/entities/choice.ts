import { type Entity, entityOf, tokenize } from './entity.ts';
import { editDistance, slipsIn } from './lists/edit-distance.ts';

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
  const slips = slipsIn(name);
  return said === name || (said[0] === name[0] && slips > 0 && editDistance(said, name, slips) <= slips);
}
