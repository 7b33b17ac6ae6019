/** Intents are said at once; what follows is story. Bounds the work on one text. */
export const maxTextLength = 2000;

/**
 * The words of a text as the classifier compares them: compatibility forms unified, lower case, Latin letters without marks (so
 * that Vietnamese typed without marks is the same), and scripts that write no spaces cut into characters.
 */
export function wordsOf(text: string): string[] {
  const cut = text.length > maxTextLength ? text.slice(0, maxTextLength) : text;
  return plain.test(cut) ? asciiWords(cut) : anyWords(cut);
}

const plain = /^[\n\r\t -~]*$/;

/** Not the letters' own part but how they are joined: "don't" and "dont" are one word. */
const apostrophes = /(?<=[\p{L}\p{N}])['’ʼ](?=\p{L})/gu;

function asciiWords(text: string): string[] {
  const joined = text.includes("'") ? text.replace(/(?<=[a-z0-9])'(?=[a-z])/gi, '') : text;
  return joined.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

function anyWords(text: string): string[] {
  const joined = text.normalize('NFKC').replace(apostrophes, '').toLowerCase();
  return (
    foldLatin(joined)
      .match(/[\p{L}\p{N}\p{M}]+/gu)
      ?.flatMap(cutWithoutSpaces) ?? []
  );
}

/**
 * Marks come off Latin letters only: in other scripts they are vowels or another letter (か, が). Korean syllables come apart
 * into their letters, for three of those are about as much as three Latin ones.
 */
function foldLatin(text: string): string {
  return text
    .replace(
      /\p{Script=Latin}\p{M}*/gu,
      (letter) => bareLetters[letter] ?? letter.normalize('NFD').replace(/\p{M}/gu, ''),
    )
    .replace(/[\uac00-\ud7a3]/g, (syllable) => syllable.normalize('NFD'));
}

/** Letters that Unicode does not take for a letter with a mark. */
const bareLetters: Readonly<Record<string, string>> = {
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ø: 'o',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
};

const spaceless =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const pieces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;

function cutWithoutSpaces(word: string): string[] {
  return spaceless.test(word) ? [...(word.match(pieces) ?? [])] : [word];
}
