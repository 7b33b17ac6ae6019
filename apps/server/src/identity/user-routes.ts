import {
  deleteUser as deleteUserRoute,
  getUser,
  inviteUser,
  listUsers as listUsersRoute,
  resetUserPassword,
  updateUser,
} from '@parley/contract/api/users-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { RequestContext } from '../api/request-context.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { Transaction } from '../storage/database.ts';
import { setOnline } from './human-agents-repository.ts';
import type { IdentityParts } from './identity-parts.ts';
import { linkDefaults } from './links.ts';
import { endOneTimeTokens } from './one-time-tokens-repository.ts';
import { pageOf, readPosition } from './page-position.ts';
import { checkRoleWithin } from './signed-in-user.ts';
import {
  addUser,
  changeUser,
  deleteUser,
  findUser,
  findUserByEmail,
  listUsers,
  lockActiveAdmins,
  lockUser,
  type StoredUser,
} from './users-repository.ts';
import { userOnWire } from './wire.ts';

/**
 * Who is in the organization. The audit log tells of roles and states, not of names and addresses: its rows are kept when a
 * person's data are erased.
 */
export function userRoutes({ database, sessions, links }: IdentityParts): HandledRoute[] {
  return [
    handle(listUsersRoute, async ({ query }, { organizationId }) => {
      const position = readPosition(query.cursor);
      const found = await database.inOrganization(organizationId, (transaction) =>
        listUsers(transaction, position, query.limit + 1),
      );
      const { rows, nextCursor } = pageOf(found, query.limit, ({ createdAt, userId }) => ({ createdAt, id: userId }));
      return { users: rows.map(userOnWire), next_cursor: nextCursor };
    }),

    handle(getUser, async ({ params }, { organizationId }) => {
      const user = await database.inOrganization(organizationId, (transaction) =>
        findUser(transaction, params.user_id),
      );
      if (user === undefined) throw new WireError('not_found');
      return userOnWire(user);
    }),

    handle(inviteUser, async ({ body }, context) => {
      checkRoleWithin(context, body.role);
      const { user, link } = await database.inOrganization(context.organizationId, async (transaction) => {
        const invited = await invite(transaction, context, body);
        const made = await links.create(transaction, invited, 'invitation', linkDefaults.invitationLifeMs);
        await recordAudit(transaction, context, {
          action: 'users:write',
          resourceType: 'user',
          resourceId: invited.userId,
          after: { status: invited.status, role: invited.role },
        });
        return { user: invited, link: made };
      });
      return { user: userOnWire(user), ...(await links.deliver(link, user, 'invitation')) };
    }),

    handle(updateUser, async ({ params, body }, context) => {
      const changed = await database.inOrganization(context.organizationId, async (transaction) => {
        const isAdminNoMore = (body.role !== undefined && body.role !== 'admin') || body.status === 'disabled';
        const before = await lockManaged(transaction, context, params.user_id, { isAdminNoMore });
        if (body.role !== undefined) checkRoleWithin(context, body.role);
        if (before.status === 'invited' && body.status !== undefined) throw new WireError('invitation_pending');
        const { name, role, status } = body;
        const after = await changeUser(transaction, params.user_id, {
          ...(name !== undefined && { name }),
          ...(role !== undefined && { role }),
          ...(status !== undefined && { status }),
        });
        if (status === 'disabled') {
          await sessions.endAllOf(transaction, params.user_id);
          await endOneTimeTokens(transaction, params.user_id, 'password_reset');
          await setOnline(transaction, params.user_id, false);
        }
        await recordAudit(transaction, context, {
          action: 'users:write',
          resourceType: 'user',
          resourceId: params.user_id,
          before: { role: before.role, status: before.status },
          after: { role: after.role, status: after.status, ...(name !== undefined && { name_changed: true }) },
        });
        return after;
      });
      sessions.forget(params.user_id);
      return userOnWire(changed);
    }),

    handle(deleteUserRoute, async ({ params }, context) => {
      await database.inOrganization(context.organizationId, async (transaction) => {
        const before = await lockManaged(transaction, context, params.user_id, { isAdminNoMore: true });
        await deleteUser(transaction, params.user_id);
        await recordAudit(transaction, context, {
          action: 'users:write',
          resourceType: 'user',
          resourceId: params.user_id,
          before: { role: before.role, status: before.status },
        });
      });
      sessions.forget(params.user_id);
      return undefined;
    }),

    handle(resetUserPassword, async ({ params }, context) => {
      const { user, link } = await database.inOrganization(context.organizationId, async (transaction) => {
        const found = await lockManaged(transaction, context, params.user_id);
        if (found.status === 'invited') throw new WireError('invitation_pending');
        const made = await links.create(transaction, found, 'password_reset', linkDefaults.adminResetLifeMs);
        await recordAudit(transaction, context, {
          action: 'users:write',
          resourceType: 'user',
          resourceId: found.userId,
          after: { reset_link_made: true },
        });
        return { user: found, link: made };
      });
      return links.deliver(link, user, 'password_reset');
    }),
  ];
}

/** A new user who has still to accept; or the one who was invited before and has not accepted, as they are to be now. */
async function invite(
  transaction: Transaction,
  context: RequestContext,
  { email, name, role }: { readonly email: string; readonly name: string; readonly role: StoredUser['role'] },
): Promise<StoredUser> {
  const { organizationId } = context;
  const added = await addUser(transaction, { organizationId, email, name, role, status: 'invited' });
  if (added !== undefined) return added;
  // Behind the wall: somebody of another organization is not found here.
  const known = await findUserByEmail(transaction, email);
  if (known?.status !== 'invited') throw new WireError('email_taken');
  checkRoleWithin(context, known.role);
  return changeUser(transaction, known.userId, { name, role });
}

/**
 * The user, if whoever asks may decide about them.
 * @throws WireError `not_found`, `role_above_own`, `last_admin` when nobody else could sign in as an admin after it
 */
async function lockManaged(
  transaction: Transaction,
  context: RequestContext,
  userId: string,
  { isAdminNoMore }: { readonly isAdminNoMore: boolean } = { isAdminNoMore: false },
): Promise<StoredUser> {
  // All admins before the one, and in the same order by everybody: whoever comes second waits and then sees what is left.
  const admins = isAdminNoMore ? await lockActiveAdmins(transaction, context.organizationId) : [];
  const user = await lockUser(transaction, userId);
  if (user === undefined) throw new WireError('not_found');
  checkRoleWithin(context, user.role);
  if (admins.length === 1 && admins[0] === userId) throw new WireError('last_admin');
  return user;
}
