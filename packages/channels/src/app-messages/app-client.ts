import type { ServerMessage } from '@parley/contract/app-messages.ts';
import { WireError } from '@parley/contract/errors.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import type { ClientInlet } from '@parley/engine/ports/client.ts';
import type { Conversation } from '@parley/engine/ports/conversation.ts';
import { parseClientMessage } from './parse-client-message.ts';
import { createRateLimit } from './rate-limit.ts';
import { toErrorMessage, toServerMessages } from './to-server-message.ts';

/** Who answers, told to each client first. */
export interface Hello {
  readonly agent: string;
  /** BCP 47. */
  readonly language: string;
}

export interface AppClient {
  /** What came from the wire, of whatever kind. Never throws. */
  receive(data: unknown): void;
  /** The connection is gone. Idempotent. */
  detach(): void;
}

/**
 * One client of a conversation over any wire that carries text. `send` gets one JSON object a call; it must not throw.
 * Answers to bad messages are limited like the messages themselves, so that noise does not come back doubled.
 */
export function attachAppClient(
  conversation: Conversation,
  hello: Hello,
  send: (text: string) => void,
  onEnded: () => void = () => {},
): AppClient {
  const mayPass = createRateLimit();
  const tell = (message: ServerMessage) => send(JSON.stringify(message));
  let floodAnswered = false;
  let isDetached = false;

  // An id of another kind cannot come from the server's own store; a client would refuse the message.
  const conversationId = conversationIdSchema.parse(conversation.id);
  tell({ type: 'conversation', data: { conversationId, agent: hello.agent, language: hello.language } });
  const inlet = conversation.attachClient({
    tell(notice) {
      if (isDetached) return;
      for (const message of toServerMessages(notice)) tell(message);
      if (notice.type === 'ended') onEnded();
    },
  });

  return {
    receive(data) {
      if (isDetached) return;
      if (!mayPass(performance.now())) {
        // Once a flood, not once a message of it.
        if (!floodAnswered) tell(toErrorMessage(new WireError('too_many_messages')));
        floodAnswered = true;
        return;
      }
      floodAnswered = false;
      try {
        act(data, conversation.id, inlet);
      } catch (error) {
        tell(toErrorMessage(error instanceof WireError ? error : new WireError('internal_error')));
      }
    },
    detach() {
      if (isDetached) return;
      isDetached = true;
      inlet.detach();
    },
  };
}

function act(data: unknown, conversationId: string, inlet: ClientInlet): void {
  const message = parseClientMessage(data, conversationId);
  switch (message.type) {
    case 'user_text':
      return inlet.text(message.data.text, message.data.messageId);
    case 'user_input_started':
      return inlet.pushToTalkStarted();
    case 'user_input_ended':
      return inlet.pushToTalkEnded();
    case 'digit_pressed':
      return inlet.digit(message.data.digit);
    case 'hang_up':
      return inlet.hangUp();
  }
}
