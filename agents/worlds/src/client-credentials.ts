import { z } from 'zod';
import { type HttpAnswer, HttpFailure, httpCall } from './http-call.ts';

export interface ClientCredentialsOptions {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Separated by spaces. */
  readonly scope?: string;
  readonly timeoutMs?: number;
  /** Reads the time, epoch milliseconds. */
  readonly now?: () => number;
}

/** Tokens of the OAuth 2 client-credentials grant (RFC 6749, section 4.4), fetched once and shared until shortly before they expire. */
export interface TokenSource {
  /** Rejects with a `TokenRefused` or an `HttpFailure`. */
  token(signal: AbortSignal): Promise<string>;
  /** Forget this token, because the API refused it; the next call fetches another. A newer one is kept. */
  forget(token: string): void;
}

/** The token endpoint said no: the credentials or the scope are wrong, and trying again does not help. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

export const tokenDefaults = {
  /** Longer than a request takes, so that a token that is handed out is still good when it arrives. */
  renewBeforeMs: 30_000,
  /** Of short-lived tokens that share of their life instead, or they would be fetched for every request. */
  renewBeforeShare: 0.2,
  /** What a server that does not say is taken to mean. */
  assumedLifeSeconds: 300,
};

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().optional() });

/** Tokens for one client. Concurrent callers wait for one request; a caller that gives up does not end it for the others. */
export function clientCredentials(options: ClientCredentialsOptions): TokenSource {
  const now = options.now ?? Date.now;
  let kept: { readonly token: string; readonly renewAtEpochMs: number } | undefined;
  let fetching: Promise<string> | undefined;
  return {
    async token(signal) {
      signal.throwIfAborted();
      if (kept !== undefined && now() < kept.renewAtEpochMs) return kept.token;
      fetching ??= renew().finally(() => {
        fetching = undefined;
      });
      return await orAborted(fetching, signal);
    },
    forget(token) {
      if (kept?.token === token) kept = undefined;
    },
  };

  async function renew(): Promise<string> {
    const askedAtEpochMs = now();
    const answer = await askForToken(options);
    const lifeMs = (answer.expires_in ?? tokenDefaults.assumedLifeSeconds) * 1000;
    const renewBeforeMs = Math.min(tokenDefaults.renewBeforeMs, lifeMs * tokenDefaults.renewBeforeShare);
    kept = { token: answer.access_token, renewAtEpochMs: askedAtEpochMs + lifeMs - renewBeforeMs };
    return answer.access_token;
  }
}

/**
 * Make an API request with a token; when the API answers 401 the token is forgotten and the request made once more with a
 * fresh one.
 */
export async function withToken(
  source: TokenSource,
  signal: AbortSignal,
  request: (token: string) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const token = await source.token(signal);
  const answer = await request(token);
  if (answer.status !== 401) return answer;
  source.forget(token);
  return request(await source.token(signal));
}

async function askForToken(options: ClientCredentialsOptions): Promise<z.infer<typeof tokenAnswer>> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (options.scope !== undefined) form.set('scope', options.scope);
  const answer = await httpCall({
    method: 'POST',
    url: options.tokenUrl,
    headers: { authorization: `Basic ${basic(options.clientId, options.clientSecret)}` },
    body: form,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    signal: new AbortController().signal,
  });
  if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
    throw new TokenRefused('The token endpoint refused the client: check its id, secret and scope');
  }
  const parsed = tokenAnswer.safeParse(answer.json);
  if (answer.status !== 200 || !parsed.success) {
    throw new HttpFailure(
      'broken_off',
      `The token endpoint answered ${answer.status} without a token: try again later`,
    );
  }
  return parsed.data;
}

/** The id and the secret are form-encoded before they are joined (RFC 6749, section 2.3.1). */
function basic(clientId: string, clientSecret: string): string {
  return Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64');
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
