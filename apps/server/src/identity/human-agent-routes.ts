import {
  deleteHumanAgent as deleteHumanAgentRoute,
  listHumanAgents as listHumanAgentsRoute,
  putHumanAgent as putHumanAgentRoute,
} from '@parley/contract/api/users-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import { recordAudit } from '../privacy/audit.ts';
import { deleteHumanAgent, findHumanAgent, listHumanAgents, putHumanAgent } from './human-agents-repository.ts';
import type { IdentityParts } from './identity-parts.ts';
import { pageOf, readPosition } from './page-position.ts';
import { checkRoleWithin } from './signed-in-user.ts';
import { lockUser } from './users-repository.ts';
import { humanAgentOnWire } from './wire.ts';

/** Who answers conversations that agents hand over. */
export function humanAgentRoutes({ database }: IdentityParts): HandledRoute[] {
  return [
    handle(listHumanAgentsRoute, async ({ query }, { organizationId }) => {
      const position = readPosition(query.cursor);
      const found = await database.inOrganization(organizationId, (transaction) =>
        listHumanAgents(transaction, position, query.limit + 1),
      );
      const { rows, nextCursor } = pageOf(found, query.limit, ({ createdAt, userId }) => ({ createdAt, id: userId }));
      return { human_agents: rows.map(humanAgentOnWire), next_cursor: nextCursor };
    }),

    handle(putHumanAgentRoute, async ({ params, body }, context) =>
      database.inOrganization(context.organizationId, async (transaction) => {
        const user = await lockUser(transaction, params.user_id);
        if (user === undefined) throw new WireError('not_found');
        checkRoleWithin(context, user.role);
        const before = await findHumanAgent(transaction, params.user_id);
        await putHumanAgent(transaction, {
          userId: params.user_id,
          organizationId: context.organizationId,
          skillTags: body.skill_tags,
          maxConcurrentSessions: body.max_concurrent_sessions,
        });
        const after = await findHumanAgent(transaction, params.user_id);
        if (after === undefined) throw new WireError('not_found');
        await recordAudit(transaction, context, {
          action: 'users:write',
          resourceType: 'human_agent',
          resourceId: params.user_id,
          before: before && { skill_tags: before.skillTags, max_concurrent_sessions: before.maxConcurrentSessions },
          after: { skill_tags: after.skillTags, max_concurrent_sessions: after.maxConcurrentSessions },
        });
        return humanAgentOnWire(after);
      }),
    ),

    handle(deleteHumanAgentRoute, async ({ params }, context) => {
      await database.inOrganization(context.organizationId, async (transaction) => {
        if ((await findHumanAgent(transaction, params.user_id)) === undefined) throw new WireError('not_found');
        await deleteHumanAgent(transaction, params.user_id);
        await recordAudit(transaction, context, {
          action: 'users:write',
          resourceType: 'human_agent',
          resourceId: params.user_id,
        });
      });
      return undefined;
    }),
  ];
}
