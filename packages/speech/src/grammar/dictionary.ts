/** Pronunciations by word, first the usual one; phones of the CMU set, apart by blanks. */
export type Pronunciations = ReadonlyMap<string, readonly string[]>;

/** The entries of the wanted words in a dictionary file of the CMU form (`word PH PH`, `word(2) PH`). */
export function pickPronunciations(dictionaryText: string, words: Iterable<string>): Map<string, string[]> {
  const wanted = new Set(words);
  const found = new Map<string, string[]>();
  for (const line of dictionaryText.split('\n')) {
    const blank = line.indexOf(' ');
    if (blank < 0 || line.startsWith(';;')) continue;
    const word = line.slice(0, blank).replace(/\(\d+\)$/, '');
    if (!wanted.has(word)) continue;
    const list = found.get(word) ?? [];
    list.push(line.slice(blank + 1).trim());
    found.set(word, list);
  }
  for (const [word, pronunciation] of SPOKEN_OTHERWISE) {
    if (wanted.has(word)) found.set(word, [...(found.get(word) ?? []), pronunciation]);
  }
  return found;
}

/** The text of a dictionary file. */
export function formatDictionary(pronunciations: Pronunciations): string {
  const lines: string[] = [];
  for (const [word, list] of pronunciations) {
    for (const [index, phones] of list.entries()) lines.push(`${word}${index === 0 ? '' : `(${index + 1})`} ${phones}`);
  }
  return `${lines.join('\n')}\n`;
}

/** flite's phones in the set of the acoustic model. */
export function fromFlitePhones(phones: readonly string[]): string {
  return phones.map((phone) => FLITE_PHONES[phone] ?? phone.toUpperCase()).join(' ');
}

const FLITE_PHONES: Readonly<Record<string, string>> = {
  ax: 'AH',
  axr: 'ER',
  ix: 'IH',
  dx: 'T',
  em: 'M',
  en: 'N',
  el: 'L',
};

/** What the dictionary lacks: the hour's "am" beside the verb. */
const SPOKEN_OTHERWISE: readonly (readonly [word: string, pronunciation: string])[] = [
  ['am', 'EY EH M'],
  ['wanna', 'W AA N AH'],
];
