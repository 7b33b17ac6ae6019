import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

/** Which of our addresses the far side can send to. */
export interface OwnAddresses {
  /** The one that packets to this address leave from. */
  towards(remoteAddress: string): Promise<string>;
}

/** Routes change seldom; a new one is noticed by the next call after this time. */
const keptMs = 60_000;
const mostKept = 1000;
/** Any port will do: nothing is sent. */
const anyPort = 9;

export function createOwnAddresses(nowMs: () => number): OwnAddresses {
  const known = new Map<string, { readonly own: string; readonly untilMs: number }>();
  return {
    async towards(remoteAddress) {
      const kept = known.get(remoteAddress);
      if (kept !== undefined && nowMs() < kept.untilMs) return kept.own;
      const own = await ask(remoteAddress);
      const [oldest] = known.keys();
      if (known.size >= mostKept && oldest !== undefined) known.delete(oldest);
      known.delete(remoteAddress);
      known.set(remoteAddress, { own, untilMs: nowMs() + keptMs });
      return own;
    },
  };
}

/** A UDP socket that is connected sends nothing, but the system has to choose its address. */
async function ask(remoteAddress: string): Promise<string> {
  const socket = createSocket(isIPv6(remoteAddress) ? 'udp6' : 'udp4');
  try {
    const isConnected = once(socket, 'connect');
    socket.connect(anyPort, remoteAddress);
    await isConnected;
    return socket.address().address;
  } finally {
    socket.close();
  }
}
