import { hash, timingSafeEqual } from 'node:crypto';
import type { Permission } from '@parley/contract/api/permissions.ts';
import type { AuthenticationScheme } from './authenticate.ts';

/**
 * What it opens to a newcomer at once: the records, and who listens and speaks. Of the organization's settings it writes those of
 * speech alone (identity/organization-routes.ts), and what concerns the whole server is closed to it (authenticate.ts): it is printed,
 * and stands in addresses.
 */
const operatorPermissions: ReadonlySet<Permission> = new Set([
  'conversations:read',
  'providers:read',
  'providers:write',
  'speech:synthesize',
  'organization:read',
  'organization:write',
]);

/** The key that the server prints at its start, for the default organization. */
export function createOperatorKeyScheme(operatorKey: string, organizationId: string): AuthenticationScheme {
  const expected = digestOf(operatorKey);
  return {
    identify: async (_request, credential) =>
      credential !== undefined && timingSafeEqual(digestOf(credential), expected)
        ? { actor: { kind: 'operator' }, organizationId, permissions: operatorPermissions }
        : undefined,
  };
}

function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
