import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';

/** What is read of a signed request before anybody has looked into it: the body as it came, byte by byte. */
export interface SignedBody {
  readonly rawBody: string | Uint8Array;
  readonly nowMs: number;
}

export type SignatureProblem = 'missing' | 'malformed' | 'wrong' | 'too_old' | 'replayed';

/** How far a sender's clock may be off, and how long a request may be on its way: what senders of webhooks recommend. */
export const signatureToleranceMs = 5 * 60_000;

/** For whoever sent it: enough to mend it, nothing to guess by. */
export function signatureError(problem: SignatureProblem): WireError {
  return new WireError('signature_invalid', { reason: problem });
}

/**
 * Check a `parley-signature` header, `t=<seconds>,v1=<hex>[,v1=<hex>]`: HMAC-SHA256 over `<seconds>.<body>`. One of the signatures by
 * one of the secrets is enough, so that both sides can change theirs without a gap.
 * @returns the time at which it was signed
 * @throws WireError `signature_invalid`
 */
export function verifyParleySignature(
  signed: SignedBody & {
    readonly header: string | undefined;
    readonly secrets: readonly string[];
    readonly toleranceMs?: number;
  },
): { readonly signedAtMs: number } {
  if (signed.header === undefined) throw signatureError('missing');
  // Longer than eight signatures is nothing that we send.
  const match = /^t=(\d{1,12})((?:,v1=[0-9a-f]{64}){1,8})$/.exec(signed.header);
  const [, seconds, list] = match ?? [];
  if (seconds === undefined || list === undefined) throw signatureError('malformed');
  const given = list.split(',v1=').slice(1);
  const expected = signed.secrets.map((secret) =>
    createHmac('sha256', secret).update(`${seconds}.`).update(signed.rawBody).digest('hex'),
  );
  // All are compared, so that the time tells nothing of which.
  const isRight = expected.map((one) => given.map((other) => isSameText(one, other)).some(Boolean)).some(Boolean);
  if (!isRight) throw signatureError('wrong');
  const signedAtMs = Number(seconds) * 1000;
  checkTime(signedAtMs, signed.nowMs, signed.toleranceMs);
  return { signedAtMs };
}

/** @throws WireError `signature_invalid` for a time too long ago, or too far ahead */
export function checkTime(signedAtMs: number, nowMs: number, toleranceMs: number = signatureToleranceMs): void {
  if (!(Math.abs(nowMs - signedAtMs) <= toleranceMs)) throw signatureError('too_old');
}

/** In the same time wherever they differ, and whatever their lengths. */
export function isSameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

export function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
