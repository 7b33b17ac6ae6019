import { hash as digest, randomBytes, timingSafeEqual } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';

/** A caller's token opens their conversation for this long; `POST …/token` gives a new one. */
export const conversationTokenLifeMs = 60 * 60_000;

/** What is stored of a token. */
export interface StoredToken {
  readonly tokenHash: string;
  readonly tokenExpiresAt: Date;
}

/** A fresh token, with what is stored of it. */
export function createConversationToken(): { readonly token: string; readonly stored: StoredToken } {
  const token = randomBytes(32).toString('base64url');
  const tokenExpiresAt = new Date(Date.now() + conversationTokenLifeMs);
  return { token, stored: { tokenHash: hash(token), tokenExpiresAt } };
}

/** @throws WireError `forbidden` for another conversation's token, `token_expired` */
export function checkToken(token: string, stored: StoredToken): void {
  if (!sameHash(stored.tokenHash, hash(token))) throw new WireError('forbidden');
  if (stored.tokenExpiresAt.getTime() <= Date.now()) throw new WireError('token_expired');
}

/** Tokens are random and long, so a plain hash keeps them as safe as a slow one would. */
function hash(token: string): string {
  return digest('sha256', token, 'hex');
}

function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
