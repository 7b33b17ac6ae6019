import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ConnectionSettings } from '../storage/database.ts';

/** A line to a database that can be cut and mended, as a network or a restart would. */
export interface CuttableLine {
  /** 127.0.0.1. */
  readonly port: number;
  /** `refuse`: connections break and new ones fail at once. `hang`: nobody answers any more, and nothing breaks. */
  cut(how: 'refuse' | 'hang'): void;
  mend(): void;
  close(): Promise<void>;
}

/** Opens a line to where the settings point. */
export async function openCuttableLine(to: ConnectionSettings): Promise<CuttableLine> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: 'whole' | 'refuse' | 'hang' = 'whole';
  const server = createServer((near) => {
    if (state === 'refuse') return near.destroy();
    const far = connectTo(to);
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    for (const socket of pair) {
      socket.on('error', end);
      socket.on('close', end);
    }
    near.pipe(far);
    far.pipe(near);
    if (state === 'hang') stop(pair);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const breakAll = () => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut(how) {
      state = how;
      if (how === 'refuse') breakAll();
      else for (const pair of pairs) stop(pair);
    },
    mend() {
      // What hung was lost on the way.
      if (state === 'hang') breakAll();
      state = 'whole';
    },
    async close() {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function stop([near, far]: readonly [Socket, Socket]): void {
  near.unpipe(far);
  far.unpipe(near);
  near.pause();
  far.pause();
}

/** A plain connection to where the settings point. */
export function connectTo(to: ConnectionSettings): Socket {
  if ('connectionString' in to) {
    const { hostname, port } = new URL(to.connectionString);
    return connect(Number(port === '' ? 5432 : port), hostname);
  }
  // A folder stands for the socket in it, as PostgreSQL names it.
  return to.host.startsWith('/') ? connect(join(to.host, `.s.PGSQL.${to.port}`)) : connect(to.port, to.host);
}
