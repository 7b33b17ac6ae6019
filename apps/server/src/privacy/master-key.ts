import { createHash } from 'node:crypto';
import { openBytes, sealBytes } from './aes-gcm.ts';

/**
 * Wraps data keys, and does nothing else: it may live in another house (Vault) that never gives it out.
 * Its methods throw when it cannot be reached or did not wrap what it is given.
 */
export interface MasterKey {
  /** Stands beside what it wrapped, and tells nothing of the key. */
  readonly id: string;
  wrap(key: Buffer, signal?: AbortSignal): Promise<string>;
  unwrap(wrapped: string, signal?: AbortSignal): Promise<Buffer>;
}

/** A master key that this process holds: 32 bytes. */
export function createLocalMasterKey(key: Buffer): MasterKey {
  if (key.length !== masterKeyBytes)
    throw new RangeError(`A master key has ${masterKeyBytes} bytes, not ${key.length}`);
  return {
    id: `local:${createHash('sha256').update('parley master key').update(key).digest('hex').slice(0, 16)}`,
    wrap: async (dataKey) => sealBytes(key, dataKey, wrapping).toString('base64url'),
    unwrap: async (wrapped) => openBytes(key, Buffer.from(wrapped, 'base64url'), wrapping),
  };
}

const masterKeyBytes = 32;
const wrapping = 'parley data key';

/** 32 bytes as 64 hexadecimal digits or base64 (also the kind for addresses); undefined for anything else. */
export function parseMasterKey(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (!/^[\w+/-]{43}=?$/.test(trimmed)) return undefined;
  const key = Buffer.from(trimmed, 'base64url');
  return key.length === masterKeyBytes ? key : undefined;
}
