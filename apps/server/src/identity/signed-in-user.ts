import { type Permission, type Role, rolePermissions } from '@parley/contract/api/permissions.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { RequestContext } from '../api/request-context.ts';

/** The id of the user who asks. @throws WireError `forbidden` when it is not a user */
export function signedInUser({ actor }: Pick<RequestContext, 'actor'>): string {
  if (actor.kind !== 'user') throw new WireError('forbidden');
  return actor.userId;
}

/**
 * Nobody makes, changes or lets in somebody who may more than they do: else whoever may invite could become an admin.
 * @throws WireError `role_above_own`
 */
export function checkRoleWithin({ permissions }: { readonly permissions: ReadonlySet<Permission> }, role: Role): void {
  if (!rolePermissions[role].every((permission) => permissions.has(permission))) throw new WireError('role_above_own');
}
