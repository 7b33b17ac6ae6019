import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

/** Only the page may use the microphone, and nothing of ours needs more. */
const permissionsPolicy = 'microphone=(self), camera=(), geolocation=(), payment=(), usb=()';

/** A year; without subdomains, which may be somebody else's. Browsers heed it over https alone. */
const strictTransportSeconds = 365 * 24 * 60 * 60;

/** Headers that make a browser distrust whatever does not come from this server. */
export function installSecurityHeaders(app: FastifyInstance): void {
  const page: Headers = { ...careful(), 'permissions-policy': permissionsPolicy };
  const docs: Headers = {
    ...page,
    // The library that shows the API writes styles into its elements; scripts it loads from here like everybody.
    'content-security-policy': `${page['content-security-policy']};style-src 'self' 'unsafe-inline'`,
  };
  // Answers of the API are one person's, and of one moment, unless a route says otherwise.
  const api: Headers = { ...page, 'cache-control': 'no-store' };
  // At the beginning, so that every answer has them, also to what is refused.
  app.addHook('onRequest', (request, reply, done) => {
    const { url } = request;
    void reply.headers(url.startsWith('/v1/') ? api : /^\/docs(?:[/?]|$)/.test(url) ? docs : page);
    done();
  });
}

type Headers = Record<string, OutgoingHttpHeaders[string]>;

/** They are the same in every answer, so they are worked out once. */
function careful(): OutgoingHttpHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // WebSockets of the same host: not every browser counts them as 'self'.
        connectSrc: ["'self'", 'ws:', 'wss:'],
        imgSrc: ["'self'", 'data:'],
        mediaSrc: ["'self'", 'blob:', 'mediastream:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: { maxAge: strictTransportSeconds, includeSubDomains: false },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // It turns the scripts' own protections of old browsers off, which were themselves exploitable; and ours needs no isolation.
    crossOriginEmbedderPolicy: false,
  })(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  return response.getHeaders();
}
