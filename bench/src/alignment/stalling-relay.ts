import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way through a network that stops at times. By TCP, so nothing is lost: what was held up comes all at once. */
export interface StallingRelay {
  readonly url: string;
  /** Nothing gets through for so long, either way. */
  stall(forMs: number): void;
  close(): Promise<void>;
}

export async function openStallingRelay(target: URL): Promise<StallingRelay> {
  const sockets = new Set<Socket>();
  let timer: NodeJS.Timeout | undefined;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The relay has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stall(forMs) {
      const stalled = [...sockets];
      for (const socket of stalled) socket.pause();
      timer = setTimeout(() => {
        for (const socket of stalled) socket.resume();
      }, forMs);
    },
    async close() {
      clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
