import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { serverMessageSchema } from '@parley/contract/app-messages.ts';
import { type ConversationOpened, conversationOpenedSchema } from '@parley/contract/conversations.ts';
import { WebSocket } from 'ws';

/** A turn that the client was told is stored for good. */
export interface AcknowledgedTurn {
  readonly conversationId: string;
  readonly turnNumber: number;
  readonly messageId: string;
  readonly text: string;
  readonly reply: string | undefined;
}

/** One conversation of a client that comes back after each crash and sends again what was not acknowledged. */
export interface DurableChat {
  readonly opened: ConversationOpened;
  /** Say things one after another, until the connection breaks or the signal aborts. */
  talk(serverUrl: string, signal: AbortSignal): Promise<void>;
}

export async function openDurableChat(
  serverUrl: string,
  parts: {
    /** What is said the nth time. */
    readonly textOf: (said: number) => string;
    /** Between an answer and the next message. */
    readonly pauseMs: () => number;
    readonly onAcknowledged: (turn: AcknowledgedTurn) => void;
    /** The connection broke before this was acknowledged. */
    readonly onSentAgain: (messageId: string) => void;
  },
): Promise<DurableChat> {
  const response = await fetch(`${serverUrl}/v1/conversations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel_type: 'chat', time_zone: 'Europe/London' }),
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  const opened = conversationOpenedSchema.parse(await response.json());
  const conversationId = opened.conversation_id;
  let said = 0;
  let waiting: { readonly messageId: string; readonly text: string } | undefined;

  return {
    opened,
    async talk(url, signal) {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/conversations/${conversationId}/chat`, [
        'parley.v1',
        `parley.token.${opened.token}`,
      ]);
      // The close that follows says that it is over.
      socket.on('error', () => {});
      const closed = once(socket, 'close');
      const hangUp = () => socket.terminate();
      signal.addEventListener('abort', hangUp, { once: true });
      let pause: NodeJS.Timeout | undefined;
      let trouble: string | undefined;
      const patience = setTimeout(() => {
        trouble = `Nothing was answered for ${answerTimeoutMs} ms`;
        hangUp();
      }, answerTimeoutMs);
      const say = () => {
        if (waiting === undefined) {
          waiting = { messageId: randomUUID(), text: parts.textOf(said) };
          said += 1;
        } else {
          parts.onSentAgain(waiting.messageId);
        }
        socket.send(JSON.stringify({ type: 'user_text', data: { conversationId, ...waiting } }));
      };
      socket.on('open', say);
      socket.on('message', (data) => {
        const message = serverMessageSchema.parse(JSON.parse(data.toString()));
        if (message.type === 'error' && !expectedErrors.has(message.data.code)) {
          trouble = `The server answered ${message.data.code}`;
          hangUp();
        }
        if (message.type !== 'turn_recorded') return;
        const { turn } = message.data;
        if (turn.user === null || turn.user.message_id !== waiting?.messageId) return;
        parts.onAcknowledged({
          conversationId,
          turnNumber: turn.turn_number,
          messageId: waiting.messageId,
          text: waiting.text,
          reply: turn.reply?.text,
        });
        waiting = undefined;
        patience.refresh();
        pause = setTimeout(say, parts.pauseMs());
      });
      try {
        await closed;
      } finally {
        clearTimeout(pause);
        clearTimeout(patience);
        signal.removeEventListener('abort', hangUp);
      }
      if (trouble !== undefined) throw new Error(`${trouble} in conversation ${conversationId}`);
    },
  };
}

const answerTimeoutMs = 20_000;
/** What a client is told while the server goes down. */
const expectedErrors = new Set(['storage_unavailable', 'shutting_down']);
