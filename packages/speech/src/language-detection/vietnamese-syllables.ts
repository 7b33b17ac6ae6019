/** Letters that no other language writes: with hooks, horns and two marks. `đ` and `ă` others have too. */
const ownLetters = /[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹơư]/iu;

/** Is there a letter that only Vietnamese is written with? */
export function hasVietnameseLetters(text: string): boolean {
  return ownLetters.test(text.normalize('NFC'));
}

/**
 * Can a word be a syllable of Vietnamese typed without marks, as people do in chats? The language has some 2,500 of them with tones and
 * 700 without: a beginning and a rhyme, both from short lists.
 */
export function isBareVietnameseSyllable(word: string): boolean {
  return syllable.test(word);
}

const beginnings = 'ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|b|c|d|g|h|k|l|m|n|p|r|s|t|v|x';
const rhymes = [
  'a(?:ch|c|i|m|ng|nh|n|o|p|t|u|y)?',
  'e(?:ch|c|m|ng|nh|n|o|p|t|u)?',
  'i(?:ch|m|nh|n|p|t|u|a|e(?:c|m|ng|n|p|t|u))?',
  'o(?:c|i|m|ng|n|p|t|a(?:ch|c|i|m|ng|nh|n|o|p|t|y)?|e(?:n|o|t)?)?',
  'oo(?:c|ng)',
  'u(?:c|i|m|ng|n|p|t|u|a(?:n|ng|t|y|u)?|e(?:ch|nh|n|t)?|o(?:c|i|m|ng|n|p|t|u)?|y(?:ch|nh|n|t|p|a|e(?:n|t))?)?',
  'y(?:e(?:m|n|ng|t|u))?',
];
const syllable = new RegExp(`^(?:${beginnings})?(?:${rhymes.join('|')})$`);
