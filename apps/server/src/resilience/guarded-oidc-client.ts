import type { OidcClient } from '../identity/oidc-client.ts';
import type { OutsideCalls } from './outside-call.ts';

/**
 * The way to the OpenID provider, its keys and addresses included. Only `begin` is judged by how it ends: what makes `finish` fail may
 * be what the browser brought back, and nobody must be able to close the way for others by that.
 */
export function guardOidcClient(client: OidcClient, outside: OutsideCalls): OidcClient {
  const begin = outside.of('oidc', {
    // The look-up of addresses and keys may take two requests of 8 s each.
    timeoutMs: 20_000,
    // People who sign in; more at once than this are a flood.
    maxConcurrent: 50,
    maxWaiting: 50,
  });
  return {
    begin: (redirectUri) => begin.run(() => client.begin(redirectUri)),
    finish: (callback, attempt) => client.finish(callback, attempt),
  };
}
