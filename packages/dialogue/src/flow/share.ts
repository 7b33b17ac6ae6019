/**
 * Where a key falls in all keys: 0 to less than 1, evenly, always the same for the same key. Not for secrets: whoever chooses
 * the key chooses the place.
 */
export function shareOf(key: string): number {
  // FNV-1a, whose last bits follow the last characters; the mixing of MurmurHash3 at the end spreads them.
  let hash = 2_166_136_261;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
