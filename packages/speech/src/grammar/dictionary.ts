/** Pronunciations by word, first the usual one; phones of the CMU set, apart by blanks. */
export type Pronunciations = ReadonlyMap<string, readonly string[]>;

/** The entries of the wanted words in a dictionary file of the CMU form (`word PH PH`, `word(2) PH`). */
export function pickPronunciations(dictionaryText: string, words: Iterable<string>): Map<string, string[]> {
  const wanted = new Set(words);
  const found = new Map<string, string[]>();
  // Line by line: split, the 134,000 lines of the dictionary would be as many objects.
  for (let at = 0; at < dictionaryText.length; ) {
    const newline = dictionaryText.indexOf('\n', at);
    const end = newline < 0 ? dictionaryText.length : newline;
    const blank = dictionaryText.indexOf(' ', at);
    if (blank >= 0 && blank < end) {
      const entry = dictionaryText.slice(at, blank);
      const word = entry.endsWith(')') ? entry.replace(/\(\d+\)$/, '') : entry;
      if (wanted.has(word)) {
        const list = found.get(word) ?? [];
        list.push(dictionaryText.slice(blank + 1, end).trim());
        found.set(word, list);
      }
    }
    at = end + 1;
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
