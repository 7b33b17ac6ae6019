import type { FastifyReply } from 'fastify';

/** Cookies of signing in, by whether the server is reached over https. */
export interface CookieNames {
  /** Holds the access token; whoever sends it (and no Authorization header) is signed in. */
  readonly access: string;
  readonly refresh: string;
  /**
   * A page reads it and sends it back as the header `x-csrf-token` with every request that changes something: a page of another
   * origin can make a browser send our cookies, but it cannot read them.
   */
  readonly csrf: string;
  /** What was begun at an OIDC provider and is not yet done. */
  readonly oidc: string;
}

/** `__Host-`: browsers take it over https only, from this host only, so that no neighbouring domain can set it. */
const secureNames: CookieNames = {
  access: '__Host-parley_access',
  refresh: '__Host-parley_refresh',
  csrf: '__Host-parley_csrf',
  oidc: '__Host-parley_oidc',
};
/** On http://localhost browsers refuse that prefix. */
const plainNames: CookieNames = {
  access: 'parley_access',
  refresh: 'parley_refresh',
  csrf: 'parley_csrf',
  oidc: 'parley_oidc',
};

export function cookieNames(isSecure: boolean): CookieNames {
  return isSecure ? secureNames : plainNames;
}

export interface CookieOptions {
  readonly isSecure: boolean;
  readonly maxAgeSeconds: number;
  /** Scripts of the page may read it; all others are for the server alone. */
  readonly isReadable?: boolean;
  /** `Lax` for what must come along when another site sends the browser here. */
  readonly sameSite?: 'Strict' | 'Lax';
}

/** Set a cookie; a `maxAgeSeconds` of 0 removes it. The value must need no quoting. */
export function setCookie(reply: FastifyReply, name: string, value: string, options: CookieOptions): void {
  const { isSecure, maxAgeSeconds, isReadable = false, sameSite = 'Strict' } = options;
  const parts = [`${name}=${value}`, 'Path=/', `Max-Age=${maxAgeSeconds}`, `SameSite=${sameSite}`];
  if (!isReadable) parts.push('HttpOnly');
  if (isSecure) parts.push('Secure');
  // Fastify appends one `set-cookie` to another.
  void reply.header('set-cookie', parts.join('; '));
}

/** The value of the cookie; of two with the same name the first, which is the one of the longer path. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
