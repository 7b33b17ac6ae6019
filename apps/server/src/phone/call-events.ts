import { WireError } from '@parley/contract/errors.ts';
import type { CallEvent } from '@parley/contract/phone.ts';
import type { Digit } from '@parley/engine/ports/audio.ts';
import { digits } from '@parley/engine/ports/audio.ts';
import type { RequestContext } from '../api/request-context.ts';
import { actorName } from '../api/request-context.ts';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import type { CallsRepository } from './calls-repository.ts';
import type { PhoneDesk, Reception } from './phone-desk.ts';

export interface CallEventsParts {
  readonly host: Pick<ConversationHost, 'peek'>;
  readonly desk: PhoneDesk;
  readonly calls: Pick<CallsRepository, 'ofProvider' | 'change'>;
}

/**
 * What a media server tells of a call that it carries: done with the call if it is here, kept with it in any case.
 * @throws WireError `not_found`, `rate_limited`, `too_many_conversations`, `shutting_down`
 */
export async function takeCallEvent(
  { host, desk, calls }: CallEventsParts,
  { organizationId, actor }: Pick<RequestContext, 'organizationId' | 'actor'>,
  event: CallEvent,
): Promise<{ readonly conversationId: string; readonly isLive: boolean }> {
  const known = await calls.ofProvider(organizationId, event.call_id);
  if (event.type === 'ringing') {
    // Told twice it is still one call.
    if (known !== undefined && !known.isOver) return { conversationId: known.conversationId, isLive: false };
    const reception = await desk.receive({
      ...{ channel: event.channel, callId: event.call_id, from: event.from, to: event.to },
      ...{ source: actorName(actor), onlyOrganizationId: organizationId },
    });
    if (reception.type === 'taken') return { conversationId: reception.conversationId, isLive: false };
    throw refusal(reception);
  }
  if (known === undefined) throw new WireError('not_found', { call_id: 'No call was announced under this id.' });
  const { conversationId } = known;
  const here = desk.callOf(conversationId);
  switch (event.type) {
    case 'answered':
      break;
    case 'dtmf': {
      const digit = digits.find((one): one is Digit => one === event.digit);
      if (digit !== undefined) press(host, conversationId, organizationId, digit);
      break;
    }
    case 'hangup':
      if (here === undefined) await desk.giveUp(conversationId, 'canceled');
      else here.talk.leg.hangUp('completed');
      break;
    case 'transfer_result':
      await desk.transferTried(conversationId, { kind: 'cold', target: event.target, outcome: event.outcome });
      break;
    case 'recording':
      await calls.change(organizationId, conversationId, { vendorRecordingUrl: event.url });
      break;
  }
  return { conversationId, isLive: here !== undefined };
}

function press(host: CallEventsParts['host'], conversationId: string, organizationId: string, digit: Digit): void {
  const client = host.peek(conversationId, organizationId)?.conversation.attachClient({ tell() {} });
  client?.digit(digit);
  client?.detach();
}

function refusal({ why, retryAfterSeconds }: Extract<Reception, { readonly type: 'refused' }>): WireError {
  const details = retryAfterSeconds === undefined ? undefined : { retry_after_seconds: retryAfterSeconds };
  switch (why) {
    case 'unknown_number':
      return new WireError('not_found', { to: 'Nobody of this organization answers at this number.' });
    case 'rate_limited':
      return new WireError('rate_limited', details);
    case 'busy':
      return new WireError('too_many_conversations', details);
    case 'shutting_down':
      return new WireError('shutting_down', details);
    case 'failed':
      return new WireError('internal_error');
  }
}
