import { z } from 'zod';
import type { Auth } from '../definition.ts';
import type { Fail, IntegrationError } from '../errors.ts';
import type { HttpClient } from '../http/exchange.ts';
import type { Clock, SecretSource } from '../ports.ts';
import { basicHeader } from './basic-header.ts';
import { readSecret } from './secret.ts';

export interface TokenCache {
  /** A token that still lasts a while. Uses that come together share one request. */
  token(fail: Fail, signal: AbortSignal): Promise<string>;
  /** The API refused this one. A newer one is kept. */
  forget(token: string): void;
}

/** Renewed before it ends, by a tenth of its life and a minute at most: clocks differ, and requests take time. */
const renewEarlyShare = 0.1;
const renewEarlyMaxMs = 60_000;
/** Of a server that does not say how long. */
const defaultLifeSeconds = 300;
/** A request for a token belongs to nobody alone: it has its own end. */
const requestTimeoutMs = 10_000;

const answerSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,20000}$/),
  token_type: z.string().optional(),
  expires_in: z.coerce.number().min(0).max(31_536_000).optional(),
});

/** OAuth2 client credentials (RFC 6749, 4.4), the token kept in this process. */
export function createTokenCache(
  auth: Extract<Auth, { type: 'oauth2' }>,
  { secrets, http, clock }: { readonly secrets: SecretSource; readonly http: HttpClient; readonly clock: Clock },
): TokenCache {
  let kept: { readonly token: string; readonly renewAtEpochMs: number } | undefined;
  let underway: Promise<string> | undefined;

  const renew = async (fail: Fail): Promise<string> => {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    const clientId = await readSecret(secrets, auth.clientId, 'auth.clientId', fail, signal);
    const clientSecret = await readSecret(secrets, auth.clientSecret, 'auth.clientSecret', fail, signal);
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    if (auth.scope !== undefined) form.set('scope', auth.scope);
    if (auth.audience !== undefined) form.set('audience', auth.audience);
    if (auth.sendAs === 'body') {
      form.set('client_id', clientId);
      form.set('client_secret', clientSecret);
    }
    const answer = await http.send(
      {
        method: 'POST',
        url: new URL(auth.tokenUrl),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          // Both are form-encoded before they are joined (RFC 6749, 2.3.1).
          ...(auth.sendAs === 'basic'
            ? { authorization: basicHeader(formEncode(clientId), formEncode(clientSecret)) }
            : {}),
        },
        body: form.toString(),
        follow: false,
      },
      fail,
      signal,
    );
    const { token, lifeMs } = readAnswer(answer.status, answer.text, fail);
    kept = { token, renewAtEpochMs: clock.nowEpochMs() + lifeMs - Math.min(renewEarlyMaxMs, lifeMs * renewEarlyShare) };
    return token;
  };

  return {
    token(fail, signal) {
      if (kept !== undefined && clock.nowEpochMs() < kept.renewAtEpochMs) return Promise.resolve(kept.token);
      underway ??= renew(fail).finally(() => {
        underway = undefined;
      });
      return unlessAborted(underway, signal, () => fail('cancelled', 'The use was given up.'));
    },
    forget(token) {
      if (kept?.token === token) kept = undefined;
    },
  };
}

function readAnswer(status: number, text: string, fail: Fail): { token: string; lifeMs: number } {
  const field = 'auth.tokenUrl';
  if (status >= 500) throw fail('server_failed', `The token URL answered ${status}.`, { field, status });
  if (status !== 200) throw fail('auth_failed', `The token URL answered ${status}.`, { field, status });
  const answer = answerSchema.safeParse(parse(text));
  if (!answer.success) throw fail('response_malformed', 'The token URL gave no token.', { field, status });
  const { access_token: token, token_type: type, expires_in: seconds } = answer.data;
  if (type !== undefined && type.toLowerCase() !== 'bearer')
    throw fail('auth_failed', 'The token URL gave a token that is not a bearer token.', { field, status });
  return { token, lifeMs: (seconds ?? defaultLifeSeconds) * 1000 };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function formEncode(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice(2);
}

async function unlessAborted(
  work: Promise<string>,
  signal: AbortSignal,
  reason: () => IntegrationError,
): Promise<string> {
  if (signal.aborted) {
    // Somebody else may wait for it; if nobody does, its failure is nobody's.
    work.catch(() => {});
    throw reason();
  }
  const gaveUp = Promise.withResolvers<never>();
  const onAbort = () => gaveUp.reject(reason());
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, gaveUp.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
