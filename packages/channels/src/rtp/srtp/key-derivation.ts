import { createCipheriv } from 'node:crypto';
import type { SrtpKeys } from '../sdp/crypto-lines.ts';

/** What one direction of RTP, or of RTCP, is encrypted and signed with (RFC 3711 §4.3). */
export interface SessionKeys {
  readonly encryption: Uint8Array;
  /** 14 bytes. */
  readonly salt: Uint8Array;
  /** 20 bytes. */
  readonly authentication: Uint8Array;
}

/** The labels of §4.3.1 and §4.3.2. */
const labels = { rtp: [0, 1, 2], rtcp: [3, 4, 5] } as const;

/** Keys for all packets of a session: the key derivation rate is zero, as everywhere. */
export function deriveSessionKeys(master: Pick<SrtpKeys, 'key' | 'salt'>, kind: 'rtp' | 'rtcp'): SessionKeys {
  const [encryption, authentication, salt] = labels[kind];
  return {
    encryption: derive(master, encryption, 16),
    authentication: derive(master, authentication, 20),
    salt: derive(master, salt, 14),
  };
}

function derive({ key, salt }: Pick<SrtpKeys, 'key' | 'salt'>, label: number, length: number): Uint8Array {
  const iv = new Uint8Array(16);
  iv.set(salt);
  iv[7] = (iv[7] ?? 0) ^ label;
  return createCipheriv('aes-128-ctr', key, iv).update(new Uint8Array(length));
}
