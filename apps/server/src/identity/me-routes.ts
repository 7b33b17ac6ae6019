import { getMe, setAvailability, updateMe } from '@parley/contract/api/identity-api.ts';
import type { Output } from '@parley/contract/api/route.ts';
import { WireError } from '@parley/contract/errors.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { RequestContext } from '../api/request-context.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { Transaction } from '../storage/database.ts';
import { findHumanAgent, setOnline } from './human-agents-repository.ts';
import type { IdentityParts } from './identity-parts.ts';
import { findOrganization } from './organizations-repository.ts';
import { signedInUser } from './signed-in-user.ts';
import { changeUser, findUser } from './users-repository.ts';
import { humanAgentOnWire, userOnWire } from './wire.ts';

/** What is one's own. */
export function meRoutes({ database }: IdentityParts): HandledRoute[] {
  return [
    handle(getMe, async (_input, context) =>
      database.inOrganization(context.organizationId, (transaction) => readMe(transaction, context)),
    ),

    handle(updateMe, async ({ body }, context) => {
      const userId = signedInUser(context);
      return database.inOrganization(context.organizationId, async (transaction) => {
        await changeUser(transaction, userId, body);
        await recordAudit(transaction, context, {
          action: 'auth:own_profile_changed',
          resourceType: 'user',
          resourceId: userId,
          after: { name_changed: true },
        });
        return readMe(transaction, context);
      });
    }),

    handle(setAvailability, async ({ body }, context) => {
      const userId = signedInUser(context);
      return database.inOrganization(context.organizationId, async (transaction) => {
        const isSet = await setOnline(transaction, userId, body.is_online);
        const agent = isSet ? await findHumanAgent(transaction, userId) : undefined;
        if (agent === undefined) throw new WireError('not_a_human_agent');
        await recordAudit(transaction, context, {
          action: 'conversations:answer',
          resourceType: 'human_agent',
          resourceId: userId,
          after: { is_online: body.is_online },
        });
        return humanAgentOnWire(agent);
      });
    }),
  ];
}

async function readMe(transaction: Transaction, context: RequestContext): Promise<Output<(typeof getMe)['reply']>> {
  const userId = signedInUser(context);
  const user = await findUser(transaction, userId);
  const organization = await findOrganization(transaction, context.organizationId);
  if (user === undefined || organization === undefined) throw new WireError('unauthorized');
  const humanAgent = await findHumanAgent(transaction, userId);
  return {
    ...userOnWire(user),
    organization: { organization_id: organization.organizationId, name: organization.name },
    permissions: [...context.permissions],
    human_agent: humanAgent === undefined ? null : humanAgentOnWire(humanAgent),
  };
}
