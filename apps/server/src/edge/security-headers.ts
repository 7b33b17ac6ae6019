import fastifyHelmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Only the page may use the microphone, and nothing of ours needs more. */
const permissionsPolicy = 'microphone=(self), camera=(), geolocation=(), payment=(), usb=()';

/** A year; without subdomains, which may be somebody else's. Browsers heed it over https alone. */
const strictTransportSeconds = 365 * 24 * 60 * 60;

/** Headers that make a browser distrust whatever does not come from this server. */
export async function installSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(fastifyHelmet, {
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
  });
  app.addHook('onSend', async (request, reply) => {
    void reply.header('permissions-policy', permissionsPolicy);
    const policy = reply.getHeader('content-security-policy');
    // The library that shows the API writes styles into its elements; scripts it loads from here like everybody.
    if (typeof policy === 'string' && /^\/docs(?:[/?]|$)/.test(request.url)) {
      void reply.header('content-security-policy', `${policy};style-src 'self' 'unsafe-inline'`);
    }
    // Answers of the API are one person's, and of one moment.
    if (request.url.startsWith('/v1/') && !reply.hasHeader('cache-control'))
      void reply.header('cache-control', 'no-store');
  });
}
