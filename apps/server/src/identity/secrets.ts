import { createHash, randomBytes } from 'node:crypto';

/** What a secret is for, by how it begins: people and scanners of code recognise one that leaked. */
export const secretPrefixes = {
  api_key: 'prl_',
  service: 'prs_',
  refresh: 'prr_',
  link: 'prt_',
} as const;

/** A new secret of 256 random bits. */
export function makeSecret(kind: keyof typeof secretPrefixes): string {
  return `${secretPrefixes[kind]}${randomBytes(32).toString('base64url')}`;
}

/** What is stored of it. One round of SHA-256 is enough: nobody guesses 256 random bits. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
