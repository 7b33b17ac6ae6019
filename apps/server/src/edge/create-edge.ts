import type { IncomingMessage } from 'node:http';
import fastifyCors from '@fastify/cors';
import { WireError } from '@parley/contract/errors.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RouteParts } from '../api/install-routes.ts';
import type { Redis } from '../redis/redis.ts';
import { createAdmission } from './admission.ts';
import { type CallSlots, createCallSlots } from './call-slots.ts';
import { cleanForwardedFor, countedAddress, createClientAddress } from './client-address.ts';
import { changesSomething } from './csrf.ts';
import type { EdgeSettings } from './edge-settings.ts';
import { createFallbackRateLimiter } from './fallback-rate-limiter.ts';
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';
import { installJsonLimits } from './json-limits.ts';
import { createMemoryRateLimiter } from './memory-rate-limiter.ts';
import type { OrganizationLimitsStore } from './organization-limits-store.ts';
import { type RequestOrigin, requestOrigin } from './origins.ts';
import { createOverload, type Overload } from './overload.ts';
import { type NamedState, rateHeaders, retryAfterSeconds } from './rate-headers.ts';
import type { Quota, RateDecision } from './rate-limiter.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';
import { installSecurityHeaders } from './security-headers.ts';

export interface EdgeParts {
  readonly settings: EdgeSettings;
  /** Undefined: each server counts for itself. */
  readonly redis: Redis | undefined;
  readonly organizations: OrganizationLimitsStore;
  /**
   * Everything at and below these paths is signed by a vendor, and comes from a few addresses for all callers: it is counted by
   * `countStranger`, once it is found not to be signed.
   */
  readonly vendorPaths?: readonly string[];
  readonly onError: (error: unknown, context: string) => void;
}

export interface Edge {
  /** Hooks and headers of every request. Before routes are installed. */
  install(app: FastifyInstance): Promise<void>;
  readonly admit: RouteParts['admit'];
  /**
   * Asked before a connection becomes a WebSocket: browsers ask nobody before they open one.
   * @throws WireError `origin_not_allowed`, `rate_limited`, as for a request; programs send no Origin
   */
  admitUpgrade(request: IncomingMessage): Promise<void>;
  /**
   * A request at one of `vendorPaths` that its vendor did not sign.
   * @throws WireError `rate_limited`
   */
  countStranger(request: IncomingMessage): Promise<void>;
  /** Whether another call of this caller id may be taken, on all servers together; what to tell it otherwise. */
  admitPhoneCall(callerId: string): Promise<RateDecision>;
  /** Conversations at once, by organization. */
  readonly callSlots: CallSlots;
  /** For every request on behalf of a tenant. */
  readonly guardedFetch: GuardedFetch;
  readonly overload: Overload;
  close(): Promise<void>;
}

/** What answers when nothing else does; neither counted nor turned away. */
const probes = new Set(['/health', '/ready', '/metrics']);

const minuteMs = 60_000;
const busyRetrySeconds = 5;

/** Everything that stands between the network and the routes. */
export function createEdge({ settings, redis, organizations, vendorPaths = [], onError }: EdgeParts): Edge {
  const isVendorPath = (path: string) => vendorPaths.some((one) => path === one || path.startsWith(`${one}/`));
  const { rates } = settings;
  const alone = createMemoryRateLimiter();
  const limiter =
    redis === undefined
      ? alone
      : createFallbackRateLimiter(createRedisRateLimiter(redis), alone, (error) =>
          onError(error, 'Redis is away: each server counts requests for itself until it is back'),
        );
  // Asked of every request before anything is known of it: without a way over the network.
  const addresses = createMemoryRateLimiter();
  const addressQuota: Quota = { limit: rates?.perAddress ?? 0, windowMs: minuteMs };
  const addressOf = createClientAddress(settings.trustedProxies);
  const overload = createOverload(settings);
  const guardedFetch = createGuardedFetch({
    allowedHosts: settings.outgoingAllowedHosts,
    ports: settings.outgoingPorts,
  });
  const callSlots = createCallSlots({
    redis,
    // What an organization sets for itself holds for all its conversations; the server's own setting for calls alone.
    limitOf: async (organizationId, kind) => {
      const { maxConversations } = await organizations.of(organizationId);
      return maxConversations ?? (kind === 'call' ? settings.maxCallsPerOrganization : undefined);
    },
    onError,
  });

  const told = new WeakMap<FastifyRequest, Told>();
  const tell = (request: FastifyRequest, more: Told) => {
    const before = told.get(request);
    told.set(request, { ...before, ...more, states: [...(before?.states ?? []), ...(more.states ?? [])] });
  };
  const allowedForAll = new Set(settings.allowedOrigins);
  const foreignOrigin = (origin: RequestOrigin): string | undefined =>
    origin.kind === 'foreign' && !allowedForAll.has(origin.origin) ? origin.origin : undefined;
  const isAllowedByAny = async (origin: RequestOrigin): Promise<boolean> => {
    const foreign = foreignOrigin(origin);
    return foreign === undefined || (foreign !== 'null' && organizations.isOriginAllowedByAny(foreign));
  };

  const countAddress = async (request: FastifyRequest): Promise<void> => {
    if (rates === undefined) return;
    const one = { key: countedAddress(request.ip), ...addressQuota };
    const { isAllowed, states } = await addresses.take([one]);
    const named = states.map((state) => ({ policy: 'address', ...addressQuota, ...state }));
    if (isAllowed) return tell(request, { states: named });
    const seconds = retryAfterSeconds(named);
    tell(request, { states: named, retryAfterSeconds: seconds });
    throw new WireError('rate_limited', { limits: ['address'], retry_after_seconds: seconds });
  };

  return {
    install: async (app) => {
      app.server.maxConnections = maxConnections;
      installJsonLimits(app);
      installSecurityHeaders(app);
      await app.register(fastifyCors, {
        origin: (origin, callback) => {
          if (origin === undefined) return callback(null, false);
          const isListed = allowedForAll.has(origin);
          if (isListed) return callback(null, true);
          organizations.isOriginAllowedByAny(origin).then(
            (isAllowed) => callback(null, isAllowed),
            () => callback(null, false),
          );
        },
        // Pages of other origins bring a token, never a cookie.
        credentials: false,
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match', 'range'],
        exposedHeaders: [
          'etag',
          'retry-after',
          'ratelimit',
          'ratelimit-policy',
          'idempotent-replayed',
          'content-range',
        ],
        maxAge: 600,
        strictPreflight: false,
      });
      app.addHook('onRequest', async (request, reply) => {
        cleanForwardedFor(request.raw.headers);
        const [path = ''] = request.url.split('?', 1);
        if (probes.has(path)) return;
        const end = overload.begin();
        if (end !== undefined) reply.raw.once('close', end);
        // A vendor that is answered with an error leaves its caller in a dead line: it gets an answer that says how busy we are. There
        // are few of them, one or two a call, and who did not sign is counted.
        else if (!isVendorPath(path)) {
          tell(request, { retryAfterSeconds: busyRetrySeconds });
          throw new WireError('overloaded');
        }
        // PostgreSQL takes no NUL, and no path or query of ours has one.
        if (/%00/.test(request.url)) throw new WireError('not_found');
        if (!isVendorPath(path)) await countAddress(request);
        if (changesSomething(request.method) && !(await isAllowedByAny(originOf(request)))) {
          throw new WireError('origin_not_allowed');
        }
      });
      app.addHook('onSend', (request, reply, _payload, done) => {
        const { states = [], retryAfterSeconds: seconds } = told.get(request) ?? {};
        if (states.length > 0) void reply.headers(rateHeaders(states));
        if (seconds !== undefined) void reply.header('retry-after', String(seconds));
        done();
      });
    },
    admit: createAdmission({
      limiter,
      rates,
      overload,
      limitsOf: (organizationId) => organizations.of(organizationId),
      foreignOrigin: (request) => foreignOrigin(originOf(request)),
      tell,
    }),
    admitUpgrade: async (request) => {
      const { headers, socket } = request;
      const [path = ''] = (request.url ?? '').split('?', 1);
      if (rates !== undefined && !isVendorPath(path)) {
        const { isAllowed } = await addresses.take([{ key: countedAddress(addressOf(request)), ...addressQuota }]);
        if (!isAllowed) throw new WireError('rate_limited', { limits: ['address'] });
      }
      const origin = requestOrigin({ headers, host: headers.host, isHttps: 'encrypted' in socket });
      if (!(await isAllowedByAny(origin))) throw new WireError('origin_not_allowed');
    },
    countStranger: async (request) => {
      if (rates === undefined) return;
      const { isAllowed } = await addresses.take([{ key: countedAddress(addressOf(request)), ...addressQuota }]);
      if (!isAllowed) throw new WireError('rate_limited', { limits: ['address'] });
    },
    admitPhoneCall: async (callerId) => {
      if (rates === undefined) return { isAllowed: true, states: [] };
      return limiter.take([
        { key: `rate_limit:sip:${callerId.slice(0, 200)}`, limit: rates.calls, windowMs: minuteMs },
      ]);
    },
    callSlots,
    guardedFetch,
    overload,
    close: async () => {
      overload.close();
      await callSlots.close();
      await guardedFetch.close();
    },
  };
}

/** Two thousand WebSockets and as many requests, with room; beyond it connections are refused, not queued in this process. */
const maxConnections = 10_000;

interface Told {
  readonly states?: readonly NamedState[];
  readonly retryAfterSeconds?: number;
}

function originOf(request: FastifyRequest): RequestOrigin {
  return requestOrigin({ headers: request.headers, host: request.host, isHttps: request.protocol === 'https' });
}
