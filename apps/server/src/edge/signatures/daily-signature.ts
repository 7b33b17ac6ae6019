import { createHmac } from 'node:crypto';
import { checkTime, isSameText, type SignedBody, signatureError } from './signatures.ts';

/** HMAC-SHA256 by the decoded secret over the time as it stands in the header, a dot, and the body. */
export function dailySignature(secretBase64: string, timestamp: string, rawBody: string | Uint8Array): string {
  return createHmac('sha256', Buffer.from(secretBase64, 'base64'))
    .update(`${timestamp}.`)
    .update(rawBody)
    .digest('base64');
}

/**
 * Check `X-Webhook-Signature` and `X-Webhook-Timestamp` of a Daily webhook.
 * @throws WireError `signature_invalid`
 */
export function verifyDailySignature(
  signed: SignedBody & {
    readonly signature: string | undefined;
    readonly timestamp: string | undefined;
    readonly secretBase64: string;
    readonly toleranceMs?: number;
  },
): void {
  const { signature, timestamp } = signed;
  if (signature === undefined || timestamp === undefined) throw signatureError('missing');
  if (!/^\d{1,13}$/.test(timestamp)) throw signatureError('malformed');
  if (!isSameText(dailySignature(signed.secretBase64, timestamp, signed.rawBody), signature))
    throw signatureError('wrong');
  // Seconds have ten digits until the year 2286, milliseconds thirteen.
  const signedAtMs = timestamp.length > 10 ? Number(timestamp) : Number(timestamp) * 1000;
  checkTime(signedAtMs, signed.nowMs, signed.toleranceMs);
}
