import { randomUUID } from 'node:crypto';
import {
  createCall,
  createPhoneNumber,
  deletePhoneNumber,
  getCall,
  getPhoneNumber,
  hangUpCall,
  listCalls,
  listPhoneNumbers,
  recordCallEvent,
  updatePhoneNumber,
} from '@parley/contract/api/phone-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import { parse } from '../api/errors.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import { timeZoneSchema } from '../api/time-zone.ts';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import { takeCallEvent } from './call-events.ts';
import type { CallsRepository } from './calls-repository.ts';
import type { NumbersRepository } from './numbers-repository.ts';
import type { OutboundCalls } from './outbound-calls.ts';
import type { PhoneDesk } from './phone-desk.ts';

export interface PhoneRoutesParts {
  readonly host: Pick<ConversationHost, 'directory' | 'peek'>;
  readonly desk: PhoneDesk;
  readonly numbers: NumbersRepository;
  readonly calls: CallsRepository;
  readonly outbound: OutboundCalls;
  readonly timeZone: string;
  /** Organizations to which the telephone is open. */
  readonly mayUse: (organizationId: string) => boolean;
}

export function phoneRoutes(parts: PhoneRoutesParts): HandledRoute[] {
  const { host, desk, numbers, calls, outbound, timeZone } = parts;
  /** @throws WireError `phone_not_open` */
  const checkOpen = (organizationId: string) => {
    if (!parts.mayUse(organizationId)) throw new WireError('phone_not_open');
  };
  /** @throws WireError `invalid_request`, `agent_not_found`, `flow_not_published` */
  const checkAnswerer = async (organizationId: string, agentId?: string | null, flowId?: string | null) => {
    if (typeof agentId !== 'string' && typeof flowId !== 'string') return;
    await host.directory.resolve({
      organizationId,
      agentId: agentId ?? undefined,
      flowId: flowId ?? undefined,
      conversationId: randomUUID(),
    });
  };

  return [
    handle(listPhoneNumbers, async ({ query }, { organizationId }) => {
      const page = await numbers.list(organizationId, query);
      return { phone_numbers: [...page.rows], next_cursor: page.nextCursor };
    }),

    handle(createPhoneNumber, async ({ body }, context) => {
      checkOpen(context.organizationId);
      await checkAnswerer(context.organizationId, body.agent_id, body.flow_id);
      return numbers.create(context, body);
    }),

    handle(getPhoneNumber, ({ params }, { organizationId }) => numbers.get(organizationId, params.phone_number_id)),

    handle(updatePhoneNumber, async ({ params, body }, context) => {
      await checkAnswerer(context.organizationId, body.agent_id, body.flow_id);
      return numbers.update(context, params.phone_number_id, body);
    }),

    handle(deletePhoneNumber, async ({ params }, context) => {
      await numbers.delete(context, params.phone_number_id);
      return undefined;
    }),

    handle(createCall, async ({ body }, context) => {
      checkOpen(context.organizationId);
      const zone = parse(timeZoneSchema, body.time_zone ?? timeZone);
      const { callId, conversationId } = await outbound.start(context, body, zone);
      return {
        call_id: callId,
        conversation_id: conversationIdSchema.parse(conversationId),
        status: 'queued' as const,
      };
    }),

    handle(listCalls, async ({ query }, { organizationId }) => {
      const page = await calls.list(organizationId, query);
      return { calls: [...page.rows], next_cursor: page.nextCursor };
    }),

    handle(getCall, ({ params }, { organizationId }) => calls.get(organizationId, params.call_id)),

    handle(hangUpCall, async ({ params }, context) => {
      const { organizationId } = context;
      const call = await calls.get(organizationId, params.call_id);
      if (call.ended_at !== null) return call;
      const { conversation_id: id } = call;
      const isDone = (await outbound.cancel(id)) || (await desk.hangUp(id));
      if (!isDone) throw new WireError('conversation_busy');
      await calls.auditHangUp(context, params.call_id);
      return calls.get(organizationId, params.call_id);
    }),

    handle(recordCallEvent, async ({ body }, context) => {
      const { conversationId, isLive } = await takeCallEvent({ host, desk, calls }, context, body);
      return { conversation_id: conversationIdSchema.parse(conversationId), is_live: isLive };
    }),
  ];
}
