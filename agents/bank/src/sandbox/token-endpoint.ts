import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { JsonReply, JsonRequest } from '@parley/agent-worlds/json-server.ts';
import { z } from 'zod';

/** Hands out and checks tokens of the OAuth 2 client-credentials grant. */
export interface TokenEndpoint {
  reply(request: JsonRequest): JsonReply;
  /** Is this `Authorization` header one of a token that has not expired. */
  accepts(authorization: string | undefined): boolean;
}

/** Tokens that are good at a time; more clients than that share none of them. */
const maxTokens = 1_000;

const form = z.object({ grant_type: z.string(), scope: z.string().optional() });

export function tokenEndpoint(options: {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly lifeSeconds: number;
  readonly now: () => number;
}): TokenEndpoint {
  /** By digest, so that a look-up tells nothing of a token; the value is when it ends, epoch milliseconds. */
  const tokens = new Map<string, number>();
  return {
    reply(request) {
      const parsed = form.safeParse(request.body);
      if (!parsed.success) return refusal(400, 'invalid_request');
      if (!knowsClient(request.header('authorization'))) {
        const refused = refusal(401, 'invalid_client');
        return { ...refused, headers: { 'www-authenticate': 'Basic realm="bank"' } };
      }
      if (parsed.data.grant_type !== 'client_credentials') return refusal(400, 'unsupported_grant_type');
      const scope = parsed.data.scope ?? options.scope;
      if (scope !== options.scope) return refusal(400, 'invalid_scope');
      const token = randomBytes(32).toString('base64url');
      tokens.set(digest(token), options.now() + options.lifeSeconds * 1000);
      if (tokens.size > maxTokens) dropOldest();
      const body = { access_token: token, token_type: 'Bearer', expires_in: options.lifeSeconds, scope };
      return { status: 200, body };
    },
    accepts(authorization) {
      const token = /^Bearer (\S+)$/u.exec(authorization ?? '')?.[1];
      const endsAtEpochMs = token === undefined ? undefined : tokens.get(digest(token));
      return endsAtEpochMs !== undefined && options.now() < endsAtEpochMs;
    },
  };

  function knowsClient(authorization: string | undefined): boolean {
    const wanted = `${encodeURIComponent(options.clientId)}:${encodeURIComponent(options.clientSecret)}`;
    const given = /^Basic (\S+)$/u.exec(authorization ?? '')?.[1];
    if (given === undefined) return false;
    const hash = (text: string) => createHash('sha256').update(text).digest();
    return timingSafeEqual(hash(Buffer.from(given, 'base64').toString('utf8')), hash(wanted));
  }

  function dropOldest(): void {
    const oldest = tokens.keys().next();
    if (oldest.done !== true) tokens.delete(oldest.value);
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function refusal(status: number, error: string): JsonReply {
  return { status, body: { error } };
}
