import { acceptHandOff, declineHandOff, listHandOffs } from '@parley/contract/api/handoffs-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { HandOffList, HandOffView } from '@parley/contract/handoffs.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import { type HandledRoute, handle } from '../../api/handle.ts';
import { type AuditContext, recordAudit } from '../../privacy/audit.ts';
import type { Database } from '../../storage/database.ts';
import type { Inbox, WaitingCaller } from './inbox.ts';

/** Making an answer takes milliseconds, gathering addresses through TURN a few seconds. */
const handshakeTimeoutMs = 10_000;

export interface HandOffRouteParts {
  readonly inbox: Inbox;
  readonly iceServers: readonly HandOffList['ice_servers'][number][];
  readonly database: Pick<Database, 'inOrganization'>;
  /** Told when it could not be written down who took or declined a caller. */
  readonly onError: (error: unknown, context: string) => void;
}

/** Callers who wait for a person at the console. */
export function handOffRoutes({ inbox, iceServers, database, onError }: HandOffRouteParts): HandledRoute[] {
  /** Nobody waits for it: a caller and a person who were joined stay so, even while the database is away. */
  const writeDown = (author: AuditContext, conversationId: string, did: 'taken' | 'declined') => {
    database
      .inOrganization(author.organizationId, (tx) =>
        recordAudit(tx, author, {
          action: 'conversations:answer',
          resourceType: 'conversation',
          resourceId: conversationId,
          after: { hand_off: did },
        }),
      )
      .catch((error: unknown) => onError(error, 'writing down who took a caller'));
  };
  return [
    handle(listHandOffs, async (_, { organizationId }) => ({
      handoffs: inbox.look(organizationId).map(toView),
      ice_servers: [...iceServers],
    })),
    handle(acceptHandOff, async ({ params, body }, context) => {
      const signal = AbortSignal.timeout(handshakeTimeoutMs);
      try {
        const taken = await inbox.accept(context.organizationId, params.handoff_id, body.sdp, signal);
        writeDown(context, taken.conversationId, 'taken');
        return { sdp: taken.sdp };
      } catch (error) {
        if (signal.aborted) throw new WireError('invalid_sdp');
        throw error;
      }
    }),
    handle(declineHandOff, async ({ params }, context) => {
      const conversationId = inbox.decline(context.organizationId, params.handoff_id);
      writeDown(context, conversationId, 'declined');
      return undefined;
    }),
  ];
}

function toView(waiting: WaitingCaller): HandOffView {
  const { handOffId, conversationId, caller, called, agentName, brief, summary, language, since, until } = waiting;
  return {
    handoff_id: handOffId,
    conversation_id: conversationIdSchema.parse(conversationId),
    ...{ caller, called, agent: agentName, brief, summary, language },
    since: since.toISOString(),
    until: until.toISOString(),
  };
}
