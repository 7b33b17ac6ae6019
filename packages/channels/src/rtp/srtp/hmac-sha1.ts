import { hash } from 'node:crypto';

/** HMAC-SHA1 (RFC 2104) of short messages under one key, by two hashes in one call each: 1.5 µs, where createHmac takes 15. */
export interface HmacSha1 {
  /** Of the first `length` bytes, followed by 32 bits if given. 20 bytes. */
  digest(bytes: Uint8Array, length: number, suffix: number | undefined): Uint8Array;
}

const blockBytes = 64;
const mostBytes = 1600;

/** @param key at most 64 bytes */
export function createHmacSha1(key: Uint8Array): HmacSha1 {
  const innerPad = new Uint8Array(blockBytes);
  const outer = new Uint8Array(blockBytes + 20);
  for (let n = 0; n < blockBytes; n += 1) {
    innerPad[n] = (key[n] ?? 0) ^ 0x36;
    outer[n] = (key[n] ?? 0) ^ 0x5c;
  }
  return {
    digest(bytes, length, suffix) {
      inner.set(innerPad);
      inner.set(length === bytes.length ? bytes : bytes.subarray(0, length), blockBytes);
      let end = blockBytes + length;
      if (suffix !== undefined) {
        inner[end] = suffix >>> 24;
        inner[end + 1] = suffix >>> 16;
        inner[end + 2] = suffix >>> 8;
        inner[end + 3] = suffix;
        end += 4;
      }
      outer.set(hash('sha1', inner.subarray(0, end), 'buffer'), blockBytes);
      return hash('sha1', outer, 'buffer');
    },
  };
}

/** Each use is over before the next begins. */
const inner = new Uint8Array(blockBytes + mostBytes + 4);
