const DIGITS = new Set('zero oh o one two three four five six seven eight nine double triple'.split(' '));
const SOUND_ALIKES: Readonly<Record<string, string>> = { for: 'four', to: 'two', too: 'two', ate: 'eight', won: 'one' };
/** Two digits may be an hour ("for two thirty"); three in a row are being dictated. */
const DICTATED = 3;

/** "for one five five" is a number: words that sound like a digit become it where digits are being dictated beside them. */
export function digitHomophones(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const digit = SOUND_ALIKES[word];
    if (digit === undefined) return word;
    const run = runLength(words, index, -1) + runLength(words, index, 1);
    return run >= DICTATED ? digit : word;
  });
}

function runLength(words: readonly string[], from: number, step: 1 | -1): number {
  let length = 0;
  while (DIGITS.has(words[from + step * (length + 1)] ?? '')) length += 1;
  return length;
}
