import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
  const opened = await open(serverUrl);
  const conversationId = opened.conversation_id;
  let said = 0;
  let waiting: { readonly messageId: string; readonly text: string } | undefined;

  return {
    opened,
    async talk(url, signal) {
      // Told to come back (503), as a server is that has just started and is busy: so it does.
      while ((await connection(url, signal)) === 'busy') await sleep(retryMs, undefined, { signal });
    },
  };

  async function connection(url: string, signal: AbortSignal): Promise<'busy' | 'broken'> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/conversations/${conversationId}/chat`, [
      'parley.v1',
      `parley.token.${opened.token}`,
    ]);
    // The close that follows says that it is over.
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    let isBusy = false;
    let trouble: string | undefined;
    socket.once('unexpected-response', (request, response) => {
      if (response.statusCode === 503) isBusy = true;
      else trouble = `The server refused with ${response.statusCode}`;
      request.destroy();
      socket.terminate();
    });
    const hangUp = () => socket.terminate();
    signal.addEventListener('abort', hangUp, { once: true });
    let pause: NodeJS.Timeout | undefined;
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
    return isBusy ? 'busy' : 'broken';
  }
}

async function open(serverUrl: string): Promise<ConversationOpened> {
  const limit = AbortSignal.timeout(answerTimeoutMs);
  for (;;) {
    const response = await fetch(`${serverUrl}/v1/conversations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel_type: 'chat', time_zone: 'Europe/London' }),
      signal: limit,
    });
    if (response.status !== 503) return conversationOpenedSchema.parse(await response.json());
    await response.body?.cancel();
    await sleep(retryMs, undefined, { signal: limit });
  }
}

const retryMs = 300;

/** A busy machine takes its time; a server that never answers is a fault. */
const answerTimeoutMs = 60_000;
/** What a client is told while the server goes down. */
const expectedErrors = new Set(['storage_unavailable', 'shutting_down']);
