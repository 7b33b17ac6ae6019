import type { Conversation } from '@parley/engine/ports/conversation.ts';
import type { WebSocket } from 'ws';
import { attachAppClient, type Hello } from '../app-messages/app-client.ts';

export interface ChatOptions {
  /** Time between pings; proxies commonly cut connections that are silent for a minute. */
  readonly pingIntervalMs: number;
  /** Unsent bytes at which a client that does not read is given up: some 60 of the longest messages. */
  readonly maxBufferedBytes: number;
  /** Time a closing handshake may take before the connection is cut. */
  readonly closeTimeoutMs: number;
}

export const chatDefaults: ChatOptions = { pingIntervalMs: 20_000, maxBufferedBytes: 256 * 1024, closeTimeoutMs: 2000 };

/** Close codes that clients see (RFC 6455). */
const closeCodes = { conversationEnded: 1000, notAnswering: 1001, tooSlow: 1013 } as const;

/**
 * Holds the conversation in text over an open WebSocket until either side closes it. A client that misses a whole ping
 * interval, or does not read what it is sent, is disconnected; the conversation waits for it to come back.
 */
export function attachChat(
  args: { readonly socket: WebSocket; readonly conversation: Conversation; readonly hello: Hello },
  overrides: Partial<ChatOptions> = {},
): void {
  const options = { ...chatDefaults, ...overrides };
  const { socket } = args;
  let isAlive = true;
  let isOver = false;
  let cutTimer: NodeJS.Timeout | undefined;

  const finish = (code: number, reason: string) => {
    if (isOver) return;
    isOver = true;
    clearInterval(pingTimer);
    client.detach();
    if (socket.readyState === socket.CLOSED) return;
    socket.close(code, reason);
    cutTimer = setTimeout(() => socket.terminate(), options.closeTimeoutMs);
  };

  const pingTimer = setInterval(() => {
    if (!isAlive) {
      finish(closeCodes.notAnswering, 'no answer to ping');
      socket.terminate();
      return;
    }
    isAlive = false;
    socket.ping();
  }, options.pingIntervalMs);

  // Before the client is attached, which may close the connection of a conversation that is over.
  socket.on('pong', () => {
    isAlive = true;
  });
  socket.on('error', () => {
    // 'close' follows and cleans up; without a listener the process would end.
  });
  socket.on('close', () => {
    finish(closeCodes.conversationEnded, '');
    clearTimeout(cutTimer);
  });

  const client = attachAppClient(
    args.conversation,
    args.hello,
    (text) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > options.maxBufferedBytes) {
        // Not from inside the conversation's own call: detaching there would surprise it.
        queueMicrotask(() => finish(closeCodes.tooSlow, 'messages are not being read'));
        return;
      }
      socket.send(text);
    },
    () => queueMicrotask(() => finish(closeCodes.conversationEnded, 'conversation ended')),
  );

  socket.on('message', (data, isBinary) => {
    isAlive = true;
    client.receive(isBinary ? undefined : textOf(data));
  });
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return data instanceof ArrayBuffer ? Buffer.from(data).toString('utf8') : data.toString('utf8');
}
