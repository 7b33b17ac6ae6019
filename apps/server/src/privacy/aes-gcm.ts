import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { fewRandomBytes } from './random-bytes.ts';

// Random nonces of 96 bits: each key here seals far fewer than the 2^32 messages up to which two alike stay improbable.
const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM: nonce, tag, then what was sealed. It opens only with the same `bound`.
 * @param key one that is used again is kept as a `KeyObject`: from bytes it is made anew each time, which takes longer than the rest
 * @param plain text stands for its UTF-8
 */
export function sealBytes(key: Buffer | KeyObject, plain: Buffer | string, bound: string): Buffer {
  const nonce = fewRandomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound));
  const sealed = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  // In this mode nothing comes of it but the tag.
  const last = cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed, last]);
}

/** @throws when it was sealed with another key or for something else, or was changed */
export function openBytes(key: Buffer | KeyObject, sealed: Buffer, bound: string): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new RangeError('Too short to have been sealed');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(bound))
    .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
}
