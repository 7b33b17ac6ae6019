import { createHmac } from 'node:crypto';
import { isSameText, sha256, signatureError } from './signatures.ts';

/** Fields of a form; one that came more than once as a list. */
export type TwilioParams = Readonly<Record<string, string | readonly string[]>>;

/** HMAC-SHA1 over the address and then each field's name and value, by name; of a list each different value, by value. */
export function twilioSignature(authToken: string, url: string, params: TwilioParams = {}): string {
  const fields = Object.keys(params)
    .sort()
    .map((name) => {
      const value = params[name] ?? '';
      const values = typeof value === 'string' ? [value] : [...new Set(value)].sort();
      return values.map((one) => name + one).join('');
    });
  return createHmac('sha1', authToken)
    .update(url + fields.join(''))
    .digest('base64');
}

/**
 * Check `X-Twilio-Signature`. The address is the one that Twilio was given, as seen from outside; a WebSocket's begins with `wss://`
 * and has no fields. A body of JSON stands in the address by its hash (`bodySHA256`) and is given as `rawBody`.
 * @throws WireError `signature_invalid`
 */
export function verifyTwilioSignature(signed: {
  readonly authToken: string;
  readonly header: string | undefined;
  readonly url: string;
  readonly params?: TwilioParams;
  readonly rawBody?: string | Uint8Array;
}): void {
  if (signed.header === undefined) throw signatureError('missing');
  const given = signed.header;
  // Signed with the port that the scheme has anyway, or without, by the product that calls.
  const matches = spellings(signed.url).map((url) =>
    isSameText(twilioSignature(signed.authToken, url, signed.params), given),
  );
  if (!matches.includes(true)) throw signatureError('wrong');
  if (signed.rawBody === undefined) return;
  const hash = new URL(signed.url).searchParams.get('bodySHA256') ?? '';
  if (!isSameText(hash.toLowerCase(), sha256(signed.rawBody).toString('hex'))) throw signatureError('wrong');
}

/** `verifyTwilioSignature` as an answer, for whoever has several addresses to ask about. */
export function isSignedByTwilio(signed: Parameters<typeof verifyTwilioSignature>[0]): boolean {
  try {
    verifyTwilioSignature(signed);
    return true;
  } catch {
    return false;
  }
}

function spellings(url: string): string[] {
  const match = /^(https?|wss?):\/\/([^/?#]*?)(?::(\d+))?((?:[/?#].*)?)$/.exec(url);
  if (match === null) return [url];
  const [, scheme = '', host = '', port, rest = ''] = match;
  const standard = scheme === 'https' || scheme === 'wss' ? '443' : '80';
  if (port !== undefined && port !== standard) return [url];
  return [`${scheme}://${host}${rest}`, `${scheme}://${host}:${standard}${rest}`];
}
