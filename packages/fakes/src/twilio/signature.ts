import { createHmac } from 'node:crypto';

/** A form as a webhook sends it. */
export type WebhookParams = Readonly<Record<string, string>>;

/** What Twilio puts into `X-Twilio-Signature`: over the whole address, and of a form each field by name. */
export function signAsTwilio(authToken: string, url: string, params: WebhookParams = {}): string {
  const fields = Object.keys(params)
    .toSorted()
    .map((name) => `${name}${params[name] ?? ''}`);
  return createHmac('sha1', authToken)
    .update(url + fields.join(''))
    .digest('base64');
}
