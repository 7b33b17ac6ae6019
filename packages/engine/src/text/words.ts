/** Words of a text as its own script separates them; Han, kana and Thai, which write no spaces, count a letter a word. */
export function countWords(text: string): number {
  return words(text).length;
}

/** The words in lower case, without punctuation. */
export function words(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{M}\p{N}'’]+/gu) ?? []
  );
}
