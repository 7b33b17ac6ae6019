import { fold } from '../../wording/fold.ts';
import { tokenize } from '../entity.ts';
import type { EntityRequest, FoundEntity, ListEntry } from '../found-entity.ts';
import type { EntityLanguage } from '../numbers/number-words.ts';
import { editDistance, slipsIn } from './edit-distance.ts';

/**
 * Entries of the lists by their names: as they are, without their marks, with a slip or two, and by a word that only one of them
 * has (`the deluxe` is the deluxe room). Words that several have are reported as `listCandidates`.
 */
export function findListEntries(text: string, { lists = {}, language, asked }: EntityRequest): FoundEntity[] {
  const said = tokenize(text)
    .slice(0, MAX_WORDS)
    .map(({ text: word, start, end }) => ({ word: word.normalize('NFC'), folded: fold(word), start, end }));
  return Object.entries(lists).flatMap(([of, entries]) => {
    const index = indexOf(entries);
    return findIn(text, said, of, index, asked === 'list' ? undefined : index.heads[language]);
  });
}

interface SaidWord {
  readonly word: string;
  readonly folded: string;
  readonly start: number;
  readonly end: number;
}

interface Match {
  readonly values: ReadonlySet<string>;
  readonly from: number;
  readonly to: number;
  readonly confidence: number;
}

function findIn(
  text: string,
  said: readonly SaidWord[],
  of: string,
  index: ListIndex,
  heads: ReadonlySet<string> | undefined,
): FoundEntity[] {
  const whole = takeLongest(wholeNames(said, index));
  const matches = whole.length > 0 ? whole : takeLongest(partsOfNames(said, index, heads));
  return matches.flatMap(({ values, from, to, confidence }): FoundEntity[] => {
    const [first, last] = [said[from], said[to - 1]];
    if (first === undefined || last === undefined) return [];
    const place = { text: text.slice(first.start, last.end), start: first.start, end: last.end };
    const [value, ...others] = [...values];
    if (value === undefined) return [];
    if (others.length > 0) return [{ kind: 'listCandidates', of, value: [value, ...others], confidence, ...place }];
    return [{ kind: 'list', of, value, ...place, ...(confidence < 1 && { confidence }) }];
  });
}

function wholeNames(said: readonly SaidWord[], index: ListIndex): Match[] {
  const matches: Match[] = [];
  const near = new Map<string, readonly string[]>();
  for (let from = 0; from < said.length; from += 1) {
    const heard = said[from]?.folded ?? '';
    const firsts = near.get(heard) ?? nearWords(heard, index);
    near.set(heard, firsts);
    for (const first of firsts) {
      for (const name of index.byFirstWord.get(first) ?? []) {
        const confidence = nameConfidence(said, from, name);
        if (confidence === 0) continue;
        matches.push({ values: new Set([name.value]), from, to: from + name.folded.length, confidence });
      }
    }
  }
  return matches;
}

/** 1 as it is, 0.95 without marks, 0.8 with slips or other marks, 0 if it is another one. */
function nameConfidence(said: readonly SaidWord[], from: number, name: Name): number {
  let confidence = 1;
  for (let at = 0; at < name.folded.length; at += 1) {
    const heard = said[from + at];
    const [folded, word] = [name.folded[at] ?? '', name.words[at] ?? ''];
    if (heard === undefined) return 0;
    if (heard.word === word) continue;
    if (heard.folded === folded) confidence = Math.min(confidence, heard.word === heard.folded ? 0.95 : 0.8);
    else if (isNear(heard.folded, folded)) confidence = Math.min(confidence, 0.8);
    else return 0;
  }
  return confidence;
}

function partsOfNames(said: readonly SaidWord[], index: ListIndex, heads: ReadonlySet<string> | undefined): Match[] {
  const matches: Match[] = [];
  for (let from = 0; from < said.length; from += 1) {
    let values: ReadonlySet<string> | undefined;
    let to = from;
    let sure = 0.75;
    let onlyHeads = true;
    while (to < said.length) {
      const heard = said[to]?.folded ?? '';
      const [exact] = index.valuesByWord.has(heard) ? [heard] : nearWords(heard, index);
      const these = exact === undefined ? undefined : index.valuesByWord.get(exact);
      // A word that all of them have (`room`) chooses none.
      if (these === undefined || COMMON_WORDS.has(heard)) break;
      const both: ReadonlySet<string> =
        values === undefined ? these : new Set([...values].filter((value) => these.has(value)));
      if (both.size === 0) break;
      values = both;
      onlyHeads &&= heads?.has(exact ?? '') ?? false;
      if (exact !== heard) sure = 0.6;
      to += 1;
    }
    if (values === undefined || values.size === index.size || values.size > MAX_CANDIDATES || onlyHeads) continue;
    matches.push({ values, from, to, confidence: sure });
  }
  return matches;
}

/** Longer before shorter, surer before less sure; names of several entries at one place stay together. */
function takeLongest(matches: readonly Match[]): Match[] {
  const ranked = matches.toSorted(
    (a, b) => b.to - b.from - (a.to - a.from) || b.confidence - a.confidence || a.from - b.from,
  );
  const taken: Match[] = [];
  for (const match of ranked) {
    const over = taken.findIndex(({ from, to }) => match.from < to && from < match.to);
    const other = taken[over];
    if (other === undefined) taken.push(match);
    else if (other.from === match.from && other.to === match.to && other.confidence === match.confidence) {
      taken[over] = { ...other, values: new Set([...other.values, ...match.values]) };
    }
  }
  return taken.toSorted((a, b) => a.from - b.from);
}

function nearWords(heard: string, index: ListIndex): readonly string[] {
  const slips = slipsIn(heard) + 1;
  const near: string[] = [];
  for (let length = heard.length - slips; length <= heard.length + slips; length += 1) {
    for (const word of index.wordsByLength.get(length) ?? []) if (isNear(heard, word)) near.push(word);
  }
  return near.toSorted((a, b) => Number(b === heard) - Number(a === heard));
}

/** The first letter is heard right; a plural is the same word. */
function isNear(heard: string, word: string): boolean {
  if (heard === word || heard === `${word}s`) return true;
  const slips = slipsIn(word);
  return slips > 0 && heard[0] === word[0] && editDistance(heard, word, slips) <= slips;
}

interface Name {
  readonly value: string;
  readonly words: readonly string[];
  readonly folded: readonly string[];
}

interface ListIndex {
  readonly size: number;
  readonly byFirstWord: ReadonlyMap<string, readonly Name[]>;
  readonly valuesByWord: ReadonlyMap<string, ReadonlySet<string>>;
  /** Words that say what kind of thing it is and not which: the last of English names, the first of Vietnamese ones. */
  readonly heads: Readonly<Record<EntityLanguage, ReadonlySet<string>>>;
  readonly wordsByLength: ReadonlyMap<number, readonly string[]>;
}

const indexes = new WeakMap<readonly ListEntry[], ListIndex>();

function indexOf(entries: readonly ListEntry[]): ListIndex {
  const known = indexes.get(entries);
  if (known !== undefined) return known;
  const byFirstWord = new Map<string, Name[]>();
  const valuesByWord = new Map<string, Set<string>>();
  for (const { value, names } of entries) {
    for (const name of names) {
      const words = tokenize(name).map(({ text }) => text.normalize('NFC'));
      const folded = words.map(fold);
      const first = folded[0];
      if (first === undefined) continue;
      byFirstWord.set(first, [...(byFirstWord.get(first) ?? []), { value, words, folded }]);
      for (const word of folded) valuesByWord.set(word, (valuesByWord.get(word) ?? new Set()).add(value));
    }
  }
  const wordsByLength = Map.groupBy(valuesByWord.keys(), ({ length }) => length);
  const heads = { en: headsOf(byFirstWord, -1), vi: headsOf(byFirstWord, 0) };
  const index = { size: entries.length, byFirstWord, valuesByWord, heads, wordsByLength };
  indexes.set(entries, index);
  return index;
}

/** Words that stand at the place in names of several words, and nowhere else. */
function headsOf(names: ReadonlyMap<string, readonly Name[]>, place: 0 | -1): ReadonlySet<string> {
  const all = [...names.values()].flat();
  const others = new Set(
    all.flatMap(({ folded }) => (folded.length === 1 ? folded : place === 0 ? folded.slice(1) : folded.slice(0, -1))),
  );
  const heads = all.flatMap(({ folded }) => folded.at(place) ?? []);
  return new Set(heads.filter((head) => !others.has(head)));
}

/** Choices are made at the beginning of what is said; each word is compared with each name. */
const MAX_WORDS = 80;
/** More than these nobody can be asked to choose from. */
const MAX_CANDIDATES = 8;
const COMMON_WORDS = new Set(
  'a an the and or of for with in on at to no not me my i you we it is one two cho toi em anh chi la va co khong mot hai o voi a'.split(
    ' ',
  ),
);
