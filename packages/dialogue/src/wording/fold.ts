/** Words for comparing: lower case, without marks (đ is d), everything that is no letter or digit a single space. */
export function fold(text: string): string {
  // Most words of most languages have nothing to take off.
  if (isFolded.test(text)) return text;
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const isFolded = /^[a-z0-9]*$/;
