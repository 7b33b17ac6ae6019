import { randomBytes } from 'node:crypto';
import type { SdpCrypto } from './parse-sdp.ts';

/** How packets are encrypted and signed (RFC 4568 §6.2). */
export type SrtpSuite = keyof typeof srtpSuites;

export const srtpSuites = {
  AES_CM_128_HMAC_SHA1_80: { keyBytes: 16, saltBytes: 14, tagBytes: 10 },
  AES_CM_128_HMAC_SHA1_32: { keyBytes: 16, saltBytes: 14, tagBytes: 4 },
} as const;

/** The order of offers: what every telephone has first, then the shorter signature. */
const offered: readonly SrtpSuite[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'];

/** One direction's keys. */
export interface SrtpKeys {
  readonly suite: SrtpSuite;
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
  /** Bytes of the key's name that each packet carries before its signature; mostly none. */
  readonly mkiBytes: number;
}

/** What is said of a key in `a=crypto`. */
export interface CryptoLine {
  readonly tag: number;
  readonly keys: SrtpKeys;
}

export function offerCryptoLines(): readonly CryptoLine[] {
  return offered.map((suite, index) => ({ tag: index + 1, keys: createKeys(suite) }));
}

export function createKeys(suite: SrtpSuite): SrtpKeys {
  const { keyBytes, saltBytes } = srtpSuites[suite];
  return { suite, key: randomBytes(keyBytes), salt: randomBytes(saltBytes), mkiBytes: 0 };
}

/** The lines that can be used, in their order. */
export function readCryptoLines(lines: readonly SdpCrypto[]): readonly CryptoLine[] {
  return lines.flatMap(({ tag, suite, keys, parameters }) => {
    // Only the hint about the window changes nothing that we would have to do (RFC 4568 §6.3).
    if (parameters?.split(' ').some((parameter) => !/^WSH=\d+$/.test(parameter))) return [];
    if (!isSuite(suite)) return [];
    const match = /^inline:([A-Za-z0-9+/]{1,128}={0,2})(?:\|(?:2\^)?\d{1,20})?(?:\|\d{1,40}:(\d{1,3}))?$/.exec(keys);
    if (match === null) return [];
    const { keyBytes, saltBytes } = srtpSuites[suite];
    const secret = Buffer.from(match[1] ?? '', 'base64');
    const mkiBytes = Number(match[2] ?? 0);
    if (secret.length !== keyBytes + saltBytes || mkiBytes > 128) return [];
    return [{ tag, keys: { suite, key: secret.subarray(0, keyBytes), salt: secret.subarray(keyBytes), mkiBytes } }];
  });
}

export function writeCryptoLine({ tag, keys }: CryptoLine): string {
  const secret = Buffer.concat([keys.key, keys.salt]).toString('base64');
  return `a=crypto:${tag} ${keys.suite} inline:${secret}`;
}

function isSuite(suite: string): suite is SrtpSuite {
  return Object.hasOwn(srtpSuites, suite);
}
