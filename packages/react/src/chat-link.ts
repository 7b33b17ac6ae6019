import type { Environment } from './environment.ts';
import { LINK_TIMEOUT_MS, type Link, type LinkHandlers, MAX_UNSENT_BYTES, textOf } from './link.ts';
import { clientError } from './notices.ts';

const OPEN = 1;

/**
 * Opens the chat WebSocket of a conversation. Resolves once it is open; rejects with `server_unreachable` when it does
 * not open in time or `signal` aborts, leaving nothing behind.
 */
export function openChatLink(
  args: {
    readonly environment: Environment;
    readonly baseUrl: string;
    readonly conversationId: string;
    readonly token: string;
    readonly signal: AbortSignal;
  } & LinkHandlers,
): Promise<Link> {
  const base = args.baseUrl.replace(/^http/, 'ws').replace(/\/+$/, '');
  const url = `${base}/v1/conversations/${args.conversationId}/chat`;
  return new Promise((resolve, reject) => {
    const socket = args.environment.openSocket(url, ['parley.v1', `parley.token.${args.token}`]);
    let phase: 'opening' | 'open' | 'closed' = 'opening';
    const timer = setTimeout(fail, LINK_TIMEOUT_MS);
    args.signal.addEventListener('abort', fail);
    socket.addEventListener('open', onOpen);
    socket.addEventListener('message', onMessage);
    socket.addEventListener('close', onClose);
    // `close` follows every `error` and carries all that there is to know.
    if (args.signal.aborted) fail();

    function onOpen(): void {
      phase = 'open';
      settle();
      resolve({
        send(text) {
          if (socket.readyState !== OPEN || socket.bufferedAmount > MAX_UNSENT_BYTES) return false;
          socket.send(text);
          return true;
        },
        close: release,
      });
    }

    function onMessage(event: Event): void {
      if (phase === 'open') args.onMessage(textOf(event));
    }

    function onClose(): void {
      if (phase === 'opening') {
        fail();
        return;
      }
      release();
      args.onClosed();
    }

    function fail(): void {
      if (phase !== 'opening') return;
      settle();
      release();
      reject(clientError('server_unreachable'));
    }

    function settle(): void {
      clearTimeout(timer);
      args.signal.removeEventListener('abort', fail);
    }

    function release(): void {
      phase = 'closed';
      socket.removeEventListener('open', onOpen);
      socket.removeEventListener('message', onMessage);
      socket.removeEventListener('close', onClose);
      socket.close(1000);
    }
  });
}
