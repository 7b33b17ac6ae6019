import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import type { Sealer } from './sealer.ts';

/** Seals with one key: AES-256-GCM under a key derived for the purpose. */
export function createAesSealer(masterKey: Buffer): Sealer {
  const keyFor = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, '', purpose, 32));
  return {
    seal: async (plain, purpose) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose), nonce);
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open: async (sealed, purpose) => {
      const bytes = Buffer.from(sealed, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose), bytes.subarray(0, 12));
        decipher.setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
      } catch {
        throw new WireError('sealed_unreadable');
      }
    },
  };
}
