import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { attachChat } from '@parley/channels/chat/chat-channel.ts';
import { errorCatalogue, type WireError } from '@parley/contract/errors.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import type { FastifyBaseLogger } from 'fastify';
import { WebSocketServer } from 'ws';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import { toWireError } from './errors.ts';

/** The protocol's name; the token comes as a second one, since a browser's WebSocket sends no headers of one's own. */
const protocol = 'parley.v1';
const tokenPrefix = 'parley.token.';

/**
 * A message above this closes the connection (1009); above the protocol's own limit of 4,096 characters and up to this it
 * is answered with a coded error and the connection lives.
 */
const maxPayloadBytes = 256 * 1024;

/** How long a client may take to answer the close of its connection when the server goes down. */
const closeTimeoutMs = 2000;

/** A WebSocket at an address of its own. */
export interface UpgradeRoute {
  isAddressed(path: string): boolean;
  /** Throws WireError to refuse. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
}

export interface ChatServer {
  /** Close all connections with "service restart": clients come back by themselves. */
  close(): void;
}

/** WebSockets at /v1/conversations/{id}/chat. */
export function installChat(
  server: Server,
  host: ConversationHost,
  /** Asked before anything else; throws WireError to refuse. */
  admitUpgrade: (request: IncomingMessage) => Promise<void>,
  log: FastifyBaseLogger,
  /** Other WebSockets of the server. */
  others: readonly UpgradeRoute[] = [],
): ChatServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    handleProtocols: () => protocol,
  });

  server.on('upgrade', (request, socket, head) => {
    // A socket that breaks before it is a WebSocket has nobody else to care for its error.
    socket.on('error', () => socket.destroy());
    const other = others.find(({ isAddressed }) => isAddressed(request.url ?? ''));
    const entered = admitUpgrade(request).then(() =>
      other === undefined ? upgrade(sockets, host, request, socket, head) : other.upgrade(request, socket, head),
    );
    entered.catch((error: unknown) => {
      const known = toWireError(error);
      if (known.code === 'internal_error') log.error({ err: error }, 'chat connection failed');
      refuse(socket, known);
    });
  });

  return {
    close() {
      for (const client of sockets.clients) client.close(1012, 'service restart');
      sockets.close();
      setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, closeTimeoutMs).unref();
    },
  };
}

async function upgrade(
  sockets: WebSocketServer,
  host: ConversationHost,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const path = /^\/v1\/conversations\/([^/?]+)\/chat(?:\?|$)/.exec(request.url ?? '');
  const id = conversationIdSchema.safeParse(path?.[1]);
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const token = offered.find((name) => name.startsWith(tokenPrefix))?.slice(tokenPrefix.length);
  if (!id.success) throw notFound();
  const { conversation, agent } = await host.enter(id.data, { kind: 'token', token: token ?? '' });
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    // Left as it is stored: for another replica, or because this one goes down. The client comes back by itself.
    void conversation.closed.then(() => webSocket.close(1012, 'service restart'));
    attachChat({ socket: webSocket, conversation, hello: { agent: agent.name, language: agent.agent.language } });
  });
}

function refuse(socket: Duplex, error: WireError): void {
  // Nobody else closes a connection that has left HTTP; one whose far side never does would stay, and be waited for at the end.
  socket.once('finish', () => socket.destroy());
  const body = JSON.stringify({ error: errorCatalogue[error.code].message, code: error.code });
  socket.end(
    `HTTP/1.1 ${error.status} ${error.code}\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function notFound(): Error {
  return Object.assign(new Error('not a chat address'), { code: 'FST_ERR_BAD_URL' });
}
