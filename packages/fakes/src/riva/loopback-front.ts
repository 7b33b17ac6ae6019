import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What stands before a server on loopback, so that single connections can be cut or made dead as networks do it. */
export interface LoopbackFront {
  readonly port: number;
  /** Cuts the connection of a client without a word. @param innerPort from which the server behind sees it come */
  cut(innerPort: number): void;
  /** It stays open, and nothing passes any more in either direction. */
  freeze(innerPort: number): void;
  /** Open now, with calls or without. */
  readonly connections: number;
  /** Each of them. */
  strikeAll(how: 'break' | 'freeze'): void;
  close(): Promise<void>;
}

/** @param innerPort where the server behind listens */
export async function openFront(port: number, innerPort: number): Promise<LoopbackFront> {
  const pairs = new Map<Socket, Socket>();
  const server = createServer((client) => {
    client.setNoDelay(true);
    const inner = connect({ host: '127.0.0.1', port: innerPort, noDelay: true });
    pairs.set(client, inner);
    client.pipe(inner);
    inner.pipe(client);
    const over = () => {
      pairs.delete(client);
      client.destroy();
      inner.destroy();
    };
    for (const socket of [client, inner]) socket.on('error', over).on('close', over);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  await promise;
  const find = (seenPort: number) => [...pairs].find(([, inner]) => inner.localPort === seenPort);
  return {
    port: portOf(server.address()),
    cut(seenPort) {
      const pair = find(seenPort);
      if (pair !== undefined) afterTurns(() => pair[0].resetAndDestroy());
    },
    freeze(seenPort) {
      const pair = find(seenPort);
      if (pair !== undefined) freeze(...pair);
    },
    get connections() {
      return pairs.size;
    },
    strikeAll(how) {
      for (const [client, inner] of [...pairs]) {
        if (how === 'break') client.resetAndDestroy();
        else freeze(client, inner);
      }
    },
    async close() {
      for (const [client] of pairs) client.destroy();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

/** What was sent before still arrives; the server hears nothing any more, so it has nothing to say either. */
function freeze(client: Socket, inner: Socket): void {
  client.unpipe(inner);
  // What comes is thrown away unread, so that the end is seen when the client gives up.
  client.on('data', () => {});
  client.resume();
}

/** What is on its way through the server's socket and ours gets so many turns of the event loop to arrive. */
function afterTurns(act: () => void, left = 10): void {
  if (left === 0) act();
  else setImmediate(() => afterTurns(act, left - 1));
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
