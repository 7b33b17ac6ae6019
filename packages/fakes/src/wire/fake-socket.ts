import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import type { Faults } from '../faults.ts';
import type { FakeConnection, FakeHouse } from '../http-fake.ts';
import { type FakeRequest, parseJson } from './fake-request.ts';
import { createOutgoing } from './outgoing.ts';

/** The request that asks for a WebSocket. */
export interface FakeHandshake extends FakeRequest {
  /** For `audioChunks`. */
  readonly faults: Faults;
}

export type SocketAnswer = SocketRefusal | SocketAcceptance;

interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, anything else as JSON. */
  readonly body: unknown;
}
export interface SocketRefusal extends Refusal {
  readonly kind: 'refused';
}

export interface SocketAcceptance {
  readonly kind: 'accepted';
  /** Headers of the answer, such as a request id. */
  readonly headers?: Readonly<Record<string, string>>;
  open(socket: FakeSocket): SocketHandlers;
}

/** The fake's end of a WebSocket; faults are applied to what it sends. */
export interface FakeSocket {
  /** From 1, in the order in which they were opened; as in the journal. */
  readonly number: number;
  /** Aborted when the socket is gone. */
  readonly signal: AbortSignal;
  sendText(text: string): void;
  sendJson(value: unknown): void;
  sendBinary(bytes: Uint8Array): void;
  /** Closes in the proper way, behind what was sent before. */
  close(code?: number, reason?: string): void;
}

export interface SocketHandlers {
  onText?(text: string): void;
  onBinary?(bytes: Uint8Array): void;
  onClosed?(): void;
  /** What the journal keeps of a message in text, where sound comes as base64 in JSON. Left out: the JSON, or the text as it is. */
  journalText?(
    text: string,
  ): { readonly type: 'message'; readonly body: unknown } | { readonly type: 'audio'; readonly bytes: number };
  /** How much sound is in a message of bytes, where there is more than sound. Left out: its length. */
  journalBinary?(bytes: Uint8Array): number;
}

export function acceptSocket(
  house: FakeHouse,
  webSockets: WebSocketServer,
  { message, socket, head }: { message: IncomingMessage; socket: Duplex; head: Buffer },
  faults: Faults,
  { headers = {}, open }: SocketAcceptance,
): void {
  const addHeaders = (lines: string[]) => {
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  };
  webSockets.once('headers', addHeaders);
  webSockets.handleUpgrade(message, socket, head, (webSocket) => run(house, webSocket, socket, faults, open));
  webSockets.off('headers', addHeaders);
}

function run(
  { journal, routes, connections, nextSocket }: FakeHouse,
  webSocket: WebSocket,
  raw: Duplex,
  faults: Faults,
  open: SocketAcceptance['open'],
): void {
  const number = nextSocket();
  const scope = new AbortController();
  let isFrozen = false;
  const outgoing = createOutgoing(
    {
      send: (data, sent) => webSocket.send(data, () => sent()),
      end: () => webSocket.close(1000),
      garble: () => webSocket.send(routes.garbage ?? '{"broken": '),
      cut: () => webSocket.terminate(),
      freeze: () => {
        isFrozen = true;
        // What comes is thrown away unread, so that pings stay unanswered, and yet the end is seen when the other side gives up.
        raw.removeAllListeners('data');
        raw.on('data', () => {});
        raw.on('end', () => raw.destroy());
      },
    },
    faults,
  );
  const connection: FakeConnection = { strike: outgoing.strike, destroy: () => webSocket.terminate() };
  connections.add(connection);
  const handlers = open({
    number,
    signal: scope.signal,
    sendText: outgoing.send,
    sendJson: (value) => outgoing.send(JSON.stringify(value)),
    sendBinary: outgoing.send,
    close: (code = 1000, reason = '') => outgoing.inTurn(() => webSocket.close(code, reason)),
  });
  webSocket.on('message', (data, isBinary) => {
    if (isFrozen) return;
    const bytes = toBytes(data);
    if (isBinary) {
      journal.add({ type: 'audio', socket: number, bytes: handlers.journalBinary?.(bytes) ?? bytes.byteLength });
      handlers.onBinary?.(bytes);
      return;
    }
    const text = new TextDecoder().decode(bytes);
    const kept = handlers.journalText?.(text) ?? { type: 'message', body: parseJson(text) ?? text };
    journal.add({ ...kept, socket: number });
    handlers.onText?.(text);
  });
  // A client that breaks off is nobody's error here; `close` follows.
  webSocket.on('error', () => {});
  webSocket.on('close', (code) => {
    connections.delete(connection);
    outgoing.drop();
    scope.abort();
    journal.add({ type: 'closed', socket: number, code });
    handlers.onClosed?.();
  });
}

/** Answers a handshake with a status, as vendors refuse keys, parameters and too many sockets. */
export function refuseHandshake(socket: Duplex, { status, headers = {}, body }: Refusal): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    `content-type: ${typeof body === 'string' ? 'text/plain' : 'application/json'}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.on('error', () => {});
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
