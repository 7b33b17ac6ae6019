import type { HandOffParts, Transfer, TransferOutcome } from './hand-off.ts';
import { whileOnHold } from './while-on-hold.ts';

/**
 * The caller hears music until somebody at the console takes the call; whoever takes it has read what it is about.
 * @throws the signal's reason
 */
export function toInbox(
  { inbox, settings }: Pick<HandOffParts, 'inbox' | 'settings'>,
  { call, request, agentName, signal }: Transfer,
): Promise<TransferOutcome> {
  const { conversationId, organizationId } = call;
  return whileOnHold(call.talk, signal, async () => {
    const answer = await inbox.ask(
      {
        ...{ conversationId, organizationId },
        caller: call.callerNumber,
        called: call.ownNumber,
        summary: request.summary,
        brief: request.brief,
        agentName,
        language: request.language,
      },
      settings.inboxMs,
      signal,
    );
    if (answer.type === 'failed') return answer.outcome;
    call.talk.giveTo(answer.party);
    return 'answered';
  });
}
