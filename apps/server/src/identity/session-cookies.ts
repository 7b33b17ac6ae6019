import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { accessTokenLifeSeconds } from './access-tokens.ts';
import { setCookie } from './cookies.ts';
import type { IdentityParts } from './identity-parts.ts';
import type { BegunSession } from './sessions.ts';

/** Let the browser keep the session. Resolves to the token that its page has to send back with what changes something. */
export async function setSessionCookies(
  { tokens, isSecure, cookies }: Pick<IdentityParts, 'tokens' | 'isSecure' | 'cookies'>,
  reply: FastifyReply,
  begun: BegunSession,
): Promise<string> {
  const csrfToken = randomBytes(32).toString('base64url');
  const sessionSeconds = Math.floor((begun.expiresAt.getTime() - Date.now()) / 1000);
  setCookie(reply, cookies.access, await accessTokenOf(tokens, begun), {
    isSecure,
    maxAgeSeconds: accessTokenLifeSeconds,
  });
  setCookie(reply, cookies.refresh, begun.refreshToken, { isSecure, maxAgeSeconds: sessionSeconds });
  setCookie(reply, cookies.csrf, csrfToken, { isSecure, maxAgeSeconds: sessionSeconds, isReadable: true });
  return csrfToken;
}

export function clearSessionCookies(
  { isSecure, cookies }: Pick<IdentityParts, 'isSecure' | 'cookies'>,
  reply: FastifyReply,
): void {
  for (const name of [cookies.access, cookies.refresh]) setCookie(reply, name, '', { isSecure, maxAgeSeconds: 0 });
  setCookie(reply, cookies.csrf, '', { isSecure, maxAgeSeconds: 0, isReadable: true });
}

export function accessTokenOf(tokens: IdentityParts['tokens'], { user, sessionId }: BegunSession): Promise<string> {
  const { userId, organizationId, role } = user;
  return tokens.issue({ userId, organizationId, role, sessionId });
}
