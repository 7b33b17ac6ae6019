/** Do two spellings name the same family: without regard to case, accents, hyphens, apostrophes and spaces. */
export function sameLastName(one: string, other: string): boolean {
  const folded = foldName(one);
  return folded !== '' && folded === foldName(other);
}

/** A name as it is compared: `Nguyễn`, `nguyen` and `NGUYEN` are one, and so are `O'Brien` and `obrien`. */
export function foldName(name: string): string {
  return name
    .replace(/ß/gu, 'ss')
    .replace(/[đĐ]/gu, 'd')
    .replace(/[øØ]/gu, 'o')
    .replace(/[łŁ]/gu, 'l')
    .normalize('NFD')
    .replace(/[^\p{Letter}]/gu, '')
    .toLowerCase();
}
