import { permissions as allPermissions, isPermission, type Permission } from '@parley/contract/api/permissions.ts';
import type { Route } from '@parley/contract/api/route.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { FastifyRequest } from 'fastify';
import type { Identity } from './request-context.ts';

/** What of a request says who asks, and about what. */
export type Asking = Pick<FastifyRequest, 'headers' | 'params'>;

/** One way to say who one is: a signed token, an API key, a cookie. */
export interface AuthenticationScheme {
  /**
   * Undefined when the request says nothing of this kind, so that the next scheme is asked.
   * @throws WireError `unauthorized` when it does, and it is not (or no longer) valid
   */
  identify(request: Asking, credential: string | undefined): Promise<Identity | undefined>;
}

export interface Gate {
  readonly schemes: readonly AuthenticationScheme[];
  /** Whose the conversation is, if the token opens it. @throws WireError `conversation_not_found`, `forbidden` */
  readonly openConversation: (conversationId: string, token: string) => Promise<{ readonly organizationId: string }>;
  /** Whom those belong to who do not say who they are. */
  readonly defaultOrganizationId: string;
}

/**
 * Who asks; and whether they may.
 * @throws WireError `unauthorized`, `forbidden`, `conversation_not_found`
 */
export async function authenticate(gate: Gate, { access }: Pick<Route, 'access'>, request: Asking): Promise<Identity> {
  const credential = bearer(request);
  for (const scheme of gate.schemes) {
    const identity = await scheme.identify(request, credential);
    if (identity === undefined) continue;
    if (
      (access.kind === 'permission' || access.kind === 'conversation') &&
      !identity.permissions.has(access.permission)
    ) {
      throw new WireError('forbidden', { permission: access.permission });
    }
    if (
      access.kind === 'permission' &&
      access.within === 'default_organization' &&
      (identity.organizationId !== gate.defaultOrganizationId || identity.actor.kind === 'operator')
    ) {
      throw new WireError('forbidden');
    }
    if (access.kind === 'signed_in' && identity.actor.kind !== 'user') throw new WireError('forbidden');
    return identity;
  }
  if (access.kind === 'public') {
    if (credential !== undefined) throw new WireError('unauthorized');
    return { actor: { kind: 'anonymous' }, organizationId: gate.defaultOrganizationId, permissions: new Set() };
  }
  if (access.kind === 'conversation' && credential !== undefined) {
    const { conversation_id: conversationId } = conversationParams(request);
    const { organizationId } = await gate.openConversation(conversationId, credential);
    return { actor: { kind: 'caller', conversationId }, organizationId, permissions: new Set() };
  }
  throw new WireError('unauthorized');
}

function conversationParams(request: Asking): { readonly conversation_id: string } {
  const { params } = request;
  if (typeof params === 'object' && params !== null && 'conversation_id' in params) {
    return { conversation_id: String(params.conversation_id) };
  }
  throw new WireError('conversation_not_found');
}

/** @throws WireError `unauthorized` for an Authorization header of another kind */
function bearer(request: Asking): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const match = /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(header);
  if (match?.[1] === undefined) throw new WireError('unauthorized');
  return match[1];
}

/** For schemes whose holder may everything. */
export const everyPermission: ReadonlySet<Permission> = new Set(Object.keys(allPermissions).filter(isPermission));
