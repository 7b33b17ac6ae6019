import { WireError } from '@parley/contract/errors.ts';
import type { FastifyRequest } from 'fastify';
import { actorName, type Identity } from '../api/request-context.ts';
import { countedAddress } from './client-address.ts';
import { checkCsrf } from './csrf.ts';
import type { RateSettings } from './edge-settings.ts';
import type { OrganizationLimits } from './organization-limits-store.ts';
import type { Overload } from './overload.ts';
import type { NamedState } from './rate-headers.ts';
import { retryAfterSeconds } from './rate-headers.ts';
import type { Counted, RateLimiter } from './rate-limiter.ts';
import { routeClass } from './route-classes.ts';

export interface AdmissionParts {
  readonly limiter: RateLimiter;
  /** Undefined: nothing is counted. */
  readonly rates: RateSettings | undefined;
  readonly overload: Overload;
  readonly limitsOf: (organizationId: string) => Promise<OrganizationLimits>;
  /** Undefined when the request comes from no foreign page, or from one that the server allows for all. */
  readonly foreignOrigin: (request: FastifyRequest) => string | undefined;
  /** What the client is to be told with the answer. */
  readonly tell: (
    request: FastifyRequest,
    told: { states?: readonly NamedState[]; retryAfterSeconds?: number },
  ) => void;
}

/** Busy for this long at least: what made it so is not over within the second. */
const busyRetrySeconds = 5;
const minuteMs = 60_000;

/**
 * Asked of every request whose sender is known and may do what is asked, before anything else is done for it.
 * Throws WireError `overloaded`, `origin_not_allowed`, `csrf_rejected`, `rate_limited`.
 */
export function createAdmission(parts: AdmissionParts) {
  return async (identity: Identity, request: FastifyRequest, routeId: string): Promise<void> => {
    const kind = routeClass(routeId);
    if (parts.overload.refuses(kind)) {
      parts.tell(request, { retryAfterSeconds: busyRetrySeconds });
      throw new WireError('overloaded');
    }
    const limits = await parts.limitsOf(identity.organizationId);
    const origin = parts.foreignOrigin(request);
    if (origin !== undefined && !limits.allowedOrigins.includes(origin)) throw new WireError('origin_not_allowed');
    // A person without a bearer token came in by a cookie.
    if (identity.actor.kind === 'user' && request.headers.authorization === undefined) checkCsrf(request);
    if (parts.rates === undefined) return;
    const counted = countsOf(parts.rates, limits, identity, request.ip, kind);
    if (counted.length === 0) return;
    const { isAllowed, states } = await parts.limiter.take(counted);
    const named = counted.flatMap((one, at) => {
      const state = states[at];
      return state === undefined ? [] : [{ ...one, ...state }];
    });
    if (isAllowed) return parts.tell(request, { states: named });
    const full = named.filter(({ retryAfterMs }) => retryAfterMs > 0);
    const seconds = retryAfterSeconds(full);
    parts.tell(request, { states: named, retryAfterSeconds: seconds });
    throw new WireError('rate_limited', { limits: full.map(({ policy }) => policy), retry_after_seconds: seconds });
  };
}

/** The counts that a request is part of. That of its address was taken before anybody asked who sends it. */
function countsOf(
  rates: RateSettings,
  limits: OrganizationLimits,
  { actor, organizationId }: Identity,
  ip: string,
  kind: ReturnType<typeof routeClass>,
): (Counted & { readonly policy: string })[] {
  const one = (policy: string, subject: string, limit: number) => ({
    policy,
    key: `rate_limit:${policy}:${subject}`,
    limit,
    windowMs: minuteMs,
  });
  const counts = [];
  if (kind === 'sign_in') counts.push(one('sign_in', countedAddress(ip), rates.signIn));
  if (actor.kind === 'anonymous') {
    if (kind === 'open') counts.push(one('open', countedAddress(ip), rates.open));
    // Whoever does not say who they are uses up nobody's share but that of their address.
    return counts;
  }
  const name = actorName(actor);
  if (kind === 'heavy') counts.push(one('heavy', name, rates.heavy));
  counts.push(one('actor', name, rates.perActor));
  counts.push(one('organization', organizationId, limits.requestsPerMinute ?? rates.perOrganization));
  return counts;
}
