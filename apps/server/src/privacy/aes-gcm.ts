import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

// Random nonces of 96 bits: each key here seals far fewer than the 2^32 messages up to which two alike stay improbable.
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM: nonce, tag, then what was sealed. It opens only with the same `bound`. */
export function sealBytes(key: Buffer, plain: Buffer, bound: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** @throws when it was sealed with another key or for something else, or was changed */
export function openBytes(key: Buffer, sealed: Buffer, bound: string): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new RangeError('Too short to have been sealed');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(bound))
    .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
}
