import type { Auth } from '../definition.ts';
import type { Fail } from '../errors.ts';
import type { HttpClient } from '../http/exchange.ts';
import type { Clock, SecretSource } from '../ports.ts';
import { basicHeader } from './basic-header.ts';
import { createTokenCache } from './oauth2.ts';
import { readSecret } from './secret.ts';

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

export interface Authenticator {
  /** @throws IntegrationError `secret_missing`, `auth_failed`, and what the token URL makes of it */
  credentials(fail: Fail, signal: AbortSignal): Promise<Credentials>;
  /** The API did not take them. Whether others can be had, so that it is worth trying once more. */
  refused(credentials: Credentials): boolean;
}

/** Who the integration is to the API. Secrets are read anew for each use, so that a changed one counts at once. */
export function createAuthenticator(
  auth: Auth,
  parts: { readonly secrets: SecretSource; readonly http: HttpClient; readonly clock: Clock },
): Authenticator {
  const { secrets } = parts;
  const never = () => false;
  const header = (name: string, value: string): Credentials => ({
    headers: { [name.toLowerCase()]: value },
    query: {},
  });
  switch (auth.type) {
    case 'none':
      return { credentials: async () => ({ headers: {}, query: {} }), refused: never };
    case 'bearer':
      return {
        credentials: async (fail, signal) =>
          header('authorization', `Bearer ${await readSecret(secrets, auth.token, 'auth.token', fail, signal)}`),
        refused: never,
      };
    case 'api-key':
      return {
        async credentials(fail, signal) {
          const key = await readSecret(secrets, auth.key, 'auth.key', fail, signal);
          return auth.in === 'header' ? header(auth.name, key) : { headers: {}, query: { [auth.name]: key } };
        },
        refused: never,
      };
    case 'basic':
      return {
        async credentials(fail, signal) {
          const username = await readSecret(secrets, auth.username, 'auth.username', fail, signal);
          const password = await readSecret(secrets, auth.password, 'auth.password', fail, signal);
          return header('authorization', basicHeader(username, password));
        },
        refused: never,
      };
    case 'oauth2': {
      const cache = createTokenCache(auth, parts);
      return {
        credentials: async (fail, signal) => header('authorization', `Bearer ${await cache.token(fail, signal)}`),
        refused: ({ headers }) => {
          cache.forget((headers.authorization ?? '').slice('Bearer '.length));
          return true;
        },
      };
    }
  }
}
