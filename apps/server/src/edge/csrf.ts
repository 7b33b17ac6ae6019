import { createHash, timingSafeEqual } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import type { FastifyRequest } from 'fastify';

/** Set at sign-in beside the session's cookie, readable by the page's scripts; with the prefix where the cookie is bound to https. */
export const csrfCookieNames = ['__Host-parley_csrf', 'parley_csrf'] as const;
export const csrfHeaderName = 'x-csrf-token';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export function changesSomething(method: string): boolean {
  return !safeMethods.has(method);
}

/**
 * A cookie goes along whoever made the browser send the request; that the header repeats it shows that a script of this origin did,
 * for no other can read it. For requests that were let in by a cookie.
 * @throws WireError `csrf_rejected`
 */
export function checkCsrf(request: Pick<FastifyRequest, 'method' | 'headers'>): void {
  if (!changesSomething(request.method)) return;
  const header = request.headers[csrfHeaderName];
  const cookies = cookieValues(request.headers.cookie ?? '', csrfCookieNames);
  if (typeof header === 'string' && header !== '' && cookies.some((cookie) => isSame(cookie, header))) return;
  throw new WireError('csrf_rejected');
}

/** Values of the cookies with these names; of one that is there twice, both. */
function cookieValues(header: string, names: readonly string[]): string[] {
  return header.split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 && names.includes(pair.slice(0, at).trim()) ? [pair.slice(at + 1).trim()] : [];
  });
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return a !== '' && timingSafeEqual(digest(a), digest(b));
}
