import { createHmac, randomBytes } from 'node:crypto';

export const signatureHeader = 'parley-signature';

/**
 * The value of the signature header: when it was signed, and one HMAC-SHA256 for each secret over `<seconds>.<body>`. The time is
 * signed too, so that a delivery that somebody kept cannot be sent again later.
 * @param secrets the new one first
 * @param atEpochMs when it is sent
 */
export function signBody(body: string, secrets: readonly string[], atEpochMs: number): string {
  const seconds = Math.floor(atEpochMs / 1000);
  const signatures = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`,
  );
  return [`t=${seconds}`, ...signatures].join(',');
}

/** The prefix lets people and scanners of repositories see what it is. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64url')}`;
}

/** What a webhook's secrets are sealed for. */
export function secretPurpose(webhookId: string): string {
  return `webhook:${webhookId}`;
}
