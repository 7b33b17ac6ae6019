import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { plainAddress } from '../edge/client-address.ts';
import type { Sealer } from '../privacy/sealer.ts';
import { readCookie, setCookie } from './cookies.ts';
import type { IdentityParts } from './identity-parts.ts';
import type { OidcSettings } from './identity-settings.ts';
import { createOidcClient, type OidcClient } from './oidc-client.ts';
import { signInByOidc } from './oidc-sign-in.ts';
import { setSessionCookies } from './session-cookies.ts';

/** The address to register with the provider, after `PUBLIC_URL`. */
const callbackPath = '/auth/oidc/callback';
/** The address that begins it; `?return_to=/path` says where on this server to go afterwards. */
export const oidcStartPath = '/auth/oidc/start';

/** How long somebody may take at the provider's page. */
const attemptLifeMs = 600_000;

const attemptSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  returnTo: z.string(),
  expiresAtMs: z.number(),
});

/**
 * Signing in at an OpenID provider, for browsers: two addresses that only redirect. What was begun is in a sealed cookie of the
 * browser that began it, so that any replica can go on with it, and nobody can be made to finish what another began.
 */
export function installOidc(
  app: FastifyInstance,
  parts: IdentityParts & {
    readonly settings: OidcSettings;
    readonly publicUrl: string;
    readonly sealer: Sealer;
    readonly onError: (error: unknown, what: string) => void;
    /** Goes between the provider and all who sign in. */
    readonly guardOidc?: ((client: OidcClient) => OidcClient) | undefined;
  },
): void {
  const { settings, publicUrl, sealer, cookies, isSecure, attempts, onError } = parts;
  const bareClient = createOidcClient(settings);
  const client = parts.guardOidc?.(bareClient) ?? bareClient;

  const fail = (reply: FastifyReply, reason: string) => reply.redirect(`${publicUrl}/#sign-in-failed=${reason}`);
  const forget = (reply: FastifyReply) =>
    setCookie(reply, cookies.oidc, '', { isSecure, maxAgeSeconds: 0, sameSite: 'Lax' });

  app.get(oidcStartPath, async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    try {
      const { url, attempt } = await client.begin(publicUrl + callbackPath);
      const expiresAtMs = Date.now() + attemptLifeMs;
      const begun = { ...attempt, returnTo: returnPath(request), expiresAtMs };
      const sealed = await sealer.seal(JSON.stringify(begun), sealPurpose);
      setCookie(reply, cookies.oidc, encodeURIComponent(sealed), {
        isSecure,
        maxAgeSeconds: attemptLifeMs / 1000,
        // The provider sends the browser here from its own site.
        sameSite: 'Lax',
      });
      return reply.redirect(url.href);
    } catch (error) {
      onError(withoutValues(error), 'the OpenID provider');
      return fail(reply, 'provider_unavailable');
    }
  });

  app.get(callbackPath, async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    attempts.check(request.ip);
    const begun = await openAttempt(sealer, readCookie(request.headers.cookie, cookies.oidc));
    forget(reply);
    if (begun === undefined) return fail(reply, 'not_begun_here');
    const person = await client.finish(new URL(request.url, publicUrl), begun).catch((error: unknown) => {
      attempts.failed(request.ip);
      onError(withoutValues(error), 'the OpenID provider');
      return undefined;
    });
    if (person === undefined) return fail(reply, 'provider_refused');
    const outcome = await signInByOidc({ ...parts, settings }, person, {
      clientAddress: plainAddress(request.ip),
      traceId: request.id,
      userAgent: request.headers['user-agent'],
    });
    if (typeof outcome === 'string') return fail(reply, outcome);
    await setSessionCookies(parts, reply, outcome);
    return reply.redirect(publicUrl + begun.returnTo);
  });
}

/** What went wrong, without what was sent: codes and tokens belong in no log. */
function withoutValues(error: unknown): Error {
  const messages: string[] = [];
  for (let at: unknown = error; at instanceof Error && messages.length < 5; at = at.cause) messages.push(at.message);
  return new Error(messages.join(': '));
}

const sealPurpose = 'oidc-attempt';

async function openAttempt(sealer: Sealer, cookie: string | undefined) {
  if (cookie === undefined || cookie.length > 4096) return undefined;
  try {
    const opened = await sealer.open(decodeURIComponent(cookie), sealPurpose);
    const attempt = attemptSchema.parse(JSON.parse(opened));
    return attempt.expiresAtMs > Date.now() ? attempt : undefined;
  } catch {
    // Not ours, or changed: as if there were none.
    return undefined;
  }
}

/** A path of this server and nothing else: no other host can be hidden in it. */
function returnPath({ query }: FastifyRequest): string {
  const asked = z.object({ return_to: z.string().max(2000) }).safeParse(query).data?.return_to ?? '/';
  const here = 'http://here.invalid';
  const url = URL.parse(asked, here);
  return asked.startsWith('/') && url?.origin === here ? `${url.pathname}${url.search}${url.hash}` : '/';
}
