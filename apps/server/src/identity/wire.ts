import type { ApiKey } from '@parley/contract/api/api-keys-api.ts';
import type { HumanAgent, User } from '@parley/contract/people.ts';
import type { RequestContext } from '../api/request-context.ts';
import type { StoredApiKey } from './api-keys-repository.ts';
import type { StoredHumanAgent } from './human-agents-repository.ts';
import type { Client } from './sessions.ts';
import type { StoredUser } from './users-repository.ts';

/** How what is stored looks on the wire. */
export function userOnWire(user: StoredUser): User {
  return {
    user_id: user.userId,
    email: user.email,
    name: user.name,
    role: user.role,
    status: user.status,
    created_at: user.createdAt.toISOString(),
    last_signed_in_at: user.lastSignedInAt?.toISOString() ?? null,
  };
}

export function humanAgentOnWire(agent: StoredHumanAgent): HumanAgent {
  return {
    user_id: agent.userId,
    name: agent.name,
    skill_tags: agent.skillTags,
    max_concurrent_sessions: agent.maxConcurrentSessions,
    is_online: agent.isOnline,
  };
}

export function apiKeyOnWire(key: StoredApiKey): ApiKey {
  return {
    api_key_id: key.apiKeyId,
    kind: key.kind,
    name: key.name,
    prefix: key.prefix,
    permissions: key.permissions,
    created_by: key.createdBy,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}

/** Where the request comes from. */
export function clientOf({ clientAddress, traceId, http }: RequestContext): Client {
  return { clientAddress, traceId, userAgent: http.request.headers['user-agent'] };
}
