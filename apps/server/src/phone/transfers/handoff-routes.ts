import { acceptHandOff, declineHandOff, listHandOffs } from '@parley/contract/api/handoffs-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { HandOffList, HandOffView } from '@parley/contract/handoffs.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import { type HandledRoute, handle } from '../../api/handle.ts';
import type { Inbox, WaitingCaller } from './inbox.ts';

/** Making an answer takes milliseconds, gathering addresses through TURN a few seconds. */
const handshakeTimeoutMs = 10_000;

/** Callers who wait for a person at the console. */
export function handOffRoutes(inbox: Inbox, iceServers: readonly HandOffList['ice_servers'][number][]): HandledRoute[] {
  return [
    handle(listHandOffs, async (_, { organizationId }) => ({
      handoffs: inbox.look(organizationId).map(toView),
      ice_servers: [...iceServers],
    })),
    handle(acceptHandOff, async ({ params, body }, { organizationId }) => {
      const signal = AbortSignal.timeout(handshakeTimeoutMs);
      try {
        return { sdp: await inbox.accept(organizationId, params.handoff_id, body.sdp, signal) };
      } catch (error) {
        if (signal.aborted) throw new WireError('invalid_sdp');
        throw error;
      }
    }),
    handle(declineHandOff, async ({ params }, { organizationId }) => {
      inbox.decline(organizationId, params.handoff_id);
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
