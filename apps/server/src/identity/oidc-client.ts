import * as oidc from 'openid-client';
import type { OidcSettings } from './identity-settings.ts';

/** What a browser has to bring back from the provider; kept in its cookie meanwhile. */
export interface OidcAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Who the provider says it is. */
export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
  /** In lower case, and proven: undefined when the provider does not say so. */
  readonly verifiedEmail: string | undefined;
  readonly name: string | undefined;
}

export interface OidcClient {
  /** Where to send the browser. @throws Error when the provider cannot be reached */
  begin(redirectUri: string): Promise<{ readonly url: URL; readonly attempt: OidcAttempt }>;
  /** @param callback the address that the browser came back to. @throws Error when what it brought is not what was begun */
  finish(callback: URL, attempt: OidcAttempt): Promise<OidcPerson>;
}

/** Providers change their keys and addresses seldom; a failed look-up is not kept. */
const discoveryFreshForMs = 3_600_000;
/** A person waits. */
const requestTimeoutSeconds = 8;

/** Authorization code with PKCE, state and nonce; the provider's addresses and keys are found at the first use. */
export function createOidcClient(settings: OidcSettings): OidcClient {
  let found: { readonly config: Promise<oidc.Configuration>; readonly untilMs: number } | undefined;
  const configuration = (): Promise<oidc.Configuration> => {
    if (found !== undefined && found.untilMs > performance.now()) return found.config;
    const config = discover(settings);
    const mine = { config, untilMs: performance.now() + discoveryFreshForMs };
    found = mine;
    config.catch(() => {
      if (found === mine) found = undefined;
    });
    return config;
  };
  return {
    begin: async (redirectUri) => {
      const config = await configuration();
      const attempt = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        codeVerifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(attempt.codeVerifier),
        code_challenge_method: 'S256',
      });
      return { url, attempt };
    },
    finish: async (callback, { state, nonce, codeVerifier }) => {
      const config = await configuration();
      const tokens = await oidc.authorizationCodeGrant(config, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('The provider sent no ID token.');
      // Some providers say who somebody is only when they are asked for it.
      const person =
        claims.email === undefined && config.serverMetadata().userinfo_endpoint !== undefined
          ? { ...claims, ...(await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)) }
          : claims;
      const { email, email_verified: isVerified, name } = person;
      return {
        issuer: claims.iss,
        subject: claims.sub,
        verifiedEmail: typeof email === 'string' && isVerified === true ? email.toLowerCase() : undefined,
        name: typeof name === 'string' ? name : undefined,
      };
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<oidc.Configuration> {
  const url = new URL(issuer);
  // Settings let only this machine be reached without encryption.
  const execute = url.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
  const options = { execute, timeout: requestTimeoutSeconds };
  const first = await oidc.discovery(url, clientId, clientSecret, oidc.ClientSecretBasic(clientSecret), options);
  const methods = first.serverMetadata().token_endpoint_auth_methods_supported;
  // What the specification takes for granted when the provider says nothing.
  if (methods === undefined || methods.includes('client_secret_basic')) return first;
  return oidc.discovery(url, clientId, clientSecret, oidc.ClientSecretPost(clientSecret), options);
}
