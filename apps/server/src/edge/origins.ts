import type { IncomingHttpHeaders } from 'node:http';

/** What of a request tells whose page sent it. */
export interface FromBrowser {
  readonly headers: IncomingHttpHeaders;
  /** Host and port by which the client knows this server. */
  readonly host: string | undefined;
  readonly isHttps: boolean;
}

export type RequestOrigin =
  /** No browser, or one that says nothing of a page: programs send no Origin. */
  { readonly kind: 'none' } | { readonly kind: 'same' } | { readonly kind: 'foreign'; readonly origin: string };

/** Whose page sent it, by Origin and, where that is missing, by Sec-Fetch-Site. */
export function requestOrigin({ headers, host, isHttps }: FromBrowser): RequestOrigin {
  const { origin } = headers;
  if (origin === undefined) {
    const site = headers['sec-fetch-site'];
    return site === 'cross-site' || site === 'same-site' ? { kind: 'foreign', origin: 'null' } : { kind: 'none' };
  }
  if (origin !== 'null' && URL.canParse(origin)) {
    const url = new URL(origin);
    // A server behind a proxy that it was not told of sees http where the page was https, never the other way round.
    const isScheme = url.protocol === 'https:' || (url.protocol === 'http:' && !isHttps);
    if (isScheme && host !== undefined && canonicalHost(url.protocol, host) === url.host) return { kind: 'same' };
    return { kind: 'foreign', origin: url.origin };
  }
  return { kind: 'foreign', origin: 'null' };
}

/** Without the port that the scheme has anyway. */
function canonicalHost(protocol: string, host: string): string {
  return URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`).host : '';
}
