import { once } from 'node:events';
import type { Socket } from 'node:net';
import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { mediaStreamSocketOptions } from '../media-stream.ts';

/** For tests: what Twilio does at the other end of a stream, driven by hand. */
export interface StreamCaller {
  readonly socket: WebSocket;
  /** Everything that the server sent, in order. */
  readonly got: readonly Sent[];
  /** Samples of all sound that came. */
  readonly heard: () => Int16Array;
  send(message: object | string): void;
  start(parameters?: Readonly<Record<string, string>>): void;
  /** One message of sound, numbered on. */
  sound(bytes?: Uint8Array): void;
  /** Sends back all marks that are outstanding. */
  playAll(): void;
}

const sentSchema = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('media'),
    streamSid: z.string(),
    media: z.strictObject({ payload: z.base64() }),
  }),
  z.strictObject({ event: z.literal('mark'), streamSid: z.string(), mark: z.strictObject({ name: z.string() }) }),
  z.strictObject({ event: z.literal('clear'), streamSid: z.string() }),
]);
export type Sent = z.infer<typeof sentSchema>;

export const callerSids = {
  streamSid: `MZ${'1'.repeat(32)}`,
  callSid: `CA${'2'.repeat(32)}`,
  accountSid: `AC${'3'.repeat(32)}`,
} as const;

/** A server's socket and the far side of it, connected over loopback. `close` frees both. */
export async function connectStream(): Promise<{
  readonly server: WebSocket;
  /** The connection under the server's socket. */
  readonly connection: Socket;
  readonly caller: StreamCaller;
  close(): Promise<void>;
}> {
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, ...mediaStreamSocketOptions });
  await once(sockets, 'listening');
  const address = sockets.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const arrived = Promise.withResolvers<{ readonly server: WebSocket; readonly connection: Socket }>();
  sockets.once('connection', (server, request) => arrived.resolve({ server, connection: request.socket }));
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}`);
  const [{ server, connection }] = await Promise.all([arrived.promise, once(socket, 'open')]);
  return {
    server,
    connection,
    caller: createCaller(socket),
    async close() {
      socket.terminate();
      server.terminate();
      sockets.close();
      await once(sockets, 'close');
    },
  };
}

export function createCaller(socket: WebSocket): StreamCaller {
  const { streamSid, callSid, accountSid } = callerSids;
  const got: Sent[] = [];
  let sequence = 1;
  let chunk = 0;
  let returned = 0;
  socket.on('message', (data) => got.push(sentSchema.parse(JSON.parse(String(data)))));
  const caller: StreamCaller = {
    socket,
    got,
    heard: () => {
      const bytes = got.flatMap((one) => (one.event === 'media' ? [Buffer.from(one.media.payload, 'base64')] : []));
      return decodeG711(Buffer.concat(bytes), 'mulaw');
    },
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    start(parameters = {}) {
      caller.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
      const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
      const start = { accountSid, streamSid, callSid, tracks: ['inbound'], mediaFormat, customParameters: parameters };
      caller.send({ event: 'start', sequenceNumber: '1', start, streamSid });
    },
    sound(bytes = new Uint8Array(160).fill(0xff)) {
      chunk += 1;
      sequence += 1;
      const payload = Buffer.from(bytes).toString('base64');
      const media = { track: 'inbound', chunk: String(chunk), timestamp: String(chunk * 20), payload };
      caller.send({ event: 'media', sequenceNumber: String(sequence), media, streamSid });
    },
    playAll() {
      const marks = got.filter((one) => one.event === 'mark');
      for (const { mark } of marks.slice(returned)) {
        sequence += 1;
        caller.send({ event: 'mark', sequenceNumber: String(sequence), streamSid, mark });
      }
      returned = marks.length;
    },
  };
  return caller;
}
