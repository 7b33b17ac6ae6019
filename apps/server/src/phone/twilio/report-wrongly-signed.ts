import type { IncomingMessage } from 'node:http';

/** Twilio tries a number again and again while it is set up wrong; anybody may send such requests. */
const quietMs = 60_000;

/**
 * Writes down, once a minute at most, that a request bears a signature which is not right: the address that Twilio was given is
 * not ours, or the token is another account's. What bears none is not from Twilio and not worth a line.
 * @param publicUrl what Twilio should have been given
 */
export function createWronglySignedReport(
  publicUrl: string,
  warn: (facts: object, message: string) => void,
  nowMs: () => number = () => performance.now(),
): (request: Pick<IncomingMessage, 'headers' | 'url'>) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  return ({ headers, url = '' }) => {
    if (headers['x-twilio-signature'] === undefined || nowMs() < quietUntilMs) return;
    quietUntilMs = nowMs() + quietMs;
    const [path = ''] = url.split('?', 1);
    warn(
      { expected: publicUrl + path, host: headers.host },
      'a request of Twilio was refused: its signature is not for this address (PUBLIC_URL) or not by this account (TWILIO_AUTH_TOKEN)',
    );
  };
}
