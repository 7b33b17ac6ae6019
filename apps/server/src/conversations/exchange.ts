import { WireError } from '@parley/contract/errors.ts';
import type { ClientInlet } from '@parley/engine/ports/client.ts';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import type { ConversationHost } from './conversation-host.ts';
import type { Resident } from './resident.ts';

/** What came of a message, once it is durable. */
export interface Exchange {
  readonly turn: TurnRecord;
  /** The conversation is over with it. */
  readonly isOver: boolean;
  readonly resident: Resident;
}

export interface ExchangeRequest {
  readonly conversationId: string;
  readonly organizationId: string;
  /** Aborted when nobody waits for the answer any more: the time of a request is limited by whoever made the signal. */
  readonly signal: AbortSignal;
}

/** Other servers may take the conversation this often before its message is answered. */
const maxMoves = 20;

/**
 * Type a message and wait until its turn is stored. Sent again with the same id it is the same turn, so that a conversation which
 * another replica takes in between is followed.
 * @throws WireError as `ConversationHost.enter`, and `turn_timeout`, `too_many_messages`, `storage_unavailable`
 */
export function exchange(
  host: ConversationHost,
  request: ExchangeRequest & { readonly text: string; readonly messageId: string },
): Promise<Exchange> {
  const { text, messageId } = request;
  return attend(
    host,
    request,
    ({ caller, reply }) => caller?.messageId === messageId && reply !== undefined,
    (inlet) => inlet.text(text, messageId),
  );
}

/** Come in, and wait for the greeting. */
export function greeted(host: ConversationHost, request: ExchangeRequest): Promise<Exchange> {
  return attend(
    host,
    request,
    ({ cause }) => cause === 'greeting' || cause === 'apology',
    () => {},
  );
}

async function attend(
  host: ConversationHost,
  request: ExchangeRequest,
  isIt: (turn: TurnRecord) => boolean,
  act: (inlet: ClientInlet) => void,
): Promise<Exchange> {
  const { conversationId, organizationId, signal } = request;
  for (let moves = 0; moves < maxMoves && !signal.aborted; moves += 1) {
    const { resident, release } = await host.hold(conversationId, { kind: 'organization', organizationId });
    try {
      const answer = await resident.inTurn(() => answerOf(resident, isIt, act, signal));
      if (answer !== undefined) return { ...answer, resident };
    } finally {
      release();
    }
  }
  throw new WireError('turn_timeout');
}

/** Undefined when the conversation was left before the answer was stored. */
function answerOf(
  resident: Resident,
  isIt: (turn: TurnRecord) => boolean,
  act: (inlet: ClientInlet) => void,
  signal: AbortSignal,
): Promise<{ readonly turn: TurnRecord; readonly isOver: boolean } | undefined> {
  return new Promise((resolve, reject) => {
    const { conversation } = resident;
    let inlet: ClientInlet | undefined;
    let isOver = false;
    /** What the conversation says to the message at once is said to this one. */
    let isActing = false;
    if (signal.aborted) return reject(new WireError('turn_timeout'));
    // Over, or left: all that was said in it is stored by now.
    const stopWaiting = resident.onClosed(() =>
      settle(() => (isOver ? reject(new WireError('conversation_ended')) : resolve(undefined))),
    );
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', giveUp);
      stopWaiting();
      // Not from inside the conversation's own call.
      queueMicrotask(() => inlet?.detach());
      act();
    };
    const giveUp = () => settle(() => reject(new WireError('turn_timeout')));
    signal.addEventListener('abort', giveUp, { once: true });
    inlet = conversation.attachClient({
      tell(notice) {
        if (notice.type === 'ended') isOver = true;
        if (notice.type === 'trouble' && notice.code === 'storage_unavailable') {
          settle(() => reject(new WireError('storage_unavailable')));
        }
        if (notice.type === 'trouble' && notice.code === 'too_many_messages' && isActing) {
          settle(() => reject(new WireError('too_many_messages')));
        }
        if (notice.type === 'recorded' && isIt(notice.turn)) settle(() => resolve({ turn: notice.turn, isOver }));
      },
    });
    isActing = true;
    act(inlet);
    isActing = false;
  });
}
