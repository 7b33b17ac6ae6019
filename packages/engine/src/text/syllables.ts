/**
 * How many syllables a spoken word has, about: vowel groups in alphabets, one a letter in Han, kana and Thai, one a written
 * word in Vietnamese. At least one if it has a letter or digit at all.
 *
 * @param language BCP 47
 */
export function syllables(word: string, language: string): number {
  const small = word.toLowerCase();
  if (!/[\p{L}\p{N}]/u.test(small)) return 0;
  const wide = small.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0;
  if (wide > 0) return wide;
  if (/^vi\b/i.test(language)) return 1;
  const letters = small.normalize('NFD').replace(/[^\p{L}]/gu, '');
  // Thai writes its vowels around the consonants: two and a half letters a syllable.
  if (/\p{Script=Thai}/u.test(letters)) return Math.max(1, Math.round(letters.length / 2.5));
  const groups = letters.match(/[aeiouyæøœ]+/g)?.length ?? 0;
  return Math.max(1, /^en\b/i.test(language) ? groups + englishCorrection(letters) : groups);
}

/** A last "e" is silent, and so is that of "-ed" and "-es" after most consonants; "ia", "io", "eo" are often two. */
function englishCorrection(letters: string): number {
  if (letters === 'the' || letters === 'we' || letters === 'be' || letters === 'he' || letters === 'me') return 0;
  let correction = 0;
  if (/[^aeiouyl]e$|[aeiouy]le$/.test(letters)) correction -= 1;
  else if (/[^aeiouydt]ed$/.test(letters)) correction -= 1;
  else if (/[^aeiouyszxcg]es$/.test(letters) && !/(?:ch|sh)es$/.test(letters)) correction -= 1;
  if (/i[ao](?!u|n)|[^q]ua|eo|[aeiou]ing/.test(letters)) correction += 1;
  return correction;
}
