import type { Permission } from '@parley/contract/api/permissions.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Who asks. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'api_key'; readonly apiKeyId: string }
  /** Another program of the house: a media server. */
  | { readonly kind: 'service'; readonly apiKeyId: string }
  /** Whoever has the key that the server prints at its start. */
  | { readonly kind: 'operator' }
  /** Whoever is spoken with, by their conversation's token. */
  | { readonly kind: 'caller'; readonly conversationId: string };

/** Who asks, for whom, and what they may. */
export interface Identity {
  readonly actor: Actor;
  readonly organizationId: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Of a user who signed in: what ends with signing out. */
  readonly sessionId?: string;
}

/** What every handler knows of the request besides its input. */
export interface RequestContext extends Identity {
  /** Stands in the error body, the logs and the audit log. */
  readonly traceId: string;
  readonly clientAddress: string;
  /** Aborted when the client is gone or the request took too long. */
  readonly signal: AbortSignal;
  /** Which state the client means to change, from `If-Match`; undefined where the route does not ask or `*` was sent. */
  readonly ifMatchVersion: number | undefined;
  /** Tell the client which state it was given. */
  setEtag(version: number): void;
  /** For what is not JSON: sound, files, cookies. */
  readonly http: { readonly request: FastifyRequest; readonly reply: FastifyReply };
}

/** One word for the log, the audit and the keys of limits: `user:…`, `caller:…`. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return `user:${actor.userId}`;
    case 'api_key':
    case 'service':
      return `${actor.kind}:${actor.apiKeyId}`;
    case 'caller':
      return `caller:${actor.conversationId}`;
    case 'anonymous':
    case 'operator':
      return actor.kind;
  }
}
