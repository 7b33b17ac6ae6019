import { createSocket, type SocketOptions } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** Which of our addresses the far side can send to, for sound and for signalling: by both it is the same. */
export interface OwnAddresses {
  /**
   * The one that packets to this IP address leave from, as the system's routes say.
   * @throws Error where no route leads there
   */
  towards(remoteAddress: string): string;
}

/** Routes change seldom; a new one is noticed by the next call after this time. */
const keptMs = 60_000;
const mostKept = 1000;
/** Any port will do: nothing is sent. */
const anyPort = 9;

export function createOwnAddresses(nowMs: () => number): OwnAddresses {
  const known = new Map<string, { readonly own: string; readonly untilMs: number }>();
  return {
    towards(remoteAddress) {
      const kept = known.get(remoteAddress);
      if (kept !== undefined && nowMs() < kept.untilMs) return kept.own;
      const own = ask(remoteAddress);
      const [oldest] = known.keys();
      if (known.size >= mostKept && oldest !== undefined) known.delete(oldest);
      known.delete(remoteAddress);
      known.set(remoteAddress, { own, untilMs: nowMs() + keptMs });
      return own;
    },
  };
}

/** A UDP socket that is connected sends nothing, but the system has to choose its address. It does at once where no name is looked up. */
function ask(remoteAddress: string): string {
  const isV6 = isIPv6(remoteAddress);
  const lookup: SocketOptions['lookup'] = (address, _options, found) => found(null, address, isV6 ? 6 : 4);
  const socket = createSocket({ type: isV6 ? 'udp6' : 'udp4', lookup });
  // Where no route leads there, which is told later, it has no address.
  socket.on('error', () => {});
  try {
    socket.connect(anyPort, remoteAddress);
    const { address } = socket.address();
    if (address !== '0.0.0.0' && address !== '::') return address;
  } finally {
    socket.close();
  }
  throw new Error(`No route leads from this machine to ${remoteAddress}.`);
}
